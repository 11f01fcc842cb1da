import { Agent, fetch, type Response } from 'undici';
import { ActionError } from '../errors.js';
import { parseUrl } from '../parse-url.js';
import { trustedAuthorities } from '../sentry/authorities.js';
import { type Connection, createConnector } from '../sentry/connect.js';
import { proxyFor } from '../sentry/proxy.js';
import { isSameSite } from './pages.js';

const CONNECT_MS = 10_000;
const WHOLE_MS = 20_000;
const MAX_REDIRECTS = 5;

/** What came back, as far as it is looked at. */
export interface Fetched {
  readonly status: number;
  /** After redirects. */
  readonly url: URL;
  readonly body: Uint8Array;
  /** Seconds that a cache has kept it. */
  readonly age: number | undefined;
  /** What caches say about themselves (`HIT`, …). */
  readonly cache: string | undefined;
}

/** Fetches one public address, unauthenticated; throws when it cannot, or when it is larger than `maxBytes`. */
export type PageFetcher = (url: URL, maxBytes: number) => Promise<Fetched>;

/** What a run needs to fetch the pages of a site: proxy and certificates are those that the environment names. */
export interface FetcherOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

/** Nothing but the user agent is sent: no token, no cookie, no referrer. */
export function createPageFetcher(options: FetcherOptions): PageFetcher {
  return async (url, maxBytes) => {
    try {
      return await follow(url, maxBytes, options);
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof ActionError) throw error;
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const text = cause instanceof Error ? cause.message : String(cause);
      throw new ActionError('verify-failed', `${url.href} cannot be reached: ${text}`, {
        cause: error,
        hint: 'Check verify_url, and that the runner can reach the site.',
      });
    }
  };
}

async function follow(url: URL, maxBytes: number, options: FetcherOptions): Promise<Fetched> {
  let at = url;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const alive = new Set<Connection>();
    const connect = createConnector({
      alive,
      connectMs: CONNECT_MS,
      proxy: proxyFor(at, options.env),
      authorities: trustedAuthorities(options.env),
    });
    const agent = new Agent({ connect });
    try {
      const response = await get(at, agent, options);
      const next = redirectOf(response, at);
      if (next === undefined) return await fetched(response, at, maxBytes);
      if (!isSameSite(url, next)) {
        throw new ActionError(
          'verify-failed',
          `${url.href} redirects to another host, ${next.host}, which is not asked`,
          {
            hint: 'Give verify_url the address that the site has in the end. If it leads to a login page, the site is not open to everybody.',
          },
        );
      }
      at = next;
    } finally {
      await agent.destroy();
      for (const connection of alive) connection.destroy();
    }
  }
  throw new ActionError('verify-failed', `${url.href} redirects more than ${MAX_REDIRECTS} times`);
}

function get(url: URL, dispatcher: Agent, { signal, userAgent }: FetcherOptions): Promise<Response> {
  return fetch(url, {
    dispatcher,
    redirect: 'manual',
    credentials: 'omit',
    // A page kept by a cache on the way would tell of yesterday's deploy.
    headers: { 'user-agent': userAgent, 'cache-control': 'no-cache', accept: '*/*' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(WHOLE_MS)]),
  });
}

function redirectOf(response: Response, from: URL): URL | undefined {
  const location = response.headers.get('location');
  if (response.status < 300 || response.status > 399 || location === null) return undefined;
  const url = parseUrl(location, from);
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}

async function fetched(response: Response, url: URL, maxBytes: number): Promise<Fetched> {
  const age = Number(response.headers.get('age') ?? Number.NaN);
  return {
    status: response.status,
    url,
    body: await bodyOf(response, url, maxBytes),
    age: Number.isInteger(age) ? age : undefined,
    cache: response.headers.get('x-cache') ?? response.headers.get('cf-cache-status') ?? undefined,
  };
}

/** Counts after decompression, so that a small answer cannot become a large one. */
async function bodyOf(response: Response, url: URL, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > maxBytes) throw new ActionError('verify-failed', `${url.href} is larger than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
