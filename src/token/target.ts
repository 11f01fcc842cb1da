import { ActionError } from '../errors.js';
import type { Inputs } from '../inputs/inputs.js';
import { isSlug } from '../inputs/parse.js';
import type { Log } from '../log.js';
import { parseUrl } from '../parse-url.js';
import type { Token } from './token.js';

/** Where the run writes, and who may get the token. */
export interface Target {
  /** Origin of the API, without a slash at the end. */
  readonly baseUrl: string;
  /** Origin of the pages a person opens; differs from the API's on Sentry's regions, which have no pages of their own. */
  readonly webUrl: string;
  readonly org: string;
  readonly token: Token;
  /** Whether the token may be sent to this address. */
  allows(url: URL): boolean;
}

const DEFAULT_URL = 'https://sentry.io';

/**
 * Decides the server and the organization. What an organization token says about itself comes first: the token is worth nothing
 * elsewhere. Regions of sentry.io are one server in this sense, so the region the user asks for is kept.
 *
 * @throws ActionError `url-invalid`, `org-missing`, `org-mismatch` or `project-missing`
 */
export function resolveTarget(inputs: Pick<Inputs, 'url' | 'org' | 'projects'>, token: Token, log: Log): Target {
  const base = chooseBase(inputs.url, token, log);
  // Other servers that speak the protocol have tokens of their own looks.
  if (token.doubt !== undefined && (token.kind !== 'opaque' || isSaas(base))) {
    log.warning(`The auth token is used as it is, but ${token.doubt}.`, { title: 'Auth token' });
  }
  const org = chooseOrg(inputs.org, token);
  if (inputs.projects.length === 0) {
    throw new ActionError('project-missing', 'No Sentry project was given', {
      hint: 'Set the input projects, or the environment variable SENTRY_PROJECT, to the slug of your project: it is in the address of the project in Sentry.',
    });
  }
  return {
    baseUrl: base.origin,
    webUrl: isSaas(base) ? DEFAULT_URL : base.origin,
    org,
    token,
    allows: recipients(base, token),
  };
}

function chooseBase(given: string | undefined, token: Token, log: Log): URL {
  const manual = given === undefined ? undefined : baseUrl(given, 'The url of Sentry');
  if (token.url === undefined) return manual ?? new URL(DEFAULT_URL);
  const own = baseUrl(token.url, 'The url inside the organization token');
  if (manual === undefined || manual.origin === own.origin) return own;
  const region =
    token.regionUrl === undefined ? undefined : baseUrl(token.regionUrl, 'The region inside the organization token');
  if (manual.origin === region?.origin || (isSaas(manual) && isSaas(own))) return manual;
  log.warning(
    `The organization token belongs to ${own.origin}, so ${manual.origin} (from url or SENTRY_URL) is not used. ` +
      'Remove that setting, or use a token made there.',
    { title: 'Sentry url' },
  );
  return own;
}

function baseUrl(text: string, what: string): URL {
  const refuse = (why: string, hint: string) =>
    new ActionError('url-invalid', `${what} ${why}: ${shown(text)}`, { hint });
  if (!/^https?:\/\//i.test(text)) {
    const guess = /^[\w.-]+(?::\d+)?\/?$/.test(text) ? ` Perhaps https://${text.replace(/\/$/, '')} is meant.` : '';
    throw refuse('does not begin with https:// or http://', `Give the whole address.${guess}`);
  }
  const url = parseUrl(text);
  if (url === undefined) throw refuse('is no address', 'It looks like https://sentry.example.com.');
  if (url.username || url.password) throw refuse('holds a user name or password', 'The token is all that is needed.');
  if (!/^\/+$/.test(url.pathname) || url.search || url.hash) {
    throw refuse('has more than a host', `Give only ${url.origin}; the paths below it are known.`);
  }
  // A dot at the end of a name is the same host.
  if (url.protocol === 'http:' && isSentryHost(url.hostname.replace(/\.$/, ''))) {
    throw refuse('is not encrypted', `Use https://${url.host}.`);
  }
  return url;
}

/** Without a password that someone may have put in. */
function shown(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//***@').slice(0, 200);
}

function chooseOrg(given: string | undefined, token: Token): string {
  const own = token.org !== undefined && isSlug(token.org) ? token.org : undefined;
  // An id cannot be compared with the slug in the token; both name the organization, and the token's is certain.
  const comparable = given !== undefined && !/^\d+$/.test(given);
  if (own !== undefined && comparable && given.toLowerCase() !== own.toLowerCase()) {
    throw new ActionError(
      'org-mismatch',
      `The organization token belongs to ${own}, but the organization given is ${given}`,
      {
        hint: `Remove org (or SENTRY_ORG) to write to ${own}, or use a token that was made in ${given}.`,
      },
    );
  }
  const org = own ?? given;
  if (org !== undefined) return org;
  throw new ActionError('org-missing', 'No Sentry organization was given', {
    hint: 'Set the input org, or the environment variable SENTRY_ORG, to the slug of your organization: it is in the address of its pages in Sentry. Organization tokens (sntrys_…) carry it themselves.',
  });
}

/**
 * The token's recipients: the base URL's origin; for sentry.io all of its regions, over https; the region named inside the
 * token. A chunk upload address comes from the server, and a redirect from anyone: both are asked here.
 */
function recipients(base: URL, token: Token): (url: URL) => boolean {
  const region = token.regionUrl === undefined ? undefined : regionOf(token.regionUrl);
  return (url) => {
    if (url.username !== '' || url.password !== '') return false;
    if (url.origin === base.origin || url.origin === region) return true;
    return isSaas(base) && isSaas(url);
  };
}

function regionOf(text: string): string | undefined {
  const url = parseUrl(text);
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  return safe ? url?.origin : undefined;
}

/** sentry.io and its regions and organizations' hosts, on the standard port. The dot keeps evil-sentry.io out. */
function isSaas(url: URL): boolean {
  return url.protocol === 'https:' && url.port === '' && isSentryHost(url.hostname);
}

function isSentryHost(host: string): boolean {
  return host === 'sentry.io' || host.endsWith('.sentry.io');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
