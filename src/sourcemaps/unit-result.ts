import type { DebugId } from './debug-id.js';
import { diagnoses } from './diagnoses.js';
import { applyEdits, type Edit } from './edits.js';
import type { MapDocument } from './map-shape.js';
import type { Artifact, Diagnosis, EditOptions, SourceFile, UnitResult } from './types.js';
import { uploadEdits } from './upload-edits.js';

/** A unit of which nothing is uploaded, and why. */
export function skipped(...reasons: Diagnosis[]): UnitResult {
  return { artifacts: [], diagnoses: reasons };
}

/** The bundle entry of a map: its edits on disk, and those of the uploaded copy. */
export function mapArtifact(
  map: MapDocument,
  file: SourceFile,
  edits: readonly Edit[],
  debugId: DebugId | undefined,
  options: EditOptions,
): { readonly artifact: Artifact; readonly notes: readonly Diagnosis[] } {
  const upload = uploadEdits(map, file, options);
  const artifact: Artifact = {
    url: file.url,
    name: file.name,
    type: 'source_map',
    headers: debugId === undefined ? {} : { 'debug-id': debugId },
    pieces: applyEdits(map.bytes, [...edits, ...upload.edits]),
  };
  return { artifact, notes: upload.missing > 0 ? [diagnoses.withoutContent(file)] : [] };
}
