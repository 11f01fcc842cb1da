import { availableParallelism } from 'node:os';
import { ActionError } from '../errors.js';
import { processUnit as realProcessUnit } from '../sourcemaps/process.js';
import type { SourceMapPlan } from '../sourcemaps/types.js';
import { Crew, type WorkerSetup } from './crew.js';
import { finishBundles } from './finish.js';
import { Outcome } from './outcome.js';
import type { ProcessUnit } from './pack.js';
import { packBundles } from './pack-bundles.js';
import { openSession, type SessionDeps, type UploadRequest } from './session.js';
import { createStop } from './stop.js';
import type { UploadRecord } from './types.js';

export interface UploadDeps extends SessionDeps {
  /** How threads are started (count: a core each, unless given); without it everything is done on this thread. */
  readonly workers?: Pick<WorkerSetup, 'url'> & Partial<WorkerSetup>;
  /** Edits units on this thread. @default sourcemaps/process.ts */
  readonly processUnit?: ProcessUnit;
}

/** Below this, starting threads costs more than they save. */
const INLINE_BYTES = 3 << 20;
const MAX_THREADS = 8;

/**
 * Uploads a build in one pass: reading, editing, writing back, packing, hashing, asking, compressing and sending all overlap,
 * and memory stays bounded whatever the size. Resolves when Sentry has everything (and, with `waitMs`, has processed it).
 * Throws an ActionError: file-changed, file-unreadable, sourcemaps-unusable, server-limits, assemble-failed, upload-stuck,
 * deadline, or what the API throws.
 */
export async function uploadSourceMaps(
  plan: SourceMapPlan,
  request: UploadRequest,
  deps: UploadDeps,
): Promise<UploadRecord> {
  const crew = startCrew(plan, deps);
  const stop = createStop(deps.signal);
  try {
    const options = await stop.or(deps.api.chunkOptions());
    const session = openSession(plan, request, deps, options, crew, stop);
    const outcome = new Outcome(plan);
    const bundles = await packBundles(session, outcome);
    if (bundles.length === 0 && plan.units.length > 0) throw nothingLeft(outcome);
    const records = await finishBundles(session, bundles);
    return outcome.record(bundles, records, session.courier, request.dryRun);
  } finally {
    stop.close();
    await crew.close();
  }
}

function nothingLeft({ diagnoses }: Outcome): ActionError {
  const reasons = diagnoses.filter(({ severity }) => severity !== 'info').slice(0, 3);
  const text = reasons.map(({ file, message }) => `${file}: ${message}`).join('; ');
  return new ActionError('sourcemaps-unusable', `None of the files can be uploaded. ${text}`.trim(), {
    hint: 'Repair the files named above; the log has one line for each.',
  });
}

function startCrew(plan: SourceMapPlan, { workers, processUnit }: UploadDeps): Crew {
  // This thread works, too.
  const count = workers?.count ?? Math.min(availableParallelism(), MAX_THREADS) - 1;
  const isWorthIt = workers !== undefined && (plan.bytes >= INLINE_BYTES || workers.count !== undefined);
  return new Crew(isWorthIt ? { ...workers, count } : undefined, processUnit ?? realProcessUnit);
}
