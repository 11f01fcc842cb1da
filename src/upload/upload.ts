import { ActionError } from '../errors.js';
import type { Diagnosis, SourceMapPlan, Unit } from '../sourcemaps/types.js';
import type { Courier } from './courier.js';
import type { Crew } from './crew.js';
import { finishBundles } from './finish.js';
import { Outcome } from './outcome.js';
import { packBundles } from './pack-bundles.js';
import { openSession, type SessionDeps, type UploadRequest } from './session.js';
import { createStop } from './stop.js';
import type { SentSoFar, UploadRecord } from './types.js';

export interface UploadDeps extends SessionDeps {
  /** Who does the work. It is closed when the upload ends: what threads hold is freed before the next step. */
  readonly crew: Crew;
  /** Told every unit, once all files are paired. */
  readonly onPaired?: (units: readonly Unit[]) => void;
  /** Told once what was found out about the files, also when the upload fails: the reason may be among it. */
  readonly onDiagnosed?: (diagnoses: readonly Diagnosis[]) => void;
  /** Told what was sent when the upload fails. */
  readonly onStopped?: (sent: SentSoFar) => void;
}

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
  const { crew } = deps;
  const stop = createStop(deps.signal);
  const outcome = new Outcome(plan.diagnoses);
  let courier: Courier | undefined;
  try {
    crew.expect(plan.bytes);
    const options = await stop.or(deps.api.chunkOptions());
    const session = openSession(plan, request, deps, options, crew, stop);
    courier = session.courier;
    const bundles = await packBundles(session, outcome, deps.onPaired);
    if (bundles.length === 0 && plan.files > 0) throw nothingLeft(outcome);
    const records = await finishBundles(session, bundles);
    return outcome.record(bundles, records, session.courier, request.dryRun);
  } catch (error) {
    const { sent, uploadedBytes = 0, wireBytes = 0 } = courier ?? {};
    deps.onStopped?.({ chunksSent: sent?.size ?? 0, uploadedBytes, wireBytes });
    throw error;
  } finally {
    deps.onDiagnosed?.(outcome.diagnoses);
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
