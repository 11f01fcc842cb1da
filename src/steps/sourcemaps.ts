import type { StepOutcome } from '../journal.js';
import { planSourceMaps } from '../sourcemaps/plan.js';
import type { SourceMapPlan } from '../sourcemaps/types.js';
import type { UploadRecord } from '../upload/types.js';
import { uploadSourceMaps } from '../upload/upload.js';
import type { StepContext } from './context.js';

/** Finds and pairs the files before anything is written to Sentry, so that a wrong path cannot leave a half-made release. */
export async function planFiles(context: StepContext): Promise<SourceMapPlan | undefined> {
  const { inputs, journal, log } = context;
  if (inputs.sourcemaps.patterns.length === 0) return undefined;
  const plan = await planSourceMaps(inputs, log);
  journal.note({ sourcemaps: { patterns: plan.patterns, upload: null } });
  return plan;
}

/** Injects debug ids, bundles and uploads: one pass over the files. */
export async function uploadFiles(context: StepContext, plan: SourceMapPlan | undefined): Promise<StepOutcome> {
  const { inputs, journal, release, target } = context;
  if (plan === undefined) return { status: 'skipped', detail: 'no sourcemaps given' };
  if (plan.units.length === 0) return { status: 'skipped', detail: 'no files matched' };
  const record = await uploadSourceMaps(
    plan,
    {
      org: target.org,
      projects: inputs.projects,
      waitMs: inputs.sourcemaps.waitMs,
      dryRun: inputs.dryRun,
      ...(inputs.createRelease ? { release } : {}),
      ...(inputs.sourcemaps.dist === undefined ? {} : { dist: inputs.sourcemaps.dist }),
    },
    context,
  );
  journal.note({ sourcemaps: { patterns: plan.patterns, upload: record } });
  return { status: inputs.dryRun ? 'planned' : 'done', detail: describeUpload(record) };
}

function describeUpload(record: UploadRecord): string {
  const bundles = record.bundles.map(({ bundleId, state }) => `${bundleId} (${state})`).join(', ');
  return `${record.files} files, ${record.chunksSent} chunks sent, ${record.chunksReused} re-used; bundle ${bundles}`;
}
