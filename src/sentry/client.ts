import type { Clock } from '../clock.js';
import { ActionError } from '../errors.js';
import type { Log } from '../log.js';
import { createApi } from './api.js';
import { DEFAULT_TIMEOUTS, type Timeouts } from './bounds.js';
import { Caller } from './caller.js';
import { ENDPOINTS } from './endpoints.js';
import { Limiter } from './limits.js';
import { Requester } from './requester.js';
import { RetryBudget } from './retry.js';
import { duration } from './timing.js';
import { createTransport, type Transport } from './transport.js';
import type { SentryApi, TrafficRecord } from './types.js';

/** Whom to talk to, for whom, and the world around. */
export interface SentryClientOptions {
  /** Without trailing slash. */
  readonly baseUrl: string;
  /** Slug or id. */
  readonly org: string;
  readonly authToken: string;
  /** True for the places the token may be sent to: the base URL's origin, and Sentry's own regions. */
  readonly allows: (url: URL) => boolean;
  /** `sentry-release-action/<version>`; must not look like sentry-cli's, or the server answers in its old dialect. */
  readonly userAgent: string;
  /** For proxies and certificate authorities. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly clock: Clock;
  /** Ends everything at once. */
  readonly signal: AbortSignal;
  /** Unix milliseconds. */
  readonly deadlineAt: number;
  /** For tests. @default DEFAULT_TIMEOUTS */
  readonly timeouts?: Partial<Timeouts>;
  /** For tests: sends requests instead of the network. */
  readonly transport?: Transport;
}

/** The API of one organization. */
export interface SentryClient {
  readonly api: SentryApi;
  traffic(): TrafficRecord;
  close(): Promise<void>;
}

/** Makes the one client of a run; limits, budget and connections are shared by everything that goes through it. */
export function createSentryClient(options: SentryClientOptions): SentryClient {
  const { allows, baseUrl, clock, deadlineAt, log, org } = options;
  // A request that is still under way when another one has ended the run must not be tried again: nobody waits for it.
  const closed = new AbortController();
  const signal = AbortSignal.any([options.signal, closed.signal]);
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const transport = options.transport ?? createTransport({ env: options.env, connectMs: timeouts.connectMs });
  const limiter = new Limiter({ clock, signal, deadlineAt, onPacing: pacingLog(log, clock) });
  const requester = new Requester({
    transport,
    limiter,
    budget: new RetryBudget(),
    clock,
    log,
    signal,
    deadlineAt,
    allows,
    headers: {
      authorization: `Bearer ${options.authToken}`,
      'user-agent': options.userAgent,
      accept: 'application/json',
      'accept-encoding': 'gzip',
    },
  });
  const caller = new Caller({ requester, baseUrl, org, timeouts, log });
  const onConcurrency = (concurrency: number) =>
    limiter.gate('POST', ENDPOINTS.chunks.family).limitConcurrency(concurrency);
  return {
    api: createApi(caller, { allows, onConcurrency }),
    traffic: () => requester.traffic(),
    close: () => {
      closed.abort(new ActionError('cancelled', 'The run has ended'));
      return transport.close();
    },
  };
}

/** A used-up window is routine under load: said once per family, then only in the debug log. */
function pacingLog(log: Log, clock: Clock): (family: string, untilMs: number, limit: number | undefined) => void {
  const said = new Set<string>();
  return (family, untilMs, limit) => {
    const text = `${family}: the rate limit${limit === undefined ? '' : ` of ${limit} requests`} is used up until the server's next window (${duration(untilMs - clock.now())})`;
    if (said.has(family)) return log.debug(text);
    said.add(family);
    log.info(`${text}; requests are paced from here`);
  };
}
