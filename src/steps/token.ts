import type { StepOutcome } from '../journal.js';
import { checkToken } from '../token/check.js';
import type { RunContext } from './context.js';

/** Asks Sentry what the token may do, and whether the projects exist, before the first write. */
export async function checkAccess(context: RunContext): Promise<StepOutcome> {
  const check = await checkToken(context.api, context.target, context.inputs.projects, context.log);
  return { detail: check.detail };
}
