import { ActionError } from '../errors.js';
import type { CommitInputs } from '../inputs/inputs.js';
import type { Log } from '../log.js';
import type { ForeignCommit, Previous } from './previous.js';
import type { OwnRepository } from './repository.js';

/** A previous commit that our history does not have: squashed, force-pushed away, unknown, or another repository's. */
export interface Missing {
  readonly previous: Previous;
  /** A clause that goes on from the commit's name: `is not in the history of 0123…`. */
  readonly what: string;
  /** A sentence: what is sent in its place. */
  readonly instead: string;
  /** How it is told when `ignore_missing` is not given; a warning where the range is a guess. */
  readonly level: 'notice' | 'warning';
}

/**
 * What `ignore_missing` decides: an error when it is false, else something else is sent, which is a plain line of the log when
 * it is true. The answer tells it, once the fallback is there: another source may be asked first.
 *
 * @throws ActionError `commits-failed`, which names the commit and its release
 */
export function decideMissing(
  { previous, what, instead, level }: Missing,
  { ignoreMissing }: Pick<CommitInputs, 'ignoreMissing'>,
  log: Log,
): () => void {
  // In full: a short id cannot be looked up where the commit is in no branch any more.
  const message = `The previous commit ${previous.revision} (${previous.why}) ${what}`;
  if (ignoreMissing === false) {
    throw new ActionError('commits-failed', `${message}. ignore_missing is false.`, {
      hint: `Name the commit where the range begins with previous_commit, or drop ignore_missing: false. ${instead}`,
    });
  }
  const text = `${message}. ${instead}`;
  if (ignoreMissing === true) return () => log.info(text);
  return () => log[level](text, { title: 'Previous commit not found' });
}

/** What is the matter with the last commit of another repository's release. */
export function whyForeign(foreign: ForeignCommit, own: OwnRepository): string {
  return `is one of ${foreign.repository}, not of ${own.url.path}`;
}
