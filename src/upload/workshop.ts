import { ActionError, ERROR_CODES, type ErrorCode } from '../errors.js';
import { scanInTurn } from '../sourcemaps/scan.js';
import { Arena } from './arena.js';
import { encode } from './codec.js';
import type {
  ContinueJob,
  CrewOptions,
  EncodeJob,
  EncodeResult,
  Failure,
  Job,
  JobResult,
  MoreChunks,
  PackedUnits,
  PackJob,
  Slabs,
} from './jobs.js';
import { PackInTurns, type ProcessUnit, pack } from './pack.js';
import { bytesAt } from './slab-writer.js';

/** What one thread needs to carry jobs out; workers have one each, and so has the calling thread. */
export class Workshop {
  readonly #processUnit: ProcessUnit;
  readonly #turns = new Map<number, PackInTurns>();
  #setup: CrewOptions | undefined;
  #arena: Arena | undefined;

  constructor(processUnit: ProcessUnit) {
    this.#processUnit = processUnit;
  }

  /** What the jobs of an upload need. */
  setup(setup: CrewOptions): void {
    this.#setup = setup;
  }

  /** Carries a job out. Throws what it throws. */
  do(job: Job): JobResult<Job> {
    switch (job.kind) {
      case 'scan':
        return scanInTurn(job.scripts);
      case 'encode':
        return encodeChunks(job, this.#options().slabs);
      case 'pack':
        return this.#pack(job);
      case 'continue':
        return this.#continue(job);
    }
  }

  #pack(job: PackJob): PackedUnits {
    const { options, slabs } = this.#options();
    if (job.turns === undefined) {
      this.#arena ??= new Arena();
      return pack(job, options, slabs, this.#processUnit, this.#arena);
    }
    const turns = new PackInTurns(job, options, slabs, this.#processUnit);
    const first = turns.first();
    if (first.more) this.#turns.set(job.turns, turns);
    return first;
  }

  #continue({ turns: number, slabs }: ContinueJob): MoreChunks {
    const turns = this.#turns.get(number);
    if (turns === undefined) throw new Error('This thread does not hold the job');
    const next = turns.next(slabs);
    if (!next.more) this.#turns.delete(number);
    return next;
  }

  #options(): CrewOptions {
    if (this.#setup === undefined) throw new Error('A job came before the setup');
    return this.#setup;
  }
}

function encodeChunks(job: EncodeJob, slabs: Slabs): EncodeResult {
  const bodies = job.chunks.map((place) => encode(bytesAt(slabs, place), job.encoding));
  // Copied into one buffer of its own: it is handed over without a copy, and zlib's roomy output buffers are freed here.
  const bytes = Buffer.allocUnsafeSlow(bodies.reduce((sum, body) => sum + body.length, 0));
  let at = 0;
  for (const body of bodies) {
    bytes.set(body, at);
    at += body.length;
  }
  return { bytes, lengths: bodies.map((body) => body.length) };
}

/** Describes what was thrown, for the other side of a thread. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof ActionError) return { code: thrown.code, message: thrown.message, hint: thrown.hint };
  return { code: undefined, message: thrown instanceof Error ? thrown.message : String(thrown), hint: undefined };
}

/** The error that a failure stands for. */
export function fromFailure({ code, message, hint }: Failure): Error {
  const known = ERROR_CODES.find((candidate: ErrorCode) => candidate === code);
  return known === undefined ? new Error(message) : new ActionError(known, message, hint === undefined ? {} : { hint });
}
