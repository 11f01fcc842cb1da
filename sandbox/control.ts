import type { SandboxClock } from './clock.js';
import type { LimitsConfig, ServerOptions, TokenConfig } from './config.js';
import type { Faults } from './faults/engine.js';
import type { Fault } from './faults/types.js';
import { type Answer, ApiError, detail } from './http/answer.js';
import { parseJson } from './http/body.js';
import { isObject, type JsonObject } from './json.js';
import type { RateLimiter } from './limits/ratelimit.js';
import type { RequestLog } from './log.js';
import { renderPage } from './page.js';
import { parseResolveRequest, resolveStack, type StackResolution } from './resolve.js';
import { dumpState } from './state/dump.js';
import type { SandboxState } from './state/types.js';
import type { Stats } from './stats.js';

/** What the control routes reach. */
export interface ControlDeps {
  readonly state: SandboxState;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly limiter: RateLimiter;
  readonly clock: SandboxClock;
  readonly options: { -readonly [Key in keyof ServerOptions]: ServerOptions[Key] };
  readonly stats: Stats;
  readonly tokens: readonly TokenConfig[];
  url(): string;
}

/** One call of a control route. */
export interface ControlCall {
  readonly method: string;
  readonly url: URL;
  body(): Promise<Buffer>;
}

/** `/`, a release's page and everything below `/_sandbox/`: outside the API, without authentication, not in the request log. */
export interface Control {
  handles(path: string): boolean;
  call(call: ControlCall): Promise<Answer>;
}

type Handler = (call: ControlCall) => Answer | Promise<Answer>;

/** Only styles of its own: whatever a client uploads, the page runs nothing. */
const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
};

/** Where clients link to a release: here everything is on the one page. */
const RELEASE_PAGE = /^\/organizations\/[^/]+\/releases\/[^/]+\/$/;

/** The routes by method and path. */
export function createControl(deps: ControlDeps): Control {
  const routes = { ...readRoutes(deps), ...faultRoutes(deps), ...settingRoutes(deps), ...pageRoutes(deps) };
  return {
    handles: (path) => path === '/' || path.startsWith('/_sandbox/') || RELEASE_PAGE.test(path),
    call: async (call) => {
      if (call.method === 'GET' && RELEASE_PAGE.test(call.url.pathname))
        return { status: 302, headers: { Location: '/' } };
      const exact = routes[`${call.method} ${call.url.pathname}`];
      const below = routes[`${call.method} ${call.url.pathname.replace(/[^/]+$/, '{id}')}`];
      const handler = exact ?? below;
      if (handler === undefined) return { status: 404, json: { error: 'no such control route' } };
      try {
        return await handler(call);
      } catch (error) {
        return error instanceof ApiError ? error.answer : { status: 400, json: { error: String(error) } };
      }
    },
  };
}

function readRoutes(deps: ControlDeps): Record<string, Handler> {
  return {
    'GET /_sandbox/state': () => ({ status: 200, json: dumpState(deps.state) }),
    'GET /_sandbox/stats': () => ({ status: 200, json: { ...deps.stats, rss: process.memoryUsage().rss } }),
    'GET /_sandbox/tokens': () => ({ status: 200, json: deps.tokens }),
    'GET /_sandbox/requests': ({ url }) => {
      const after = Number(url.searchParams.get('after') ?? 0);
      return { status: 200, json: deps.log.entries.filter((entry) => entry.n > after) };
    },
    'GET /_sandbox/bundles/{id}': ({ url }) => {
      const checksum = url.pathname.split('/').at(-1);
      const bundles = [...deps.state.organizations.values()].flatMap((org) => org.bundles);
      const bundle = bundles.find((candidate) => candidate.checksum === checksum);
      if (bundle === undefined) throw detail(404, 'no bundle with that checksum');
      return { status: 200, headers: { 'Content-Type': 'application/zip' }, file: bundle.archive.path };
    },
  };
}

function faultRoutes({ faults }: ControlDeps): Record<string, Handler> {
  return {
    'GET /_sandbox/faults': () => ({ status: 200, json: faults.list() }),
    'POST /_sandbox/faults': async (call) => {
      const given = parseJson(await call.body());
      const ids = [given].flat().map((fault) => faults.add(asFault(fault)));
      return { status: 201, json: { ids } };
    },
    'DELETE /_sandbox/faults': () => {
      faults.clear();
      return { status: 204 };
    },
    'DELETE /_sandbox/faults/{id}': ({ url }) => {
      const id = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
      return faults.remove(id) ? { status: 204 } : { status: 404, json: { error: `no fault ${id}` } };
    },
  };
}

function asFault(value: unknown): Fault {
  if (!isObject(value) || !isObject(value['do'])) throw detail(400, 'a fault is an object with "do"');
  return value as unknown as Fault;
}

async function objectBody(call: ControlCall): Promise<JsonObject> {
  const value = parseJson(await call.body());
  if (!isObject(value)) throw detail(400, 'an object is expected');
  return value;
}

function settingRoutes(deps: ControlDeps): Record<string, Handler> {
  return {
    'POST /_sandbox/limits': async (call) => {
      deps.limiter.configure((await objectBody(call)) as LimitsConfig);
      return { status: 204 };
    },
    'POST /_sandbox/options': async (call) => {
      Object.assign(deps.options, await objectBody(call));
      return { status: 200, json: deps.options };
    },
    'POST /_sandbox/clock': async (call) => {
      const { freezeAtMs, advanceMs } = await objectBody(call);
      if (typeof freezeAtMs === 'number') deps.clock.freeze(freezeAtMs);
      if (typeof advanceMs === 'number') deps.clock.advance(advanceMs);
      return { status: 200, json: { now: deps.clock.now() } };
    },
  };
}

function pageRoutes(deps: ControlDeps): Record<string, Handler> {
  let lastStack: StackResolution | undefined;
  return {
    'GET /': () => ({
      status: 200,
      headers: PAGE_HEADERS,
      text: renderPage({
        url: deps.url(),
        state: deps.state,
        requests: deps.log.entries.map((entry) => ({ ...entry, time: Date.parse(entry.time) })),
        lastStack,
      }),
    }),
    'POST /_sandbox/resolve': async (call) => {
      const request = parseResolveRequest(parseJson(await call.body()));
      lastStack = await resolveStack(deps.state, request, (bundle, path) => bundle.archive.read(path));
      return { status: 200, json: lastStack };
    },
  };
}
