import { ActionError } from '../errors.js';
import type { Refusal } from './retry.js';

/** Why a failure is not tried once more, as the end of its text. */
export function refusalText(refusal: Refusal, attempts: number): string {
  const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  switch (refusal) {
    case 'attempts':
      return `; gave up after ${tries}, the most for one request`;
    case 'budget':
      return `; gave up after ${tries}: too many requests of this run have failed (the budget of retries is used up)`;
    case 'deadline':
      return `; gave up after ${tries}: the timeout leaves no time for another`;
    default:
      return '';
  }
}

/** What was worth a repeat but did not come right has its own code, so that `network` keeps meaning "will not work". */
export function exhausted(error: ActionError, suffix = ''): ActionError {
  return new ActionError('retries-exhausted', `${error.message}${suffix}`, details(error));
}

/** What an error carries besides code and text, for one that takes its place. */
export function details(error: ActionError): { hint?: string; cause?: unknown; status?: number } {
  return {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.cause === undefined ? {} : { cause: error.cause }),
    ...(error.status === undefined ? {} : { status: error.status }),
  };
}
