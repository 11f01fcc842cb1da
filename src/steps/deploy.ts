import type { GitHubContext } from '../inputs/github.js';
import type { Inputs } from '../inputs/inputs.js';
import type { StepOutcome } from '../journal.js';
import type { RunReport } from '../report/report.js';
import { recordDeploy } from '../sentry/deploys.js';
import type { RunContext } from './context.js';

/**
 * The page of this run attempt. It goes into the deploy's `url` and is what a repeated run of the same attempt finds its own
 * deploy by, because Sentry makes a new deploy for every POST.
 */
export function runAttemptUrl(github: GitHubContext): string | undefined {
  if (github.repository === undefined || github.runId === undefined) return undefined;
  return `${github.serverUrl}/${github.repository}/actions/runs/${github.runId}/attempts/${github.runAttempt}`;
}

/** What a deploy is called and points to, and whether that tells this run attempt from every other. */
interface Label {
  readonly url?: string;
  readonly name?: string;
  readonly marked: boolean;
}

/** A url given by the user is the same in every run; then the name carries the mark, unless that is given too. */
function labelOf({ deploy }: Inputs, github: GitHubContext): Label {
  const page = runAttemptUrl(github);
  const named = deploy.name === undefined ? {} : { name: deploy.name };
  if (deploy.url === undefined)
    return { ...named, ...(page === undefined ? {} : { url: page }), marked: page !== undefined };
  if (deploy.name !== undefined || github.runId === undefined) return { ...named, url: deploy.url, marked: false };
  return { name: `Run ${github.runId}, attempt ${github.runAttempt}`, url: deploy.url, marked: true };
}

/** Records one deploy per environment; none without an environment. */
export async function recordDeploys(context: RunContext): Promise<StepOutcome> {
  const { api, clock, github, inputs, journal, log, release } = context;
  const { environments, finishedAt, startedAt } = inputs.deploy;
  if (inputs.dryRun) return { status: 'planned', detail: `would record a deploy to ${environments.join(', ')}` };
  const { marked, ...label } = labelOf(inputs, github);
  for (const environment of environments) {
    const body = {
      environment,
      dateFinished: finishedAt ?? new Date(clock.now()).toISOString(),
      projects: inputs.projects,
      ...label,
      ...(startedAt === undefined ? {} : { dateStarted: startedAt }),
    };
    const { deploy, existed } = await recordDeploy(api, release, body, log, { marked });
    const recorded = { id: deploy.id, environment, url: label.url ?? null, existed };
    journal.note({ deploys: [...journal.facts.deploys, recorded] });
    // At once: when the next one fails, the log has to say which it was.
    log.info(describeDeploy(recorded));
  }
  return { detail: journal.facts.deploys.map(describeDeploy).join(', '), told: true };
}

function describeDeploy({ environment, existed, id }: RunReport['deploys'][number]): string {
  return `${existed ? 'had recorded' : 'recorded'} deploy ${id} to ${environment}`;
}
