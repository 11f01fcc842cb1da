import type { StepOutcome } from '../journal.js';
import type { RunContext } from './context.js';

/**
 * Sets the release date once. A release that has a date keeps it: the date decides which release counts as the previous
 * one, so that a re-run must not move it.
 */
export async function finalizeRelease(context: RunContext): Promise<StepOutcome> {
  const { api, clock, inputs, journal, release } = context;
  if (inputs.dryRun) return { status: 'planned', detail: 'would set the release date' };
  const before = journal.facts.finalizedAt;
  if (before !== null) {
    return { detail: `was finalized already, at ${before}; the date stays` };
  }
  const dateReleased = new Date(clock.now()).toISOString();
  const answer = await api.updateRelease(release, { projects: inputs.projects, dateReleased });
  journal.note({ finalizedAt: answer.dateReleased ?? dateReleased });
  return { detail: `released at ${answer.dateReleased ?? dateReleased}` };
}
