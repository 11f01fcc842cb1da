import type { StepOutcome } from '../journal.js';
import { createPageFetcher } from '../verify/fetcher.js';
import { verifySite } from '../verify/site.js';
import { ofEarlierRuns, ofThisRun } from '../verify/uploaded.js';
import { verifyDebugIds } from '../verify/verify.js';
import type { RunContext } from './context.js';

/** Asks Sentry for each debug id that was uploaded, and names those it cannot resolve. */
export async function verifyUpload(context: RunContext): Promise<StepOutcome> {
  const { inputs, journal } = context;
  const upload = journal.facts.sourcemaps?.upload;
  if (!upload) return { status: 'skipped', detail: 'nothing was uploaded' };
  if (inputs.dryRun) return { status: 'planned', detail: `would ask for ${upload.debugIds.length} debug ids` };
  return { ...(await verifyDebugIds(upload, inputs.projects, context)), told: true };
}

/** Looks at the scripts that the deployed site serves, and tells which of them carry an uploaded debug id. */
export async function verifyDeployed(context: RunContext, address: string): Promise<StepOutcome> {
  const { api, inputs, journal } = context;
  if (inputs.dryRun) return { status: 'planned', detail: `would look at ${address}` };
  const fetcher = createPageFetcher(context);
  const upload = journal.facts.sourcemaps?.upload;
  // The site is there after publishing, which may well be another step or job than the one that has the files.
  const uploaded = upload ? ofThisRun(upload) : ofEarlierRuns(inputs.projects, api);
  return { ...(await verifySite(address, uploaded, { ...context, fetcher })), told: true };
}
