import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { withImplied } from './auth/scopes.js';
import { createClock, type SandboxClock } from './clock.js';
import { DEFAULT_OPTIONS, type SandboxConfig, type ServerOptions, type TokenConfig } from './config.js';
import { createControl } from './control.js';
import { defaultTokens, withDefaults } from './defaults.js';
import { createFastMode } from './fast.js';
import { createFaults, type Faults } from './faults/engine.js';
import { createBody } from './http/body.js';
import { toOutgoing, writeOutgoing } from './http/write.js';
import { createRateLimiter, type RateLimiter } from './limits/ratelimit.js';
import { createRequestLog, type RequestLog, type RequestRecord } from './log.js';
import { passThrough } from './pipeline.js';
import { profileOptions } from './profiles.js';
import type { KnownToken, Services } from './services.js';
import { createIds, createState, createUser, type Ids } from './state/create.js';
import type { SandboxState } from './state/types.js';
import { createStats, enterStats, type Stats } from './stats.js';
import { createStore } from './store.js';

/** A running sandbox. */
export interface Sandbox {
  /** `http://127.0.0.1:<port>`, no trailing slash. */
  readonly url: string;
  readonly state: SandboxState;
  readonly log: RequestLog;
  /** The newest requests, oldest first; the same as `log.entries`. */
  readonly requests: readonly RequestRecord[];
  readonly faults: Faults;
  readonly limits: RateLimiter;
  readonly clock: SandboxClock;
  /** May be changed while it runs. */
  readonly options: { -readonly [Key in keyof ServerOptions]: ServerOptions[Key] };
  readonly stats: Stats;
  /** The tokens it knows, the defaults included. */
  readonly tokens: readonly TokenConfig[];
  /** What its handlers work with: for tools that set up what no request can, such as a job without its endpoint. */
  readonly services: Services;
  /** Resolves when no job is waiting or running. */
  idle(): Promise<void>;
  /** Ends every connection, waits for jobs, removes its folder. */
  close(): Promise<void>;
}

/** Starts the embedded Sentry on 127.0.0.1. */
export async function startSandbox(given: SandboxConfig = {}): Promise<Sandbox> {
  const config = withDefaults(given);
  // Before the port is taken: a bad name must not leave a server behind.
  const profile = profileOptions(config.profile);
  const server = createServer();
  const url = await listen(server, config.port ?? 0);
  const parts = build(config, profile, url);
  server.keepAliveTimeout = parts.services.options.keepAliveTimeoutMs;
  server.on('request', (request, response) => void parts.onRequest(request, response));
  return {
    ...{ url, state: parts.services.state, log: parts.log, requests: parts.log.entries, faults: parts.faults },
    ...{ limits: parts.limiter, clock: parts.services.clock, options: parts.options, stats: parts.stats },
    tokens: parts.services.tokens.map((token) => token.config),
    services: parts.services,
    idle: parts.jobs.idle,
    close: async () => {
      parts.jobs.stop();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await parts.jobs.idle();
      parts.services.store.remove();
    },
  };
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function build(config: SandboxConfig, profile: Partial<ServerOptions>, url: string) {
  const options = { ...DEFAULT_OPTIONS, ...profile, ...config.options };
  if (config.fast !== undefined && config.fast !== false) options.selfHosted = true;
  const ids = createIds();
  const clock = createClock(config.now ?? Date.now, options.clockSkewMs);
  const state = createState(config, ids, clock.now());
  const jobs = createJobs();
  const services: Services = {
    ...{ state, ids, options, clock, later: jobs.later, url: () => url, store: createStore(config.dataDir) },
    tokens: knownTokens(config, url, ids),
  };
  const faults = createFaults(config.faults ?? [], config.seed ?? 1);
  const limiter = createRateLimiter(config.limits ?? {});
  const log = createRequestLog(config.keepRequests ?? 10_000, config.logFile);
  const stats = createStats();
  const tokens = services.tokens.map((token) => token.config);
  const control = createControl({ state, log, faults, limiter, clock, options, stats, tokens, url: () => url });
  const fast = config.fast ? createFastMode(config.fast === true ? {} : config.fast, stats) : undefined;
  const onRequest = async (request: IncomingMessage, response: ServerResponse) => {
    const target = parseTarget(request.url, url);
    if (target === undefined) return void response.writeHead(400).end();
    if (control.handles(target.pathname)) {
      const call = { method: request.method ?? 'GET', url: target, body: () => createBody(request).bytes() };
      const answer = await control.call(call);
      return void (await writeOutgoing(response, toOutgoing(answer, {}), {}));
    }
    enterStats(stats);
    response.once('close', () => {
      stats.open -= 1;
    });
    if (fast?.take(request, response, target.pathname)) return;
    await passThrough({ services, limiter, faults, log }, request, response, target);
    countBytes(stats, log.entries.at(-1));
  };
  return { services, options, faults, limiter, log, stats, jobs, onRequest };
}

function parseTarget(target: string | undefined, base: string): URL | undefined {
  try {
    // Two slashes in front would be read as a host.
    return new URL(`${base}${target ?? '/'}`);
  } catch {
    return undefined;
  }
}

function countBytes(stats: Stats, record: RequestRecord | undefined): void {
  stats.bytesIn += record?.bytes ?? 0;
  stats.bytesOut += record?.bytesOut ?? 0;
}

/** Work that runs after an answer. */
function createJobs() {
  const running = new Set<Promise<void>>();
  const timers = new Map<NodeJS.Timeout, () => void>();
  return {
    later: (delayMs: number, work: () => Promise<void>) => {
      const job = new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          timers.delete(timer);
          resolve(work());
        }, delayMs);
        timers.set(timer, resolve);
      });
      running.add(job);
      void job.finally(() => running.delete(job));
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
    stop: () => {
      for (const [timer, resolve] of timers) {
        clearTimeout(timer);
        resolve();
      }
      timers.clear();
    },
  };
}

function knownTokens(config: SandboxConfig, url: string, ids: Ids): KnownToken[] {
  const first = config.organizations?.[0]?.slug ?? '';
  return (config.tokens ?? defaultTokens(url)).map((token, index) => {
    const isPerson = ['user', 'app', 'session', 'integration'].includes(token.kind);
    return {
      config: token,
      name: token.name ?? `${token.kind}-${index + 1}`,
      org: token.org ?? first,
      scopes: token.kind === 'user' ? withImplied(token.scopes) : token.scopes,
      user: isPerson ? createUser(token.user ?? {}, ids) : undefined,
    };
  });
}
