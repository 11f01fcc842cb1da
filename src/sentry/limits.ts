import type { Clock } from '../clock.js';
import { ActionError } from '../errors.js';
import { duration, type Headers, type RateLimit, rateLimitOf, ServerClock } from './timing.js';

/** Requests of one family that run at once before anything is known. */
const START_CONCURRENCY = 4;
/** Slots left to other jobs of the same token's user. */
const LEFT_TO_OTHERS = 2;
/** Clean answers before one more request may run at once. */
const CLEAN_BEFORE_GROWTH = 20;
/** The window's end is not hit to the millisecond: a little later is certain, a little earlier is a 429. */
const WINDOW_MARGIN_MS = 20;

/** The right to send one request; give it back with {@link Gate.leave}. */
export interface Pass {
  readonly startedAt: number;
  /** Which halving of the concurrency it was sent under. */
  readonly era: number;
}

/** How a request ended, as far as the gate needs it. undefined: no answer came. */
export type GateAnswer = { readonly status: number; readonly headers: Headers } | undefined;

/** What all gates of one run share. */
export interface GateContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Unix milliseconds. */
  readonly deadlineAt: number;
  /** Called once when a gate begins to pace requests because the server's window is used up. */
  readonly onPacing: (family: string, untilMs: number, limit: number | undefined) => void;
}

/** Why a family is stopped, for the error when that does not fit the time that is left. */
export interface Asked {
  /** `Sentry limits the rate of POST chunk-upload and asks to wait 30 s` */
  readonly text: string;
  /** Of the answer that asked. */
  readonly status: number;
}

interface Waiter {
  readonly resolve: (pass: Pass) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * The one door through which all requests of one endpoint family and method go. A wait that the server asks one of them for
 * stops all of them; after a 429 a single request tests the water before the others follow; and the number at once goes up and
 * down with what the answers say. One sleeper per gate: a hundred waiting requests are one wait and one log line.
 */
export class Gate {
  readonly #family: string;
  readonly #context: GateContext;
  readonly #serverClock = new ServerClock();
  readonly #waiting: Waiter[] = [];
  #inFlight = 0;
  #capacity = START_CONCURRENCY;
  #serverConcurrency = 32;
  #concurrentLimit: number | undefined;
  #clean = 0;
  #era = 0;
  #pausedUntil = 0;
  #asked: Asked | undefined;
  #pauses = 0;
  /** When the last of them began: answers to requests from before say nothing about it. */
  #pausedAt = 0;
  #probing = false;
  /** Requests the window still takes; only meant until `#windowEndsAt` (local time). */
  #credit = 0;
  /** The lowest `Remaining` that an answer of this window had. */
  #remaining = 0;
  #windowEndsAt = 0;
  #sleeping = false;

  constructor(family: string, context: GateContext, concurrentLimit: number | undefined) {
    this.#family = family;
    this.#context = context;
    this.#concurrentLimit = concurrentLimit;
    this.#shrinkToCeiling();
  }

  /** Which wait in a row the next pause would be, from 1; refusals of one wave are one wait. */
  get nextWait(): number {
    const paused = this.#pausedUntil > this.#context.clock.now();
    return paused ? Math.max(1, this.#pauses) : this.#pauses + 1;
  }

  /** Requests that may run at once now. */
  get capacity(): number {
    return this.#probing ? 1 : this.#capacity;
  }

  /** The server's own number for this family (`concurrency` of the chunk options); never exceeded. */
  limitConcurrency(serverConcurrency: number): void {
    this.#serverConcurrency = Math.max(1, serverConcurrency);
    this.#capacity = Math.min(START_CONCURRENCY, this.#serverConcurrency);
    this.#shrinkToCeiling();
  }

  /** Waits for a place. Rejects when the run is cancelled, or at once when the wait cannot fit the deadline. */
  enter(): Promise<Pass> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#pump();
    });
  }

  /** Gives the place back and learns from the answer. */
  leave(pass: Pass, answer: GateAnswer): void {
    this.#inFlight -= 1;
    if (answer === undefined) this.#probing = false;
    else this.#learn(pass, answer);
    this.#pump();
  }

  /**
   * Stops the family for `waitMs` (jitter included) from now. Answers which wait in a row this is, from 1: a longer one that
   * comes while the family is stopped is still the same. undefined: it was stopped as long already, and there is nothing to log.
   */
  pause(waitMs: number, asked: Asked): number | undefined {
    const now = this.#context.clock.now();
    const until = now + waitMs;
    const news = until > this.#pausedUntil + 500;
    this.#pauses = this.nextWait;
    if (this.#pausedUntil <= now) this.#pausedAt = now;
    if (until > this.#pausedUntil) {
      this.#pausedUntil = until;
      this.#asked = asked;
    }
    this.#pump();
    return news ? this.#pauses : undefined;
  }

  #learn(pass: Pass, answer: { readonly status: number; readonly headers: Headers }): void {
    const receivedAt = this.#context.clock.now();
    this.#serverClock.observe(answer.headers, pass.startedAt, receivedAt);
    const rate = rateLimitOf(answer.headers);
    this.#concurrentLimit = rate.concurrentLimit ?? this.#concurrentLimit;
    const refused = answer.status === 429;
    if (refused) this.#probing = true;
    else if (pass.startedAt >= this.#pausedAt) {
      this.#probing = false;
      this.#pauses = 0;
    }
    this.#adaptConcurrency(pass, refused || (rate.concurrentRemaining ?? Number.POSITIVE_INFINITY) <= 1);
    if (!refused) this.#countWindow(rate, receivedAt);
  }

  #adaptConcurrency(pass: Pass, pressed: boolean): void {
    if (pressed) {
      this.#clean = 0;
      // Answers to requests that were sent before the last halving tell about the old concurrency: halve once a wave.
      if (pass.era === this.#era) {
        this.#capacity = Math.max(1, Math.floor(this.#capacity / 2));
        this.#era += 1;
      }
    } else {
      this.#clean += 1;
      if (this.#clean >= CLEAN_BEFORE_GROWTH) {
        this.#clean = 0;
        this.#capacity += 1;
      }
    }
    this.#shrinkToCeiling();
  }

  #shrinkToCeiling(): void {
    const others =
      this.#concurrentLimit === undefined ? Number.POSITIVE_INFINITY : this.#concurrentLimit - LEFT_TO_OTHERS;
    this.#capacity = Math.max(1, Math.min(this.#capacity, this.#serverConcurrency, others));
  }

  /** Requests in flight may or may not be in `Remaining` yet; counting them all as not keeps us below the limit. */
  #countWindow(rate: RateLimit, now: number): void {
    if (rate.remaining === undefined || rate.resetAt === undefined) return;
    const endsAt = this.#serverClock.localTimeOf(rate.resetAt) + WINDOW_MARGIN_MS;
    if (endsAt + 500 < this.#windowEndsAt) return; // a late answer from the window before
    // Answers overtake each other: within a window the lowest `Remaining` is the newest, whenever it came in.
    const sameWindow = Math.abs(endsAt - this.#windowEndsAt) <= 500;
    this.#remaining = sameWindow ? Math.min(this.#remaining, rate.remaining) : rate.remaining;
    this.#windowEndsAt = endsAt;
    this.#credit = this.#remaining - this.#inFlight;
    if (rate.remaining === 0 && endsAt > now) this.#context.onPacing(this.#family, endsAt, rate.limit);
  }

  #blockedUntil(now: number): number {
    const windowUsedUp = now < this.#windowEndsAt && this.#credit <= 0;
    return Math.max(this.#pausedUntil, windowUsedUp ? this.#windowEndsAt : 0);
  }

  #pump(): void {
    const { clock, signal } = this.#context;
    while (this.#waiting.length > 0) {
      const now = clock.now();
      const until = this.#blockedUntil(now);
      if (signal.aborted) this.#rejectAll(signal.reason);
      if (until > now) this.#sleepUntil(until, now);
      if (until > now || this.#inFlight >= this.capacity) return;
      this.#waiting.shift()?.resolve(this.#admit(now));
    }
  }

  #admit(now: number): Pass {
    this.#inFlight += 1;
    this.#credit -= 1;
    return { startedAt: now, era: this.#era };
  }

  #sleepUntil(until: number, now: number): void {
    const { clock, deadlineAt, signal } = this.#context;
    if (until > deadlineAt) this.#rejectAll(pastDeadline(this.#reasonFor(until, now), deadlineAt - now));
    if (this.#sleeping || this.#waiting.length === 0) return; // it pumps when it wakes, and sees the newest bound then
    this.#sleeping = true;
    clock.sleep(until - now, signal).then(
      () => {
        this.#sleeping = false;
        this.#pump();
      },
      (reason) => {
        this.#sleeping = false;
        this.#rejectAll(reason);
      },
    );
  }

  #reasonFor(until: number, now: number): Asked {
    if (this.#asked !== undefined && until === this.#pausedUntil) return this.#asked;
    const text = `Sentry limits the rate of ${this.#family}, and its next window begins in ${duration(until - now)}`;
    return { text, status: 429 };
  }

  #rejectAll(reason: unknown): void {
    for (const waiter of this.#waiting.splice(0)) waiter.reject(reason);
  }
}

function pastDeadline({ status, text }: Asked, leftMs: number): ActionError {
  return new ActionError(
    'rate-limited-past-deadline',
    `${text}, but only ${duration(Math.max(0, leftMs))} are left of the timeout`,
    {
      hint: 'Run it again later: it continues where it stopped, and what Sentry has already is not sent twice. Or raise the input timeout.',
      status,
    },
  );
}

/** The gates of one run, made as needed. */
export class Limiter {
  readonly #gates = new Map<string, Gate>();
  readonly #context: GateContext;
  /** From the first answer that names one: primes the gates that are made later. */
  #concurrentLimit: number | undefined;

  constructor(context: GateContext) {
    this.#context = context;
  }

  gate(method: string, family: string): Gate {
    const name = `${method} ${family}`;
    let gate = this.#gates.get(name);
    if (gate === undefined) {
      gate = new Gate(name, this.#context, this.#concurrentLimit);
      this.#gates.set(name, gate);
    }
    return gate;
  }

  /** Every answer primes gates that are made after it. */
  prime(headers: Headers): void {
    this.#concurrentLimit ??= rateLimitOf(headers).concurrentLimit;
  }
}
