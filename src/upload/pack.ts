import { deflateRawSync } from 'node:zlib';
import type { Allocate } from '../sourcemaps/read-file.js';
import type { Artifact, EditOptions, Unit, UnitResult } from '../sourcemaps/types.js';
import { centralRecord, type Entry, entryBytes, localHeader, storedEntry } from './archive.js';
import { Arena } from './arena.js';
import { endsChunk, hashText, startsChunk } from './cuts.js';
import { urlOf } from './divide.js';
import type { UnitNames } from './entry-names.js';
import { freeMemory } from './free-memory.js';
import type { PackedChunk, PackedUnits, PackJob, Slabs, UnitOutcome, WorkOptions } from './jobs.js';
import { manifestLine, startsManifestChunk } from './manifest.js';
import { SlabWriter } from './slab-writer.js';

/**
 * Reads, edits and writes one unit (sourcemaps/process.ts); an argument so that tests can put their own in. The pieces it
 * returns are the packer's: their buffers are freed once they are copied into the archive.
 */
export type ProcessUnit = (unit: Unit, options: EditOptions, allocate?: Allocate) => UnitResult;

/** Jobs of a thread are done one after another, so that one arena is enough. */
let arena: Arena | undefined;

/** Carries a pack job out. Throws what `processUnit` throws. */
export function pack(job: PackJob, options: WorkOptions, slabs: Slabs, processUnit: ProcessUnit): PackedUnits {
  const packer = new Packer(options, new SlabWriter(slabs, job.slabs, options.maxChunkBytes));
  arena ??= new Arena();
  const { allocate } = arena;
  const outcomes = job.units.map((unit, index): UnitOutcome => {
    if (packer.isEmpty) arena?.reset();
    const { artifacts, diagnoses } = processUnit(unit, options.edit, allocate);
    return { ...packer.add(unit, job.names[index], artifacts), diagnoses };
  });
  return { ...packer.end(), outcomes };
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
    if (target !== undefined && startsChunk(bytes, target)) this.#cut();
    this.#add(files, artifacts, hash);
    if (target !== undefined && endsChunk(hash, bytes, target)) this.#cut();
    const packed = artifacts.reduce((bits, { url }) => bits | (url === unit.map?.url ? 2 : 1), 0);
    return { packed, debugId: artifacts.find(({ headers }) => headers['debug-id'])?.headers['debug-id'] };
  }

  /** Whether all that was added is in the slabs, so that nothing points into the files' bytes any more. */
  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  end(): Omit<PackedUnits, 'outcomes'> {
    this.#cut();
    let before = '';
    const manifest = this.#manifest.map((lines) => {
      const text = before + lines.join(',');
      if (lines.length > 0) before = ',';
      return Buffer.from(text, 'utf8');
    });
    return {
      chunks: this.#chunks,
      bytes: this.#bytes,
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

  #cut(): void {
    if (this.#open.length === 0) return;
    this.#chunks.push(...this.#writer.write(this.#openBytes, piecesOf(this.#open)));
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
