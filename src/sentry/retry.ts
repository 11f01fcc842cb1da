import type { FailureKind } from './failures.js';
import { backoff } from './timing.js';

/** Attempts of one request for failures that count as attempts (everything but 429 and a held commit lock). */
export const MAX_ATTEMPTS = 6;

/** The closed list of statuses that are worth a repeat. 429 and 409 have rules of their own. */
const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 425, 500, 502, 503, 504, 507, 520, 521, 522, 523, 524]);

const RETRYABLE_KINDS: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'connect-timeout',
  'first-byte-timeout',
  'attempt-timeout',
  'stalled',
  'reset',
  'refused',
  'unreachable',
  'dns-temporary',
  'truncated',
  'proxy-broken',
  'proxy-unreached',
  'proxy-timeout',
]);

const TIMEOUT_KINDS: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'connect-timeout',
  'first-byte-timeout',
  'attempt-timeout',
  'stalled',
  'proxy-timeout',
]);

/** Why a request is not sent again. */
export type Refusal = 'not-retryable' | 'attempts' | 'budget' | 'deadline';

/** What happened to an attempt: an answer with a bad status, or no answer. */
export type Trouble = { readonly status: number; readonly lockHeld: boolean } | { readonly kind: FailureKind };

const BACKOFF = { floorMs: 0, baseMs: 500, capMs: 20_000 };
/** A 429 that says nothing about time: never a wait near zero, or a limited server is stormed. */
const SILENT_429 = { floorMs: 1_000, baseMs: 1_000, capMs: 30_000 };
const LOCK = { floorMs: 1_000, baseMs: 1_000, capMs: 10_000 };

/**
 * The budget of one process: a dead server costs at most 20 retries over all requests, not six for each chunk. A timeout costs
 * double, because it has cost the user a minute already; each success earns a token back.
 */
export class RetryBudget {
  #tokens: number;
  readonly #capacity: number;

  constructor(capacity = 100) {
    this.#capacity = capacity;
    this.#tokens = capacity;
  }

  get tokens(): number {
    return this.#tokens;
  }

  /** False when there is not enough left; then nothing is taken. */
  spend(trouble: Trouble): boolean {
    const cost = isTimeout(trouble) ? 10 : 5;
    if (cost > this.#tokens) return false;
    this.#tokens -= cost;
    return true;
  }

  earn(): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + 1);
  }
}

function isTimeout(trouble: Trouble): boolean {
  return 'kind' in trouble ? TIMEOUT_KINDS.has(trouble.kind) : trouble.status === 408 || trouble.status === 504;
}

/** True when a repeat may help, whatever the budget says. */
export function isRetryable(trouble: Trouble): boolean {
  if ('kind' in trouble) return RETRYABLE_KINDS.has(trouble.kind);
  return trouble.lockHeld || RETRYABLE_STATUSES.has(trouble.status);
}

/** Decides about the repeat of an attempt that ended in `trouble`; the number counts attempts made so far, from 1. */
export function refusalOf(trouble: Trouble, attempts: number, budget: RetryBudget): Refusal | undefined {
  if (!isRetryable(trouble)) return 'not-retryable';
  // Somebody else holds the lock for as long as they need: bounded by the deadline, like a 429.
  if ('status' in trouble && trouble.lockHeld) return undefined;
  if (attempts >= MAX_ATTEMPTS) return 'attempts';
  return budget.spend(trouble) ? undefined : 'budget';
}

/** Our own wait before the next attempt, in milliseconds. */
export function retryDelay(trouble: Trouble, attempts: number, random: () => number): number {
  return backoff(attempts, 'status' in trouble && trouble.lockHeld ? LOCK : BACKOFF, random);
}

/** The n-th wait in a row for 429s that name no time. */
export function silent429Delay(consecutive: number, random: () => number): number {
  return backoff(consecutive, SILENT_429, random);
}
