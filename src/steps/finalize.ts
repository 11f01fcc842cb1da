import type { StepOutcome } from '../journal.js';
import type { StepContext } from './context.js';

/**
 * Sets the release date once. A release that has a date keeps it: the date decides which release counts as the previous
 * one, so that a re-run must not move it.
 */
export async function finalizeRelease(context: StepContext): Promise<StepOutcome> {
  const { api, clock, inputs, journal, log, release } = context;
  if (!inputs.createRelease) return { status: 'skipped', detail: 'create_release is false' };
  if (!inputs.finalize) return { status: 'skipped', detail: 'finalize is false' };
  if (inputs.dryRun) return { status: 'planned', detail: 'would set the release date' };
  const before = journal.facts.finalizedAt;
  if (before !== null) {
    log.info(`Release ${release} was finalized already, at ${before}; the date stays`);
    return { detail: `was finalized at ${before}` };
  }
  const dateReleased = new Date(clock.now()).toISOString();
  const answer = await api.updateRelease(release, { projects: inputs.projects, dateReleased });
  journal.note({ finalizedAt: answer.dateReleased ?? dateReleased });
  log.info(`Finalized release ${release} at ${answer.dateReleased ?? dateReleased}`);
  return { detail: `at ${answer.dateReleased ?? dateReleased}` };
}
