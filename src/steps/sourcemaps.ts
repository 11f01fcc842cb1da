import type { StepOutcome } from '../journal.js';
import { STATE_WORDS } from '../report/closing.js';
import { bytes, count } from '../report/format.js';
import { type Build, deleteUploadedMaps } from '../sourcemaps/delete.js';
import { summarizeDiagnoses } from '../sourcemaps/diagnose.js';
import { describePairs } from '../sourcemaps/pair-others.js';
import { planSourceMaps } from '../sourcemaps/plan.js';
import type { Diagnosis, SourceMapPlan, Unit } from '../sourcemaps/types.js';
import type { UploadRecord } from '../upload/types.js';
import { uploadSourceMaps } from '../upload/upload.js';
import type { StepContext } from './context.js';

/**
 * Finds and pairs the files before anything is written to Sentry, so that a wrong path cannot leave a half-made release.
 * Undefined: no source maps are asked for.
 */
export async function planFiles(context: StepContext): Promise<SourceMapPlan | undefined> {
  const { crew, inputs, journal, log } = context;
  if (inputs.sourcemaps.patterns.length === 0) return undefined;
  log.group('Files');
  try {
    const plan = await journal.ahead('sourcemaps', () =>
      planSourceMaps(inputs, log, { onBytes: (bytes) => crew.expect(bytes) }),
    );
    journal.note({ sourcemaps: { patterns: plan.patterns, upload: null } });
    return plan;
  } finally {
    log.endGroup();
  }
}

/** Injects debug ids, bundles and uploads: one pass over the files. */
export async function uploadFiles(context: StepContext, plan: SourceMapPlan): Promise<StepOutcome> {
  const { deadlineAt, clock, inputs, journal, log, release, target } = context;
  if (plan.files === 0) return { status: 'skipped', detail: 'no files matched' };
  const { deleteAfterUpload, dist, waitMs } = inputs.sourcemaps;
  let units: readonly Unit[] = [];
  const record = await uploadSourceMaps(
    plan,
    {
      org: target.org,
      projects: inputs.projects,
      // Nothing is deleted before the server has processed the bundle, so that is waited for.
      waitMs: deleteAfterUpload && waitMs === 0 ? deadlineAt - clock.now() : waitMs,
      dryRun: inputs.dryRun,
      ...(inputs.createRelease ? { release } : {}),
      ...(dist === undefined ? {} : { dist }),
    },
    {
      ...context,
      onPaired: (paired) => {
        units = paired;
        log.info(describePairs(paired));
      },
      onDiagnosed: (diagnoses) => tellDiagnoses(context, diagnoses),
      onStopped: (sent) => journal.note({ sourcemaps: { patterns: plan.patterns, upload: null, sent } }),
    },
  );
  journal.note({ sourcemaps: { patterns: plan.patterns, upload: record } });
  tellUpload(context, record);
  if (deleteAfterUpload) deleteMaps(context, { units, root: plan.options.workspace }, record);
  return { status: inputs.dryRun ? 'planned' : 'done', detail: describeUpload(record, inputs.dryRun), told: true };
}

function tellDiagnoses({ log }: StepContext, diagnoses: readonly Diagnosis[]): void {
  // All of them: the log shows a few and counts the rest, the report keeps each.
  const summary = summarizeDiagnoses(diagnoses, Number.POSITIVE_INFINITY);
  for (const line of summary.lines) log.info(line);
  for (const { severity, message, place } of summary.annotations) log[severity](message, place);
}

function tellUpload({ inputs, log }: StepContext, record: UploadRecord): void {
  for (const { bundleId, files, bytes: size, chunks, state } of record.bundles) {
    log.info(
      `Bundle ${bundleId}: ${count(files, 'file')}, ${bytes(size)} in ${count(chunks, 'chunk')}; ${STATE_WORDS[state]}`,
    );
  }
  if (inputs.dryRun) return;
  log.info(
    `Sent ${count(record.chunksSent, 'chunk')} (${bytes(record.uploadedBytes)}, ${bytes(record.wireBytes)} on the wire), ` +
      `re-used ${count(record.chunksReused, 'chunk')} (${bytes(record.reusedBytes)})`,
  );
}

function deleteMaps({ inputs, log }: StepContext, build: Build, record: UploadRecord): void {
  if (inputs.dryRun) {
    log.info(`Would delete ${count(record.uploadedMaps.length, 'uploaded map')} (delete_after_upload)`);
    return;
  }
  if (!record.bundles.every(({ state }) => state === 'ok')) {
    log.warning('No map was deleted: Sentry has not said that it processed the bundle', {
      title: 'delete_after_upload',
    });
    return;
  }
  const { maps, scripts } = deleteUploadedMaps(build, record, log);
  log.info(
    `Deleted ${count(maps.length, 'uploaded map')}, took the reference out of ${count(scripts.length, 'script')}`,
  );
}

function describeUpload({ bundles, chunksReused, chunksSent, files }: UploadRecord, dryRun: boolean): string {
  const names = bundles.map(({ bundleId, state }) => `${bundleId} (${STATE_WORDS[state]})`).join(', ');
  const whole = bundles.reduce((sum, { chunks }) => sum + chunks, 0);
  // A dry run does not ask which chunks the server has: it can only tell the most that would be sent.
  const sent = dryRun
    ? `at most ${count(whole, 'chunk')} to send`
    : `${count(chunksSent, 'chunk')} sent, ${chunksReused} re-used`;
  return `${count(files, 'file')}, ${sent}; bundle ${names}`;
}
