import { planCommits } from '../commits/plan.js';
import type { CommitsPlan } from '../commits/types.js';
import type { StepOutcome } from '../journal.js';
import { count } from '../report/format.js';
import type { RunContext } from './context.js';

/** Tells Sentry which commits are in the release. */
export async function setCommits(context: RunContext): Promise<StepOutcome> {
  const { api, inputs, journal, release } = context;
  const plan = await planCommits(inputs, release, context);
  const amount = plan.refs?.length ?? plan.commits?.length ?? 0;
  journal.note({ commits: { source: plan.source, count: amount, range: plan.range ?? null } });
  if (amount === 0) {
    const status = plan.nothingNew === true ? 'done' : 'warned';
    return { status, detail: plan.reason, told: plan.told === true };
  }
  if (inputs.dryRun) return { status: 'planned', detail: `would set ${describePlan(plan)}` };
  const answer = await api.updateRelease(release, {
    ...(plan.refs === undefined ? {} : { refs: plan.refs }),
    ...(plan.commits === undefined ? {} : { commits: plan.commits }),
  });
  const stored = plan.refs === undefined ? amount : answer.commitCount;
  journal.note({ commits: { source: plan.source, count: stored, range: plan.range ?? null } });
  return { detail: describePlan(plan) };
}

function describePlan(plan: CommitsPlan): string {
  const range = plan.range === undefined ? '' : ` ${plan.range}`;
  if (plan.refs !== undefined) {
    const refs = plan.refs.map(({ repository, commit }) => `${repository}@${commit.slice(0, 12)}`).join(', ');
    return `Sentry reads the commits itself: ${refs}${range} (${plan.reason})`;
  }
  return `${count(plan.commits?.length ?? 0, 'commit')} from ${plan.source}${range} (${plan.reason})`;
}
