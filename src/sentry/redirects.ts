import { ActionError } from '../errors.js';
import { parseUrl } from '../parse-url.js';
import { oneLine } from './error-text.js';
import { headerOf } from './timing.js';
import type { Answer } from './transport.js';

/** Hops a read may follow. */
export const MAX_REDIRECTS = 5;

/** The statuses that send a client elsewhere. */
export const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

export function isRedirect(status: number): boolean {
  return REDIRECTS.includes(status);
}

/**
 * Where a read goes on. Reads follow inside the token's recipients; a write never follows, because 301 and 302 would turn it
 * into a read, and 307 and 308 would hand its body to whoever the answer names.
 */
export function redirectTarget(
  answer: Answer,
  request: { readonly method: string; readonly url: URL; readonly family: string },
  allows: (url: URL) => boolean,
): URL {
  const from = `${request.method} ${request.family} on ${request.url.host}`;
  const location = headerOf(answer.headers, 'location') ?? '';
  const target = location === '' ? undefined : parseUrl(location, request.url);
  if (target === undefined) {
    throw new ActionError('redirected', `${from} was redirected (${answer.status}) without a usable Location`, {
      status: answer.status,
      hint: 'Check the input url and what is in front of your Sentry server.',
    });
  }
  const shown = oneLine(target.origin, 200);
  if (request.url.protocol === 'https:' && target.protocol !== 'https:')
    throw refuse(`${shown}, which is not encrypted`);
  if (!allows(target)) throw refuse(`${shown}, which is not a host the token may be sent to`);
  if (request.method !== 'GET') throw refuse(shown, baseOf(request.url, target));
  return target;

  function refuse(to: string, url?: string): ActionError {
    return new ActionError('redirected', `${from} was redirected (${answer.status}) to ${to}`, {
      status: answer.status,
      hint:
        url === undefined
          ? 'Set the input url to the final address of your Sentry server if you trust that host.'
          : `Set the input url to ${oneLine(url, 200)}: requests that write never follow a redirect.`,
    });
  }
}

/** The base URL that would have needed no redirect. */
function baseOf(from: URL, target: URL): string {
  const tail = from.pathname.slice(from.pathname.indexOf('/api/0/'));
  const prefix = target.pathname.endsWith(tail) ? target.pathname.slice(0, -tail.length) : '';
  return `${target.origin}${prefix}`;
}
