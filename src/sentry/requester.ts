import type { Clock } from '../clock.js';
import { ActionError } from '../errors.js';
import type { Log } from '../log.js';
import type { Endpoint } from './endpoints.js';
import { errorText } from './error-text.js';
import { classify, TransportFailure } from './failures.js';
import { details, exhausted, refusalText } from './giving-up.js';
import type { Asked, Gate, Limiter } from './limits.js';
import { isRedirect, MAX_REDIRECTS, REDIRECTS, redirectTarget } from './redirects.js';
import {
  isRetryable,
  MAX_ATTEMPTS,
  type RetryBudget,
  refusalOf,
  retryDelay,
  silent429Delay,
  type Trouble,
} from './retry.js';
import { statusError, statusText } from './status-errors.js';
import { askedWait, duration, JITTER_MS, withJitter } from './timing.js';
import type { Answer, AttemptLimits, Transport } from './transport.js';
import { transportError } from './transport-errors.js';
import type { TrafficRecord, WaitRecord } from './types.js';

/** How long the server gets to finish what it may have begun, before the caller asks it whether it did. */
const SETTLE_MS = 2_000;

/** One call of an endpoint. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly endpoint: Endpoint;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: readonly Uint8Array[];
  readonly limits: AttemptLimits;
  /** Statuses besides 2xx that are an answer, not a failure. */
  readonly accepts?: readonly number[];
  /**
   * `any`: may be sent twice. `unprocessed`: only again when the server surely did nothing (429, no connection); every other
   * end is thrown with `mayHaveHappened`. @default 'any'
   */
  readonly repeat?: 'any' | 'unprocessed';
  /** Statuses that are thrown at once although they are usually worth a repeat. */
  readonly neverRepeat?: readonly number[];
}

/** A wait before the next attempt of a call. */
interface Wait {
  readonly waitMs: number;
  /** What happened, at what. */
  readonly reason: string;
  /** The one that follows, from 1. */
  readonly attempt: number;
  /** False for what only the deadline bounds: a 429, a held commit lock. */
  readonly counted: boolean;
}

/** What the requester works with. */
export interface RequesterOptions {
  readonly transport: Transport;
  readonly limiter: Limiter;
  readonly budget: RetryBudget;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Unix milliseconds. */
  readonly deadlineAt: number;
  readonly allows: (url: URL) => boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends calls until they have an answer, through the gates, by the retry table, inside the deadline. */
export class Requester {
  readonly #options: RequesterOptions;
  readonly #waits: WaitRecord[] = [];
  #requests = 0;
  #bytesSent = 0;

  constructor(options: RequesterOptions) {
    this.#options = options;
  }

  traffic(): TrafficRecord {
    return { requests: this.#requests, bytesSent: this.#bytesSent, waits: [...this.#waits] };
  }

  /** Resolves with a 2xx answer, or one whose status the call accepts. Rejects with an ActionError. */
  async send(call: Call): Promise<Answer> {
    const gate = this.#options.limiter.gate(call.method, call.endpoint.family);
    for (let attempts = 1, sent = 1; ; attempts += 1, sent += 1) {
      const result = await this.#attempt(call, gate);
      if (result instanceof TransportFailure) {
        await this.#afterFailure(call, result, attempts);
      } else if (isFine(call, result.status)) {
        this.#options.budget.earn();
        return result;
      } else if (isRedirect(result.status)) {
        return this.#follow(call, result);
      } else if (result.status === 429) {
        attempts -= 1; // bounded by the deadline, not by a count
        this.#afterRefusal(call, gate, result, sent);
      } else {
        const lockHeld = isCommitLock(result);
        await this.#afterStatus(call, gate, result, { attempts: lockHeld ? sent : attempts, lockHeld });
        if (lockHeld) attempts -= 1; // likewise
      }
    }
  }

  async #attempt(call: Call, gate: Gate): Promise<Answer | TransportFailure> {
    const { clock, headers, limiter, log, signal, transport } = this.#options;
    const pass = await gate.enter();
    this.#requests += 1;
    this.#bytesSent += (call.body ?? []).reduce((sum, piece) => sum + piece.byteLength, 0);
    let answer: Answer | undefined;
    try {
      const { body, limits, method, url } = call;
      const all = { ...headers, ...call.headers };
      answer = await transport.send({
        method,
        url,
        headers: all,
        limits,
        signal,
        ...(body === undefined ? {} : { body }),
      });
      limiter.prime(answer.headers);
      log.debug(`${method} ${url.pathname} → ${answer.status} in ${clock.now() - pass.startedAt} ms`);
      return answer;
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      if (thrown instanceof ActionError) throw thrown; // a proxy or certificate setting that cannot be used
      const failure = classify(thrown, call.url.host);
      log.debug(`${call.method} ${call.url.pathname} → ${failure.kind} in ${clock.now() - pass.startedAt} ms`);
      return failure;
    } finally {
      gate.leave(pass, answer);
    }
  }

  /** 429: the whole family waits as long as the server says, or backs off when it says nothing. */
  #afterRefusal(call: Call, gate: Gate, answer: Answer, sent: number): void {
    const { clock } = this.#options;
    const name = nameOf(call);
    const random = () => clock.random();
    const asked = askedWait(answer.headers, clock.now());
    const silent = silent429Delay(gate.nextWait, random);
    // A server that keeps saying "now" and keeps refusing is backed off from as if it said nothing.
    const least = asked === undefined || gate.nextWait > 3 ? silent : 0;
    const waitMs = Math.max(least, withJitter(asked?.waitMs ?? 0, random));
    const reason = asked === undefined ? 'rate limited, it names no time' : `rate limited, asked by ${asked.source}`;
    const wish =
      asked === undefined
        ? `says not when to come back, which would be tried in ${duration(waitMs)}`
        : asks(asked.waitMs, waitMs);
    const text = `Sentry limits the rate of ${name} and ${wish}`;
    const wait = { waitMs, reason: `${name}: ${reason}`, attempt: sent + 1, counted: false };
    this.#pause(call, gate, wait, { text, status: answer.status });
  }

  async #afterStatus(
    call: Call,
    gate: Gate,
    answer: Answer,
    { attempts, lockHeld }: { readonly attempts: number; readonly lockHeld: boolean },
  ): Promise<void> {
    const trouble: Trouble = { status: answer.status, lockHeld };
    const text = `${call.method} ${call.endpoint.family} answered ${statusText(answer)}`;
    const error = (suffix: string) => {
      const plain = statusError(answer, call.method, call.endpoint);
      return new ActionError(plain.code, `${plain.message}${suffix}`, { ...details(plain), status: answer.status });
    };
    const doubtful = call.repeat === 'unprocessed' && isRetryable(trouble) && !lockHeld;
    const endsHere = doubtful || (call.neverRepeat ?? []).includes(answer.status);
    const end = endsHere ? error('') : this.#refusal(trouble, attempts, error);
    const { clock } = this.#options;
    const random = () => clock.random();
    const own = retryDelay(trouble, attempts, random);
    const wait = { waitMs: own, reason: text, attempt: attempts + 1, counted: end === undefined && !lockHeld };
    const asked = isRetryable(trouble) ? askedRetry(answer, clock.now()) : undefined;
    if (asked !== undefined) {
      // Also where this call ends: its caller may send another one, and the rest of the family waits at the gate.
      const waitMs = Math.max(own, withJitter(asked, random));
      const named = { ...wait, waitMs, reason: `${text}, asked by Retry-After` };
      this.#pause(call, gate, named, { text: `${text} and ${asks(asked, waitMs)}`, status: answer.status });
    }
    if (end !== undefined) throw doubtful ? await this.#doubt(end) : end;
    if (asked === undefined) await this.#wait(call, wait, error);
  }

  async #afterFailure(call: Call, failure: TransportFailure, attempts: number): Promise<void> {
    const trouble: Trouble = { kind: failure.kind };
    const error = (suffix: string) => transportError(failure, call.method, call.endpoint, suffix);
    if (call.repeat === 'unprocessed' && failure.sent) throw await this.#doubt(error(''));
    const end = this.#refusal(trouble, attempts, error);
    if (end !== undefined) throw end;
    const waitMs = retryDelay(trouble, attempts, () => this.#options.clock.random());
    const reason = `${nameOf(call)}: ${failure.message}`;
    await this.#wait(call, { waitMs, reason, attempt: attempts + 1, counted: true }, error);
  }

  /** The error with which a call gives up; undefined when it is tried again. */
  #refusal(trouble: Trouble, attempts: number, error: (suffix: string) => ActionError): ActionError | undefined {
    const refusal = refusalOf(trouble, attempts, this.#options.budget);
    if (refusal === undefined) return undefined;
    return refusal === 'not-retryable' ? error('') : exhausted(error(refusalText(refusal, attempts)));
  }

  /** Gives the server time to finish, then lets the caller ask what became of it. */
  async #doubt(error: ActionError): Promise<ActionError> {
    await this.#options.clock.sleep(SETTLE_MS, this.#options.signal);
    return new ActionError(error.code, error.message, { ...details(error), mayHaveHappened: true });
  }

  async #wait(call: Call, wait: Wait, error: (suffix: string) => ActionError): Promise<void> {
    const { clock, deadlineAt, log, signal } = this.#options;
    if (clock.now() + wait.waitMs > deadlineAt) throw exhausted(error(refusalText('deadline', wait.attempt - 1)));
    this.#record(call, wait);
    log.info(`${wait.reason}; ${this.#next(wait, wait.attempt - 1)}`);
    await clock.sleep(wait.waitMs, signal);
  }

  #pause(call: Call, gate: Gate, wait: Wait, asked: Asked): void {
    const { clock, deadlineAt, log } = this.#options;
    // A wait past the deadline is not waited: the gate turns the request away instead.
    const fits = clock.now() + wait.waitMs <= deadlineAt;
    if (fits) this.#record(call, wait);
    const inARow = gate.pause(wait.waitMs, asked);
    if (inARow === undefined) return;
    log.info(`${wait.reason}; ${fits ? this.#next(wait, inARow) : 'that is past the timeout'}`);
  }

  /** What follows a failed attempt, with what bounds it: a count, or the time that is left. */
  #next({ attempt, counted, waitMs }: Wait, inARow: number): string {
    if (counted) return `attempt ${attempt} of ${MAX_ATTEMPTS} in ${duration(waitMs)}`;
    const leftMs = this.#options.deadlineAt - this.#options.clock.now();
    return `waiting ${duration(waitMs)} (wait ${inARow} in a row, as long as the timeout allows: ${duration(leftMs)} left)`;
  }

  #record(call: Call, { attempt, reason, waitMs }: Wait): void {
    this.#waits.push({ endpoint: nameOf(call), reason, waitMs, attempt });
  }

  async #follow(call: Call, first: Answer): Promise<Answer> {
    const { allows } = this.#options;
    let { url } = call;
    let answer = first;
    for (let hop = 0; hop < MAX_REDIRECTS && isRedirect(answer.status); hop += 1) {
      url = redirectTarget(answer, { method: call.method, url, family: call.endpoint.family }, allows);
      answer = await this.send({ ...call, url, accepts: [...(call.accepts ?? []), ...REDIRECTS] });
    }
    if (!isRedirect(answer.status)) return answer;
    throw new ActionError('redirected', `GET ${call.endpoint.family} was redirected more than ${MAX_REDIRECTS} times`, {
      hint: 'Check the input url and what is in front of your Sentry server.',
      status: answer.status,
    });
  }
}

function nameOf({ endpoint, method }: Call): string {
  return `${method} ${endpoint.family}`;
}

/** With our own wait where that is longer: it may be what does not fit the time that is left. */
function asks(askedMs: number, waitMs: number): string {
  const next = waitMs > askedMs + JITTER_MS ? ` (the next attempt would be in ${duration(waitMs)})` : '';
  return `asks to wait ${duration(askedMs)}${next}`;
}

function isFine(call: Call, status: number): boolean {
  return (status >= 200 && status < 300) || (call.accepts ?? []).includes(status);
}

/** 409 while another job sets commits on the same release: it ends by itself. */
function isCommitLock(answer: Answer): boolean {
  return answer.status === 409 && /being processed|conflicts with existing/i.test(errorText(answer.body));
}

function askedRetry(answer: Answer, now: number): number | undefined {
  return answer.headers['retry-after'] === undefined
    ? undefined
    : askedWait({ date: answer.headers['date'], 'retry-after': answer.headers['retry-after'] }, now)?.waitMs;
}
