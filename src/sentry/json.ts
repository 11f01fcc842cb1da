import { ActionError } from '../errors.js';
import { looksLikeHtml, oneLine, textOf } from './error-text.js';

/**
 * The JSON of an answer, whatever its content type says (Sentry sends JSON as text/html at times). An HTML page with status 200
 * is a login wall or a proxy's page, never Sentry's API.
 */
export function parseJson(body: Uint8Array, endpoint: string, host: string): unknown {
  const text = textOf(body);
  if (looksLikeHtml(text)) {
    throw new ActionError(
      'server-answer-invalid',
      `${endpoint}: the answer is not JSON, it looks like HTML from ${host}`,
      {
        hint: 'Check that the input url is the base URL of your Sentry server, and that no login page or proxy is in front of its API.',
      },
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const start = text === '' ? 'an empty body' : `"${oneLine(text, 80)}"`;
    throw new ActionError('server-answer-invalid', `${endpoint}: the answer of ${host} is not JSON but ${start}`, {
      cause,
      hint: 'Check that the input url is the base URL of your Sentry server.',
    });
  }
}
