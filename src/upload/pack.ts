import { deflateRawSync } from 'node:zlib';
import type { Artifact, EditOptions, Unit, UnitResult } from '../sourcemaps/types.js';
import { centralRecord, type Entry, entryBytes, localHeader, storedEntry } from './archive.js';
import type { UnitNames } from './entry-names.js';
import type { GroupInput, PackedGroup, PackJob, Slabs, UnitOutcome, WorkOptions } from './jobs.js';
import { manifestLine } from './manifest.js';
import { SlabWriter } from './slab-writer.js';

/** Reads, edits and writes one unit (sourcemaps/process.ts); an argument so that tests can put their own in. */
export type ProcessUnit = (unit: Unit, options: EditOptions) => UnitResult;

interface FilledEntry {
  readonly entry: Entry;
  readonly pieces: readonly Uint8Array[];
}

/** A group while it is put together. */
class Draft {
  readonly files: FilledEntry[] = [];
  readonly central: Buffer[] = [];
  readonly lines: string[] = [];
  readonly outcomes: UnitOutcome[] = [];
  bytes = 0;

  add(entryName: string, artifact: Artifact, method: 0 | 8): void {
    const file = fill(entryName, artifact.pieces, method);
    this.files.push(file);
    this.central.push(centralRecord(file.entry, this.bytes));
    this.lines.push(manifestLine(entryName, artifact));
    this.bytes += entryBytes(file.entry);
  }

  *pieces(): Iterable<Uint8Array> {
    for (const { entry, pieces } of this.files) {
      yield localHeader(entry);
      yield* pieces;
    }
  }
}

function fill(name: string, pieces: readonly Uint8Array[], method: 0 | 8): FilledEntry {
  const stored = storedEntry(name, pieces);
  if (method === 0) return { entry: stored, pieces };
  const deflated = deflateRawSync(Buffer.concat(pieces));
  return { entry: { ...stored, method, packedBytes: deflated.length }, pieces: [deflated] };
}

/** Carries a pack job out. Throws what `processUnit` throws. */
export function pack(
  job: PackJob,
  options: WorkOptions,
  slabs: Slabs,
  processUnit: ProcessUnit,
): readonly PackedGroup[] {
  const writer = new SlabWriter(slabs, job.slabs, options.maxChunkBytes);
  return job.groups.map((group) => packGroup(group, options, writer, processUnit));
}

function packGroup(group: GroupInput, options: WorkOptions, writer: SlabWriter, processUnit: ProcessUnit): PackedGroup {
  const draft = new Draft();
  group.units.forEach((unit, index) => {
    draft.outcomes.push(addUnit(draft, unit, group.names[index], options, processUnit));
  });
  return {
    chunks: writer.write(draft.bytes, draft.pieces()),
    bytes: draft.bytes,
    entries: draft.files.length,
    central: Buffer.concat(draft.central),
    manifest: Buffer.from(draft.lines.join(','), 'utf8'),
    outcomes: draft.outcomes,
  };
}

function addUnit(
  draft: Draft,
  unit: Unit,
  names: UnitNames | undefined,
  options: WorkOptions,
  processUnit: ProcessUnit,
): UnitOutcome {
  const { artifacts, diagnoses } = processUnit(unit, options.edit);
  let packed = 0;
  let debugId: string | undefined;
  for (const artifact of artifacts) {
    const isMap = artifact.url === unit.map?.url;
    const name = isMap ? names?.map : names?.js;
    if (name === undefined) throw new Error(`No archive name for ${artifact.url}`);
    draft.add(name, artifact, options.method);
    packed |= isMap ? 2 : 1;
    debugId ??= artifact.headers['debug-id'];
  }
  return { packed, debugId, diagnoses };
}
