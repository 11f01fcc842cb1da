import type { ChunkEncoding } from '../sentry/types.js';
import type { Diagnosis, EditOptions, ScriptScan, SourceFile, Unit } from '../sourcemaps/types.js';
import type { UnitNames } from './entry-names.js';

/** What workers get and give back. All of it survives structuredClone; bulk data lies in shared slabs. */

/**
 * The slabs that all threads share: one block of memory, given out in numbered parts of equal size. What a worker writes,
 * the main thread hashes and another worker encodes without a copy, and memory is bounded by construction.
 */
export interface Slabs {
  readonly memory: SharedArrayBuffer;
  readonly slabBytes: number;
}

/** What every job of one upload needs. */
export interface WorkOptions {
  readonly edit: EditOptions;
  /** Longest chunk in bytes; never above `slabBytes`. */
  readonly maxChunkBytes: number;
  /** Size that chunks come out near; undefined: a job's bytes are cut only where they must be. */
  readonly targetBytes: number | undefined;
  /** 8 where the server takes no compressed chunks: then the files are deflated in the archive. */
  readonly method: 0 | 8;
}

/** Where a chunk's bytes lie: in the shared slabs, in a slab of its own, or in memory of the main thread. */
export type ChunkPlace =
  | { readonly slab: number; readonly offset: number; readonly length: number }
  | { readonly bytes: Uint8Array };

export interface PackedChunk {
  readonly sha1: string;
  readonly length: number;
  readonly place: ChunkPlace;
}

/** What one unit became. */
export interface UnitOutcome {
  /** Bit 1: the script is in the bundle; bit 2: the map is. */
  readonly packed: number;
  readonly debugId: string | undefined;
  readonly diagnoses: readonly Diagnosis[];
  /** See UnitResult. */
  readonly unlike?: ScriptScan;
  readonly inline?: true;
}

/** Units as they go into the archive. */
export interface PackedUnits {
  readonly chunks: readonly PackedChunk[];
  readonly bytes: number;
  readonly entries: number;
  /** Records of the central directory; offsets count from the start of these units. */
  readonly central: Uint8Array;
  /** Lines of manifest.json with commas between them, in parts: each but the first begins a chunk of the manifest. */
  readonly manifest: readonly Uint8Array[];
  /** Whether the first part begins a chunk, too. */
  readonly startsManifestChunk: boolean;
  readonly outcomes: readonly UnitOutcome[];
  /** Chunks are still to come: the job goes on in turns. */
  readonly more: boolean;
}

/** What one more turn of a pack job gave. */
export interface MoreChunks {
  readonly chunks: readonly PackedChunk[];
  readonly more: boolean;
}

/** Reads, edits and packs units into the slabs given (numbers of the shared pool). */
export interface PackJob {
  readonly kind: 'pack';
  readonly units: readonly Unit[];
  readonly names: readonly UnitNames[];
  /** Bytes that the packed units are expected to take. */
  readonly expectedBytes: number;
  readonly slabs: readonly number[];
  /**
   * Set for a unit that may be bigger than the slabs given: when they are full, the job ends with `more`, and goes on by
   * {@link ContinueJob}s of this number. Unique among the jobs under way.
   */
  readonly turns?: number;
}

/** Goes on with a pack job, on the thread that holds it, as far as these slabs reach. */
export interface ContinueJob {
  readonly kind: 'continue';
  readonly turns: number;
  readonly slabs: readonly number[];
}

export interface EncodeJob {
  readonly kind: 'encode';
  readonly encoding: ChunkEncoding;
  readonly chunks: readonly ChunkPlace[];
}

/** Reads the references of scripts, for pairing. The only job that needs no {@link CrewOptions}. */
export interface ScanJob {
  readonly kind: 'scan';
  readonly scripts: readonly SourceFile[];
}

export type Job = PackJob | ContinueJob | EncodeJob | ScanJob;

/** The encoded bodies lie one after another in `bytes`. */
export interface EncodeResult {
  readonly bytes: Uint8Array;
  readonly lengths: readonly number[];
}

export type JobResult<J extends Job> = J extends PackJob
  ? PackedUnits
  : J extends ContinueJob
    ? MoreChunks
    : J extends EncodeJob
      ? EncodeResult
      : readonly ScriptScan[];

/** Given to a worker once, before its first job that needs it. */
export interface CrewOptions {
  readonly options: WorkOptions;
  readonly slabs: Slabs;
}

/** From the main thread to a worker. */
export type Message = { readonly setup: CrewOptions } | { readonly id: number; readonly job: Job };

/** From a worker to the main thread: once that it is there, then what its jobs gave. */
export type Reply =
  | { readonly ready: true }
  | { readonly id: number; readonly result: JobResult<Job> }
  | { readonly id: number; readonly failure: Failure };

/** A failure on its way between threads: a class does not survive the passage. */
export interface Failure {
  readonly code: string | undefined;
  readonly message: string;
  readonly hint: string | undefined;
}
