import type { Caller } from '../auth/caller.js';
import type { LimitConfig, LimitsConfig } from '../config.js';
import type { FaultAction } from '../faults/types.js';
import type { Answer } from '../http/answer.js';

export type LimitGroup = 'default' | 'cli' | 'releases';
export type LimitCategory = 'ip' | 'user' | 'org';

/** What one request is counted as. */
export interface Counted {
  readonly category: LimitCategory;
  readonly group: LimitGroup;
  readonly method: string;
  /** Bucket key. */
  readonly key: string;
}

/** The outcome for one request: headers for its answer, and that answer itself when it is refused. */
export interface Ticket {
  readonly counted: Counted;
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal: Answer | undefined;
  /** To be called once, when the answer is out. */
  done(): void;
}

type Limits = Required<LimitConfig>;

/** Sentry's middleware: fixed windows per category, group and method; the limit counts, the next one is refused. */
export interface RateLimiter {
  enter(counted: Counted, nowMs: number, override: FaultAction['rateLimit']): Ticket;
  /** Changes limits while running. */
  configure(config: LimitsConfig): void;
}

/** The groups' numbers as seen in public logs of sentry.io. */
const DEFAULTS: Readonly<Record<LimitGroup, Limits>> = {
  default: { limit: 40, windowSeconds: 1, concurrent: 25 },
  cli: { limit: 200, windowSeconds: 1, concurrent: 200 },
  releases: { limit: 40, windowSeconds: 1, concurrent: 25 },
};

/** The category and bucket of a request. Organization tokens, keys and anonymous callers share the bucket of their address. */
export function countedAs(caller: Caller, group: LimitGroup, method: string, view: string, address: string): Counted {
  const { category, id } = categoryOf(caller, address);
  const name = group === 'releases' ? `default:${view}` : group;
  return { category, group, method, key: `${category}:${name}:${method}:${id}` };
}

function categoryOf(caller: Caller, address: string): { category: LimitCategory; id: string } {
  if (caller.kind === 'integration') return { category: 'org', id: caller.org ?? '' };
  const isUser = caller.kind === 'user' || caller.kind === 'app' || caller.kind === 'session';
  if (isUser && caller.user !== undefined) return { category: 'user', id: caller.user.id };
  return { category: 'ip', id: address };
}

interface Window {
  start: number;
  count: number;
}

/** A limiter with its own counters. */
export function createRateLimiter(initial: LimitsConfig): RateLimiter {
  let config = initial;
  const windows = new Map<string, Window>();
  const open = new Map<string, number>();

  const limitsFor = (counted: Counted): Limits => {
    // The address category of the CLI group has the default group's limit: org tokens do not get the larger quota.
    const group = counted.group === 'cli' && counted.category === 'ip' ? 'default' : counted.group;
    const fallback = group === 'releases' ? { ...DEFAULTS.releases, ...config.default } : DEFAULTS[group];
    return { ...fallback, ...config[group] };
  };

  return {
    configure: (next) => {
      config = { ...config, ...next };
    },
    enter: (counted, nowMs, override) => {
      const limits: Limits = { ...limitsFor(counted), ...override };
      const enforce = override?.enforceConcurrent ?? config.enforceConcurrent ?? false;
      const window = countRequest(windows, counted.key, nowMs, limits.windowSeconds);
      const inFlight = (open.get(counted.key) ?? 0) + 1;
      open.set(counted.key, inFlight);
      let left = false;
      return {
        counted,
        headers: headersOf(limits, window, inFlight),
        refusal: refusalOf(limits, window, enforce && inFlight > limits.concurrent),
        done: () => {
          if (!left) open.set(counted.key, (open.get(counted.key) ?? 1) - 1);
          left = true;
        },
      };
    },
  };
}

function countRequest(windows: Map<string, Window>, key: string, nowMs: number, seconds: number): Window {
  const now = Math.floor(nowMs / 1000);
  const start = now - (now % seconds);
  const known = windows.get(key);
  const window = known?.start === start ? known : { start, count: 0 };
  window.count += 1;
  windows.set(key, window);
  return window;
}

function headersOf(limits: Limits, window: Window, inFlight: number): Record<string, string> {
  return {
    'X-Sentry-Rate-Limit-Limit': String(limits.limit),
    'X-Sentry-Rate-Limit-Remaining': String(Math.max(0, limits.limit - window.count)),
    'X-Sentry-Rate-Limit-Reset': String(window.start + limits.windowSeconds),
    'X-Sentry-Rate-Limit-ConcurrentLimit': String(limits.concurrent),
    'X-Sentry-Rate-Limit-ConcurrentRemaining': String(Math.max(0, limits.concurrent - inFlight)),
  };
}

/** A 429 is JSON that calls itself HTML, and has no Retry-After. */
function refusalOf(limits: Limits, window: Window, tooManyAtOnce: boolean): Answer | undefined {
  const overLimit = window.count > limits.limit;
  if (!overLimit && !tooManyAtOnce) return undefined;
  const text = overLimit
    ? `You are attempting to use this endpoint too frequently. Limit is ${limits.limit} requests in ${limits.windowSeconds} seconds`
    : `You are attempting to go above the allowed concurrency for this endpoint. Concurrency limit is ${limits.concurrent}`;
  const headers = { 'Content-Type': 'text/html; charset=utf-8' };
  return { status: 429, headers, text: JSON.stringify({ detail: text }) };
}
