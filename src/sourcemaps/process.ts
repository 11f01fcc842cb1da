import { isUtf8 } from 'node:buffer';
import { bundleKindOf } from './bundle-kind.js';
import { isCode } from './code-names.js';
import { diagnoses } from './diagnoses.js';
import { readMapDocument } from './map-document.js';
import { MapFault } from './map-fault.js';
import type { MapDocument } from './map-shape.js';
import { processScript, type ScriptJob } from './process-script.js';
import { type Allocate, allocateAlone, type FileContent, readPlannedFile } from './read-file.js';
import type { Artifact, Diagnosis, EditOptions, SourceFile, Unit, UnitResult } from './types.js';
import { mapArtifact, skipped } from './unit-result.js';

/**
 * Reads a unit once, gives it a debug id, writes what changed (script and map together or not at all) and returns what goes
 * into the bundle. Synchronous: it runs in worker threads. A second run over its output changes nothing and returns the same
 * bytes.
 *
 * @param allocate gives memory for the files' bytes, into which the pieces of the artifacts point
 *
 * A file that cannot be used (broken map, script that is no text) is reported and skipped, never changed.
 *
 * @throws ActionError `file-changed`, `file-unreadable`, `disk`
 */
export function processUnit(unit: Unit, options: EditOptions, allocate: Allocate = allocateAlone): UnitResult {
  const map = unit.map === undefined ? undefined : { file: unit.map, content: readPlannedFile(unit.map, allocate) };
  if (unit.js === undefined) {
    return map === undefined ? skipped() : processLoneMap(map.file, map.content, unit.unpaired, options);
  }
  const edits = isCode(unit.js.name) ? options : { ...options, inject: false };
  const job: ScriptJob = { unit, js: unit.js, script: readPlannedFile(unit.js, allocate), map, options: edits };
  switch (bundleKindOf(job.script.bytes)) {
    case 'ram-bundle':
      return skipped(diagnoses.ramBundle(unit.js));
    case 'hermes':
      return processHermes(job);
    case 'text':
      return isUtf8(job.script.bytes) ? processScript(job) : skipped(diagnoses.scriptBroken(unit.js));
  }
}

/** A map that no script refers to goes up as it is: another upload may have brought the script. */
function processLoneMap(
  file: SourceFile,
  content: FileContent,
  unpaired: Diagnosis | undefined,
  options: EditOptions,
): UnitResult {
  const document = tryRead(content.bytes);
  if (document instanceof MapFault) return skipped(diagnoses.mapBroken(file, document.message));
  const { artifact, notes } = mapArtifact(document, file, [], document.debugId, options);
  const without = document.debugId === undefined ? unpaired : undefined;
  return { artifacts: [artifact], diagnoses: [without ?? diagnoses.mapOnly(file, document.debugId), ...notes] };
}

/** Bytecode is never touched and never uploaded: an entry without content carries the id of the map. */
function processHermes({ unit, js, map, options }: ScriptJob): UnitResult {
  const document = map === undefined ? undefined : tryRead(map.content.bytes);
  if (map !== undefined && document instanceof MapFault)
    return skipped(diagnoses.mapBroken(map.file, document.message));
  const id = document instanceof MapFault ? undefined : document?.debugId;
  const headers = {
    ...(id === undefined ? {} : { 'debug-id': id }),
    ...(unit.reference === undefined ? {} : { sourcemap: unit.reference }),
  };
  const artifacts: Artifact[] = [{ url: js.url, name: js.name, type: 'minified_source', headers, pieces: [] }];
  const found: Diagnosis[] = [];
  if (map === undefined || document === undefined || document instanceof MapFault) {
    found.push(diagnoses.noMap(js, unit, undefined));
  } else {
    found.push(id === undefined ? diagnoses.hermesWithoutId(js) : diagnoses.hasId(js, id));
    const { artifact, notes } = mapArtifact(document, map.file, [], id, options);
    artifacts.push(artifact);
    found.push(...notes);
  }
  return { artifacts, diagnoses: found };
}

function tryRead(bytes: Uint8Array): MapDocument | MapFault {
  try {
    return readMapDocument(bytes);
  } catch (error) {
    if (error instanceof MapFault) return error;
    throw error;
  }
}
