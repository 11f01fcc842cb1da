import { ActionError } from '../errors.js';

/**
 * What a token is by its looks. `hex` is an older integration or user token, which look the same; `opaque` is anything else that
 * can be a token: servers decide by the whole text, so it is sent as it is.
 */
export type TokenKind = 'integration' | 'organization' | 'user' | 'hex' | 'opaque';

export interface Token {
  /** As it goes into the Authorization header. */
  readonly value: string;
  readonly kind: TokenKind;
  /** Slug, from an organization token. */
  readonly org: string | undefined;
  /** Base URL, from an organization token. */
  readonly url: string | undefined;
  /** Base URL of the region that holds the organization's data, from an organization token. */
  readonly regionUrl: string | undefined;
  /** What looks wrong with it, though only the server can tell. */
  readonly doubt: string | undefined;
}

/** Sentry's own tokens have at most a few hundred characters; a file pasted by mistake has more. */
const MAX_LENGTH = 4096;

/**
 * Tells the kind of a token and reads what an organization token says about itself. Whitespace and line breaks around it, which
 * secrets often end with, are dropped.
 *
 * @throws ActionError `token-missing`, `token-is-dsn` or `token-malformed`; never with any of the token's text in the message
 */
export function parseToken(raw: string): Token {
  const value = raw.replace(/^[\s\u200b\ufeff]+|[\s\u200b\ufeff]+$/g, '');
  refuseMistakes(value);
  const plain = { value, org: undefined, url: undefined, regionUrl: undefined, doubt: undefined };
  if (value.startsWith('sntrys_')) return organizationToken(value);
  if (/^[0-9a-f]{64}$/i.test(value)) return { ...plain, kind: 'hex' };
  const kind = value.startsWith('sntryi_') ? 'integration' : value.startsWith('sntryu_') ? 'user' : undefined;
  if (kind !== undefined) {
    const whole = /^sntry[iu]_[0-9a-f]{64}$/i.test(value);
    const doubt = whole
      ? undefined
      : `it has ${value.length} characters, where 71 are expected; part of it may be missing`;
    return { ...plain, kind, doubt };
  }
  const doubt = value.startsWith('sntry')
    ? undefined
    : 'it does not look like a token of Sentry (sntryi_…, sntrys_…, sntryu_…)';
  return { ...plain, kind: 'opaque', doubt };
}

/** What people paste instead of a token, each with its own way out. */
function refuseMistakes(value: string): void {
  if (value === '') {
    throw new ActionError('token-missing', 'The Sentry auth token is empty', {
      hint: 'The secret does not exist here or has no value. Pull requests from forks and Dependabot get no secrets; on_missing_token: skip ends such runs green.',
    });
  }
  if (/^https?:\/\/[^/@\s]+@[^/\s]+\/\d+/i.test(value)) {
    throw new ActionError(
      'token-is-dsn',
      'The auth token is a DSN. A DSN tells an app where to send events; it may not write releases',
      {
        hint: 'Make an internal integration in Sentry (Settings > Custom Integrations; on older servers Developer Settings) with the permission Release: Admin, and store its token in the secret.',
      },
    );
  }
  const mistake = MISTAKES.find(({ looks }) => looks.test(value));
  if (mistake) throw new ActionError('token-malformed', `The auth token ${mistake.what}`, { hint: mistake.hint });
  if (value.length > MAX_LENGTH) {
    throw new ActionError(
      'token-malformed',
      `The auth token has ${value.length} characters, more than any token of Sentry`,
      {
        hint: 'Store only the token in the secret.',
      },
    );
  }
}

const PASTE_AGAIN =
  'Copy the token from Sentry again and store it in the secret, alone, in one line and without quotes.';

const MISTAKES: readonly { readonly looks: RegExp; readonly what: string; readonly hint: string }[] = [
  {
    looks: /^(?:gh[opsur]_|github_pat_)/,
    what: 'is a GitHub token',
    hint: 'auth_token needs a token made in Sentry; the GitHub token goes to github_token, which has a default.',
  },
  { looks: /^(?:"|').*(?:"|')$/s, what: 'has quotes around it', hint: PASTE_AGAIN },
  {
    looks: /^Bearer\s/i,
    what: 'begins with the word Bearer',
    hint: 'Store the token alone; the action makes the header.',
  },
  {
    looks: /^(?:\$\{\{?|\$[A-Z_]+$|%[A-Z_]+%$|\*+$)/i,
    what: 'is a placeholder that was never replaced',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how it is written in a workflow
    hint: 'In a workflow it is written auth_token: ${{ secrets.SENTRY_AUTH_TOKEN }}.',
  },
  {
    looks: /^SENTRY_AUTH_TOKEN\s*[=:]/i,
    what: 'begins with the name of the variable',
    hint: 'Store only what comes after the equals sign.',
  },
  { looks: /\s/, what: 'has whitespace or a line break inside', hint: PASTE_AGAIN },
  { looks: /[^\x21-\x7e]/, what: 'has characters that no token has (not printable ASCII)', hint: PASTE_AGAIN },
  { looks: /^https?:\/\//i, what: 'is an address, not a token', hint: 'The address of Sentry goes to the input url.' },
];

/**
 * `sntrys_<payload>_<secret>`: the payload is base64 of JSON with `org`, `url` and `region_url`. The server goes by the whole
 * text, so a payload that cannot be read is a doubt, not an error.
 */
function organizationToken(value: string): Token {
  const payload = readPayload(value);
  return {
    value,
    kind: 'organization',
    org: textOf(payload?.['org']),
    url: textOf(payload?.['url']),
    regionUrl: textOf(payload?.['region_url']),
    doubt: payload ? undefined : 'what it says about its organization cannot be read; part of it may be missing',
  };
}

function readPayload(value: string): Record<string, unknown> | undefined {
  const parts = value.split('_');
  const [, payload, secret] = parts;
  if (parts.length !== 3 || !payload || !secret) return undefined;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
