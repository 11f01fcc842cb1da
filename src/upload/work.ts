import { ActionError, ERROR_CODES, type ErrorCode } from '../errors.js';
import { scanInTurn } from '../sourcemaps/scan.js';
import { encode } from './codec.js';
import type { CrewOptions, EncodeJob, EncodeResult, Failure, Job, JobResult, Slabs } from './jobs.js';
import { type ProcessUnit, pack } from './pack.js';
import { bytesAt } from './slab-writer.js';

/** Carries a job out on this thread; workers and the inline crew share it. */
export function work(job: Job, setup: CrewOptions | undefined, processUnit: ProcessUnit): JobResult<Job> {
  if (job.kind === 'scan') return scanInTurn(job.scripts);
  if (setup === undefined) throw new Error('A job came before the setup');
  const { options, slabs } = setup;
  return job.kind === 'pack' ? pack(job, options, slabs, processUnit) : encodeChunks(job, slabs);
}

function encodeChunks(job: EncodeJob, slabs: Slabs): EncodeResult {
  const bodies = job.chunks.map((place) => encode(bytesAt(slabs, place), job.encoding));
  // Copied into one buffer of its own: it is handed over without a copy, and zlib's roomy output buffers are freed here.
  const bytes = new Uint8Array(bodies.reduce((sum, body) => sum + body.length, 0));
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
