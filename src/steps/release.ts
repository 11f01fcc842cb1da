import type { StepOutcome } from '../journal.js';
import type { RunContext } from './context.js';

/** The page of a release in Sentry's interface; works on sentry.io, its regions and self-hosted. */
export function releasePage(webUrl: string, org: string, version: string): string {
  return `${webUrl}/organizations/${encodeURIComponent(org)}/releases/${encodeURIComponent(version)}/`;
}

/** Creates the release, or finds it: a second run gets the same one. */
export async function createRelease(context: RunContext): Promise<StepOutcome> {
  const { api, inputs, journal, log, release, target } = context;
  const url = releasePage(target.webUrl, target.org, release);
  if (inputs.dryRun) {
    const existing = await api.getRelease(release);
    journal.note({ release: { version: release, url, created: false } });
    return { status: 'planned', detail: existing ? `${release} exists already` : `would create ${release}` };
  }
  const { created, release: answer } = await api.createRelease({
    version: release,
    projects: inputs.projects,
    dateStarted: new Date(context.clock.now()).toISOString(),
  });
  journal.note({
    release: { version: release, url, created },
    finalizedAt: answer.dateReleased ?? null,
  });
  log.info(url);
  return { detail: `${created ? 'created' : 'existed already'}: ${release} for ${inputs.projects.join(', ')}` };
}
