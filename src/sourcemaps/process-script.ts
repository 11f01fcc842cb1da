import { computeDebugId, type DebugId, findDebugId, findSnippetId, mayHoldId } from './debug-id.js';
import { diagnoses } from './diagnoses.js';
import { applyEdits, type Edit } from './edits.js';
import { decodeInlineMap, type InlineMap } from './inline-map.js';
import { findEndInsertion, findInsertion } from './insertion.js';
import { hasLine } from './line-count.js';
import { readMapDocument } from './map-document.js';
import { editMap, holdsRangeBefore, holdsUnmovable } from './map-edit.js';
import { MapFault } from './map-fault.js';
import type { MapDocument } from './map-shape.js';
import type { Shift } from './mappings.js';
import type { FileContent } from './read-file.js';
import { findReference, type Reference } from './reference.js';
import { appendDebugId, injectScript } from './script-edit.js';
import type { Artifact, Diagnosis, EditOptions, SourceFile, Unit, UnitResult } from './types.js';
import { mapArtifact, skipped } from './unit-result.js';
import { type Replacement, replaceFiles } from './write-file.js';
import { whileWriting } from './write-guard.js';

/** A script as it was read, with the map that was planned for it. */
export interface ScriptJob {
  readonly unit: Unit;
  readonly js: SourceFile;
  readonly script: FileContent;
  readonly map: { readonly file: SourceFile; readonly content: FileContent } | undefined;
  readonly options: EditOptions;
  /** What its comment says, where that was looked at already. */
  readonly found?: Reference | undefined;
}

/** The map that belongs to a script, wherever it is. */
interface LoadedMap {
  readonly document: MapDocument | undefined;
  /** Set when the map is in the script itself. */
  readonly inline: InlineMap | undefined;
  /** Why a guessed map was left out. */
  readonly notes: readonly Diagnosis[];
}

/** What is to be changed, decided before anything is. */
interface ScriptPlan {
  readonly debugId: DebugId | undefined;
  readonly mapDebugId: DebugId | undefined;
  readonly scriptEdits: readonly Edit[];
  readonly mapEdits: readonly Edit[];
  readonly shift: Shift | undefined;
  readonly outcome: Diagnosis;
}

/** Injects a script that is text, and its map. */
export function processScript(job: ScriptJob): UnitResult {
  const reference = 'found' in job ? job.found : findReference(job.script.bytes);
  const loaded = loadMap(job, reference);
  if ('kind' in loaded) return skipped(loaded);
  const plan = planScript(job, loaded, reference);
  const scriptEdits = withInlineMap(plan, loaded);
  const scriptPieces = applyEdits(job.script.bytes, scriptEdits);
  if (job.options.inject && !job.options.dryRun) write(job, loaded, plan, scriptEdits, scriptPieces);
  const artifacts: Artifact[] = [scriptArtifact(job, plan, scriptPieces)];
  const notes = [plan.outcome, ...loaded.notes, ...mapNotes(job, loaded, plan)];
  if (job.map !== undefined && loaded.document !== undefined) {
    const entry = mapArtifact(loaded.document, job.map.file, plan.mapEdits, plan.mapDebugId, job.options);
    artifacts.push(entry.artifact);
    notes.push(...entry.notes);
  }
  return { artifacts, diagnoses: notes };
}

/**
 * A map that the script names must be usable, or the pair is skipped: with an id of its own the script would never be
 * resolved. A map that was only guessed by its name may have nothing to do with the script, which then goes on without it.
 */
function loadMap({ js, script, map }: ScriptJob, reference: Reference | undefined): LoadedMap | Diagnosis {
  let inline: InlineMap | undefined;
  try {
    if (map !== undefined) return { document: readMapDocument(map.content.bytes), inline, notes: [] };
    if (reference?.inline !== true) return { document: undefined, inline, notes: [] };
    inline = decodeInlineMap(script.bytes, reference);
    return { document: readMapDocument(inline.bytes), inline, notes: [] };
  } catch (error) {
    if (!(error instanceof MapFault)) throw error;
    if (map === undefined) return diagnoses.inlineBroken(js, error.message);
    if (reference !== undefined) return diagnoses.mapBroken(map.file, error.message);
    return { document: undefined, inline, notes: [diagnoses.guessBroken(map.file, js, error.message)] };
  }
}

function planScript(job: ScriptJob, { document }: LoadedMap, reference: Reference | undefined): ScriptPlan {
  const { js, unit, script, options } = job;
  const code = script.bytes;
  const mayHold = mayHoldId(code);
  const written = mayHold ? findDebugId(code) : undefined;
  const own = written ?? (mayHold ? findSnippetId(code) : undefined);
  const unpaired = document === undefined;
  if (!options.inject) {
    const outcome = own === undefined ? diagnoses.noId(js) : diagnoses.hasId(js, own);
    return {
      ...NO_EDITS,
      debugId: own,
      mapDebugId: document?.debugId,
      outcome: unpaired ? diagnoses.noMap(js, unit, own) : outcome,
    };
  }
  const debugId = own ?? document?.debugId ?? computeDebugId(code, document?.bytes);
  if (own !== undefined) {
    const outcome = written === undefined ? diagnoses.adopted(js, own) : diagnoses.hasId(js, own);
    return {
      ...NO_EDITS,
      debugId,
      mapDebugId: document?.debugId ?? debugId,
      scriptEdits: written === undefined ? appendDebugId(code, debugId) : [],
      mapEdits: document !== undefined && document.debugId === undefined ? editMap(document, debugId, undefined) : [],
      outcome: unpaired ? diagnoses.noMap(js, unit, debugId) : outcome,
    };
  }
  const referenceStart = reference?.comment.start;
  const insertion = unpaired ? findEndInsertion(code, referenceStart) : findInsertion(code, referenceStart);
  const { edits, shift } = injectScript(code, debugId, insertion);
  return {
    debugId,
    mapDebugId: debugId,
    scriptEdits: edits,
    mapEdits: document === undefined ? [] : editMap(document, debugId, shift),
    shift,
    outcome: unpaired ? diagnoses.noMap(js, unit, debugId) : diagnoses.injected(js, debugId),
  };
}

const NO_EDITS = { scriptEdits: [], mapEdits: [], shift: undefined } as const;

function withInlineMap({ scriptEdits, mapEdits }: ScriptPlan, { document, inline }: LoadedMap): readonly Edit[] {
  if (inline === undefined || document === undefined || mapEdits.length === 0) return scriptEdits;
  return [...scriptEdits, inline.encode(applyEdits(document.bytes, mapEdits))];
}

function write(
  job: ScriptJob,
  { document }: LoadedMap,
  plan: ScriptPlan,
  scriptEdits: readonly Edit[],
  scriptPieces: readonly Uint8Array[],
): void {
  const replacements: Replacement[] = [];
  if (scriptEdits.length > 0) replacements.push({ file: job.js, before: job.script, pieces: scriptPieces });
  if (job.map !== undefined && document !== undefined && plan.mapEdits.length > 0) {
    const { file, content } = job.map;
    replacements.push({ file, before: content, pieces: applyEdits(content.bytes, plan.mapEdits) });
  }
  if (replacements.length > 0) whileWriting(job.options.writeGuard, () => replaceFiles(replacements));
}

function scriptArtifact({ js, unit }: ScriptJob, { debugId }: ScriptPlan, pieces: readonly Uint8Array[]): Artifact {
  const { reference } = unit;
  return {
    url: js.url,
    name: js.name,
    type: 'minified_source',
    headers: {
      ...(debugId === undefined ? {} : { 'debug-id': debugId }),
      // A data URL would repeat the whole map in the manifest; the script holds it anyway.
      ...(reference === undefined || /^data:/i.test(reference) ? {} : { sourcemap: reference }),
    },
    pieces,
  };
}

function mapNotes({ js, map, script }: ScriptJob, { document }: LoadedMap, plan: ScriptPlan): Diagnosis[] {
  if (document === undefined) return [];
  const file = map?.file ?? js;
  const notes: Diagnosis[] = [];
  if (!hasLine(script.bytes, document.lastLine)) notes.push(diagnoses.doesNotFit(file, js));
  if (plan.debugId !== undefined && document.debugId !== undefined && plan.debugId !== document.debugId) {
    notes.push(diagnoses.otherId(file, js, document.debugId));
  }
  if (plan.shift !== undefined && holdsUnmovable(document, plan.shift)) notes.push(diagnoses.unmovedSection(file));
  if (plan.shift !== undefined && holdsRangeBefore(document, plan.shift)) notes.push(diagnoses.uncutRange(file));
  return notes;
}
