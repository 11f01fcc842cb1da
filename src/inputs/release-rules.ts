import { cutWords } from '../cut-words.js';
import { ActionError } from '../errors.js';

/** Characters, counted as Sentry's server counts them (code points). */
export const MAX_RELEASE_LENGTH = 200;

/** Of a name in a message, in UTF-16 units: a variable may hold a whole file by mistake. */
const LONGEST_SHOWN = 2 * MAX_RELEASE_LENGTH;

/**
 * Checks a name by the rules of Sentry's server and of sentry-cli together, before anything is sent: the server would answer
 * "Release with name … is not allowed" without saying which rule.
 *
 * @throws ActionError `release-name-invalid`
 */
export function assertReleaseName(name: string, origin: string): void {
  const reason = whyInvalid(name);
  if (reason === undefined) return;
  const shown = JSON.stringify(cutWords(name, LONGEST_SHOWN));
  throw new ActionError('release-name-invalid', `The release name ${shown} (${origin}) ${reason}.`, {
    hint: 'Give another name with the input release; for a branch or tag with slashes, replace them, for instance by "-".',
  });
}

function whyInvalid(name: string): string | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'is empty';
  if (trimmed !== name) return 'begins or ends with a space';
  if (trimmed === '.' || trimmed === '..') return 'may not be "." or ".."';
  if (trimmed.toLowerCase() === 'latest') return 'may not be the word "latest", which Sentry keeps for itself';
  if (name.includes('/')) return 'contains a slash, which Sentry does not allow';
  if (name.includes('\\')) return 'contains a backslash, which Sentry does not allow';
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'contains a line break, a tab or another control character';
  const length = [...name].length;
  if (length > MAX_RELEASE_LENGTH) return `has ${length} characters; Sentry allows ${MAX_RELEASE_LENGTH}`;
  return undefined;
}
