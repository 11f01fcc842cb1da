import { isUtf8 } from 'node:buffer';
import { ActionError } from '../errors.js';
import { bundleKindOf } from './bundle-kind.js';
import { isCode } from './code-names.js';
import { diagnoses } from './diagnoses.js';
import { reasonOf } from './expand.js';
import { isAsForeseen } from './foresee.js';
import { readMapDocument } from './map-document.js';
import { MapFault } from './map-fault.js';
import type { MapDocument } from './map-shape.js';
import { processScript, type ScriptJob } from './process-script.js';
import { type Allocate, allocateAlone, type FileContent, readPlannedFile } from './read-file.js';
import { findReference } from './reference.js';
import { cutQuery } from './resolve.js';
import type {
  Artifact,
  Diagnosis,
  EditOptions,
  ForeseenUnit,
  ScriptScan,
  SourceFile,
  Unit,
  UnitResult,
} from './types.js';
import { mapArtifact, skipped } from './unit-result.js';

/**
 * Reads a unit once, gives it a debug id, writes what changed (script and map together or not at all) and returns what goes
 * into the bundle. Synchronous: it runs in worker threads. A second run over its output changes nothing and returns the same
 * bytes.
 *
 * @param allocate gives memory for the files' bytes, into which the pieces of the artifacts point
 *
 * A file that cannot be used (broken map, script that is no text) is reported and skipped, never changed. Of a unit that was foreseen
 * wrongly, nothing but the script is read.
 *
 * @throws ActionError `file-changed`, `file-unreadable`, `disk`
 */
export function processUnit(unit: Unit, options: EditOptions, allocate: Allocate = allocateAlone): UnitResult {
  if (unit.js === undefined) {
    if (unit.map === undefined) return skipped();
    return processLoneMap(unit.map, readPlannedFile(unit.map, allocate), unit.unpaired, options);
  }
  const read = readScript(unit, unit.js, allocate);
  if (!('script' in read)) return { ...skipped(), unlike: read };
  const map = unit.map === undefined ? undefined : { file: unit.map, content: readPlannedFile(unit.map, allocate) };
  const edits = isCode(unit.js.name) ? options : { ...options, inject: false };
  const result = processKind({ ...read, js: unit.js, map, options: edits });
  return read.found?.inline === true ? { ...result, inline: true } : result;
}

function processKind(job: ScriptJob): UnitResult {
  switch (bundleKindOf(job.script.bytes)) {
    case 'ram-bundle':
      return skipped(diagnoses.ramBundle(job.js));
    case 'hermes':
      return processHermes(job);
    case 'text':
      return isUtf8(job.script.bytes) ? processScript(job) : skipped(diagnoses.scriptBroken(job.js));
  }
}

/** The script; or only what it says of its map, when that is not what was foreseen, or the file cannot be read. */
function readScript(
  unit: Unit,
  js: SourceFile,
  allocate: Allocate,
): Pick<ScriptJob, 'unit' | 'script' | 'found'> | ScriptScan {
  if (!isForeseen(unit)) return { unit, script: readPlannedFile(js, allocate) };
  let script: FileContent;
  try {
    script = readPlannedFile(js, allocate);
  } catch (error) {
    if (!(error instanceof ActionError) || error.code !== 'file-unreadable') throw error;
    return { inline: false, failure: reasonOf(error.cause) };
  }
  const found = findReference(script.bytes);
  if (!isAsForeseen(unit, found)) {
    return found === undefined ? { inline: false } : { reference: found.reference, inline: found.inline };
  }
  const named = found === undefined || unit.map === undefined ? {} : { reference: cutQuery(found.reference) };
  return { unit: { ...unit, ...named }, script, found };
}

function isForeseen(unit: Unit): unit is ForeseenUnit {
  return unit.foreseen === true;
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
