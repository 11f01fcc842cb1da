import type { RefPayload } from '../sentry/types.js';
import { whyForeign } from './missing.js';
import type { PlanRequest } from './plan-sources.js';
import { short } from './revision.js';
import type { CommitsPlan } from './types.js';

/** The plan that lets Sentry read the commits itself. It also finds the beginning where we found none, so that nothing is missing. */
export function planOfRefs(
  refs: readonly RefPayload[],
  reason: string,
  {
    deps,
    repository,
    own,
    beginning: { previous, foreign },
  }: Pick<PlanRequest, 'deps' | 'repository' | 'own' | 'beginning'>,
): CommitsPlan {
  if (foreign !== undefined) {
    const name = `The previous commit ${foreign.revision} (${foreign.why})`;
    deps.log.info(`${name} ${whyForeign(foreign, repository)}. Sentry finds where the range begins.`);
  }
  const range = previous === undefined ? {} : { range: `${short(previous.revision)}..${short(own.sha)}` };
  return { source: 'integration', reason, refs, ...range };
}
