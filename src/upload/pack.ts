import { deflateRawSync } from 'node:zlib';
import { type Allocate, allocateAlone } from '../sourcemaps/read-file.js';
import type { Artifact, EditOptions, Unit, UnitResult } from '../sourcemaps/types.js';
import { centralRecord, type Entry, entryBytes, localHeader, storedEntry } from './archive.js';
import type { Arena } from './arena.js';
import { endsChunk, hashText, startsChunk } from './cuts.js';
import { urlOf } from './divide.js';
import type { UnitNames } from './entry-names.js';
import { freeMemory } from './free-memory.js';
import type { MoreChunks, PackedChunk, PackedUnits, PackJob, Slabs, UnitOutcome, WorkOptions } from './jobs.js';
import { manifestLine, startsManifestChunk } from './manifest.js';
import { SlabWriter } from './slab-writer.js';

/**
 * Reads, edits and writes one unit (sourcemaps/process.ts); an argument so that tests can put their own in. The pieces it
 * returns are the packer's: their buffers are freed once they are copied into the archive.
 */
export type ProcessUnit = (unit: Unit, options: EditOptions, allocate?: Allocate) => UnitResult;

/** Carries a pack job out, in one go. Throws what `processUnit` throws. */
export function pack(
  job: PackJob,
  options: WorkOptions,
  slabs: Slabs,
  process: ProcessUnit,
  arena: Arena,
): PackedUnits {
  const packer = new Packer(options, new SlabWriter(slabs, job.slabs, options.maxChunkBytes));
  const outcomes = job.units.map((unit, index): UnitOutcome => {
    if (packer.isEmpty) arena.reset();
    const { artifacts, ...rest } = process(unit, options.edit, arena.allocate);
    return { ...packer.add(unit, job.names[index], artifacts), ...rest };
  });
  packer.cut();
  return { ...packer.result(), outcomes, more: false };
}

/** A pack job whose chunks are made in turns, each as many as there are slabs for. */
export class PackInTurns {
  readonly #packer: Packer;
  readonly #writer: SlabWriter;
  readonly #chunks: Iterator<PackedChunk | 'full'>;
  readonly #outcomes: readonly UnitOutcome[];

  /** Reads, edits and writes the units, which are kept in memory until the last turn. Throws what `processUnit` throws. */
  constructor(job: PackJob, options: WorkOptions, slabs: Slabs, process: ProcessUnit) {
    this.#writer = new SlabWriter(slabs, job.slabs, options.maxChunkBytes);
    // The share ends where its unit does, so nothing is cut before.
    this.#packer = new Packer({ ...options, targetBytes: undefined }, this.#writer);
    this.#outcomes = job.units.map((unit, index): UnitOutcome => {
      // The arena is used for other jobs between the turns.
      const { artifacts, ...rest } = process(unit, options.edit, allocateAlone);
      return { ...this.#packer.add(unit, job.names[index], artifacts), ...rest };
    });
    this.#chunks = this.#packer.write();
  }

  /** The first turn, with all that is known of the units. */
  first(): PackedUnits {
    return { ...this.#packer.result(), outcomes: this.#outcomes, ...this.#turn() };
  }

  next(slabs: readonly number[]): MoreChunks {
    this.#writer.give(slabs);
    return this.#turn();
  }

  #turn(): MoreChunks {
    const chunks: PackedChunk[] = [];
    for (let step = this.#chunks.next(); !step.done; step = this.#chunks.next()) {
      if (step.value === 'full') return { chunks, more: true };
      chunks.push(step.value);
    }
    this.#packer.free();
    return { chunks, more: false };
  }
}

interface FilledEntry {
  readonly entry: Entry;
  readonly pieces: readonly Uint8Array[];
}

/** Puts units into the archive one by one and cuts it into chunks between them. */
class Packer {
  readonly #options: WorkOptions;
  readonly #writer: SlabWriter;
  readonly #chunks: PackedChunk[] = [];
  readonly #central: Buffer[] = [];
  readonly #manifest: string[][] = [[]];
  #startsManifestChunk = false;
  #bytes = 0;
  /** Files since the last cut. */
  #open: FilledEntry[] = [];
  #openBytes = 0;

  constructor(options: WorkOptions, writer: SlabWriter) {
    this.#options = options;
    this.#writer = writer;
  }

  add(
    unit: Unit,
    names: UnitNames | undefined,
    artifacts: readonly Artifact[],
  ): Pick<UnitOutcome, 'packed' | 'debugId'> {
    const hash = hashText(urlOf(unit));
    const files = artifacts.map((artifact) => fill(nameOf(artifact, unit, names), artifact, this.#options.method));
    const bytes = files.reduce((sum, { entry }) => sum + entry.bytes, 0);
    const target = this.#options.targetBytes;
    if (target !== undefined && startsChunk(bytes, target)) this.cut();
    this.#add(files, artifacts, hash);
    if (target !== undefined && endsChunk(hash, bytes, target)) this.cut();
    const packed = artifacts.reduce((bits, { url }) => bits | (url === unit.map?.url ? 2 : 1), 0);
    return { packed, debugId: artifacts.find(({ headers }) => headers['debug-id'])?.headers['debug-id'] };
  }

  /** Whether all that was added is in the slabs, so that nothing points into the files' bytes any more. */
  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  /** What is known of all that was added, and the chunks that were cut. */
  result(): Omit<PackedUnits, 'outcomes' | 'more'> {
    let before = '';
    const manifest = this.#manifest.map((lines) => {
      const text = before + lines.join(',');
      if (lines.length > 0) before = ',';
      return Buffer.from(text, 'utf8');
    });
    return {
      chunks: this.#chunks,
      bytes: this.#bytes + this.#openBytes,
      entries: this.#central.length,
      central: Buffer.concat(this.#central),
      manifest,
      startsManifestChunk: this.#startsManifestChunk,
    };
  }

  #add(files: readonly FilledEntry[], artifacts: readonly Artifact[], hash: number): void {
    if (files.length > 0 && startsManifestChunk(hash)) {
      if (this.#central.length === 0) this.#startsManifestChunk = true;
      else this.#manifest.push([]);
    }
    files.forEach((file, index) => {
      const artifact = artifacts[index];
      if (artifact !== undefined) this.#manifest.at(-1)?.push(manifestLine(file.entry.name, artifact));
      this.#central.push(centralRecord(file.entry, this.#bytes + this.#openBytes));
      this.#open.push(file);
      this.#openBytes += entryBytes(file.entry);
    });
  }

  /** Lays the files since the last cut into slabs, as chunks of their own. */
  cut(): void {
    if (this.isEmpty) return;
    for (const chunk of this.write()) if (chunk !== 'full') this.#chunks.push(chunk);
    this.free();
  }

  /** The chunks of the files since the last cut. */
  write(): Generator<PackedChunk | 'full', void> {
    return this.#writer.write(this.#openBytes, piecesOf(this.#open));
  }

  /** Forgets the files since the last cut. */
  free(): void {
    for (const { pieces } of this.#open) freeMemory(pieces);
    this.#bytes += this.#openBytes;
    this.#open = [];
    this.#openBytes = 0;
  }
}

function nameOf(artifact: Artifact, unit: Unit, names: UnitNames | undefined): string {
  const name = artifact.url === unit.map?.url ? names?.map : names?.js;
  if (name === undefined) throw new Error(`No archive name for ${artifact.url}`);
  return name;
}

function fill(name: string, { pieces }: Artifact, method: 0 | 8): FilledEntry {
  const stored = storedEntry(name, pieces);
  if (method === 0) return { entry: stored, pieces };
  const deflated = deflateRawSync(Buffer.concat(pieces));
  return { entry: { ...stored, method, packedBytes: deflated.length }, pieces: [deflated] };
}

function* piecesOf(files: readonly FilledEntry[]): Iterable<Uint8Array> {
  for (const { entry, pieces } of files) {
    yield localHeader(entry);
    yield* pieces;
  }
}
