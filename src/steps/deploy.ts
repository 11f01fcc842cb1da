import type { GitHubContext } from '../inputs/github.js';
import type { StepOutcome } from '../journal.js';
import { recordDeploy } from '../sentry/deploys.js';
import type { StepContext } from './context.js';

/**
 * The page of this run attempt. It goes into the deploy's `url` and is what a repeated run of the same attempt finds its own
 * deploy by, because Sentry makes a new deploy for every POST.
 */
export function runAttemptUrl(github: GitHubContext): string | undefined {
  if (github.repository === undefined || github.runId === undefined) return undefined;
  return `${github.serverUrl}/${github.repository}/actions/runs/${github.runId}/attempts/${github.runAttempt}`;
}

/** Records one deploy per environment; none without an environment. */
export async function recordDeploys(context: StepContext): Promise<StepOutcome> {
  const { api, clock, github, inputs, journal, log, release } = context;
  const { deploy } = inputs;
  if (!inputs.createRelease) return { status: 'skipped', detail: 'create_release is false' };
  if (deploy.environments.length === 0) return { status: 'skipped', detail: 'no environment given' };
  if (inputs.dryRun) return { status: 'planned', detail: `would record a deploy to ${deploy.environments.join(', ')}` };
  const url = deploy.url ?? runAttemptUrl(github);
  for (const environment of deploy.environments) {
    const recorded = await recordDeploy(
      api,
      release,
      {
        environment,
        dateFinished: deploy.finishedAt ?? new Date(clock.now()).toISOString(),
        projects: inputs.projects,
        ...(deploy.name === undefined ? {} : { name: deploy.name }),
        ...(url === undefined ? {} : { url }),
        ...(deploy.startedAt === undefined ? {} : { dateStarted: deploy.startedAt }),
      },
      log,
    );
    const { id } = recorded.deploy;
    journal.note({
      deploys: [...journal.facts.deploys, { id, environment, url: url ?? null, existed: recorded.existed }],
    });
    log.info(`${recorded.existed ? 'Found' : 'Recorded'} deploy ${id} of ${release} to ${environment}`);
  }
  return { detail: journal.facts.deploys.map(({ environment, id }) => `${environment} (${id})`).join(', ') };
}
