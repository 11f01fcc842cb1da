import type { IncomingMessage } from 'node:http';
import { ApiError } from '../http/answer.js';
import { header } from '../http/exchange.js';
import type { KnownToken, Services } from '../services.js';
import { ANONYMOUS, type Caller } from './caller.js';

/** Sentry names its scheme so that a browser opens no password box. */
const CHALLENGE = { 'WWW-Authenticate': 'xBasic realm="api"' };

/** A 401 with its challenge. */
export function unauthorized(detail: unknown): ApiError {
  return new ApiError({ status: 401, headers: CHALLENGE, json: { detail } });
}

/** Tells who is calling, or throws the 401 that Sentry answers. No credentials is no error here: the endpoint decides. */
export function authenticate(services: Services, request: IncomingMessage): Caller {
  const authorization = header(request, 'authorization');
  if (authorization === undefined) return bySession(services, header(request, 'cookie'));
  const [scheme = '', ...values] = authorization.trim().split(/\s+/);
  if (scheme.toLowerCase() === 'bearer') return byBearer(services, values);
  if (scheme.toLowerCase() === 'basic') return byApiKey(services, values);
  return ANONYMOUS;
}

function byBearer(services: Services, values: readonly string[]): Caller {
  const [secret] = values;
  if (secret === undefined) throw unauthorized('Invalid token header. No credentials provided.');
  if (values.length > 1) throw unauthorized('Invalid token header. Token string should not contain spaces.');
  const isOrgToken = secret.startsWith('sntrys_');
  const known = services.tokens.find(
    ({ config }) => config.token === secret && (config.kind === 'org') === isOrgToken && !isKeyOrSession(config.kind),
  );
  if (known === undefined || known.config.revoked === true) {
    throw unauthorized(isOrgToken ? 'Invalid org token' : 'Invalid token');
  }
  return checked(known);
}

function isKeyOrSession(kind: string): boolean {
  return kind === 'apikey' || kind === 'session';
}

function checked(known: KnownToken): Caller {
  if (known.config.expired === true) throw unauthorized('Token expired');
  if (known.config.disabled === true) {
    throw unauthorized(
      known.config.kind === 'app' ? 'UserApplication inactive or deleted' : 'User inactive or deleted',
    );
  }
  return asCaller(known);
}

function byApiKey(services: Services, values: readonly string[]): Caller {
  const [encoded] = values;
  if (encoded === undefined) throw unauthorized('Invalid basic header. No credentials provided.');
  if (values.length > 1) throw unauthorized('Invalid basic header. Credentials string should not contain spaces.');
  const [key, password] = Buffer.from(encoded, 'base64').toString('utf8').split(':', 2);
  // A password makes it no API key: Sentry then looks for no credentials it knows.
  if (password !== undefined && password !== '') return ANONYMOUS;
  const known = services.tokens.find(({ config }) => config.kind === 'apikey' && config.token === key);
  if (known === undefined) throw unauthorized('API key is not valid');
  if (known.config.disabled === true || known.config.revoked === true) throw unauthorized('Key is disabled');
  return asCaller(known);
}

function bySession(services: Services, cookie: string | undefined): Caller {
  const session = /(?:^|;\s*)sentrysid=([^;]+)/.exec(cookie ?? '')?.[1];
  const known = services.tokens.find(({ config }) => config.kind === 'session' && config.token === session);
  return known === undefined ? ANONYMOUS : { ...asCaller(known), scopes: undefined };
}

function asCaller(known: KnownToken): Caller {
  return {
    kind: known.config.kind,
    name: known.name,
    org: known.org,
    user: known.user,
    scopes: known.scopes,
    teams: known.config.teams,
    has2fa: known.config.has2fa ?? true,
  };
}
