import type { FailureKind } from '../../../src/sentry/failures.js';
import { isRetryable, RetryBudget, refusalOf, retryDelay, silent429Delay } from '../../../src/sentry/retry.js';

const status = (code: number, lockHeld = false) => ({ status: code, lockHeld });

describe('what is tried again', () => {
  it.each([408, 425, 500, 502, 503, 504, 507, 520, 521, 522, 523, 524])('status %d is', (code) => {
    expect(isRetryable(status(code))).toBe(true);
  });

  it.each([400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 422, 501, 505, 511, 525, 600])(
    'status %d is not',
    (code) => {
      expect(isRetryable(status(code))).toBe(false);
    },
  );

  it('a conflict is while another job holds the lock', () => {
    expect(isRetryable(status(409, true))).toBe(true);
  });

  /** Of every way a request can fail without an answer: whether a second try may end better. */
  const worthIt: Readonly<Record<FailureKind, boolean>> = {
    ...{ 'connect-timeout': true, 'first-byte-timeout': true, 'attempt-timeout': true, stalled: true },
    ...{ reset: true, refused: true, unreachable: true, truncated: true, 'proxy-broken': true },
    ...{ 'proxy-unreached': true, 'proxy-timeout': true, 'proxy-wrong': false },
    // A name server that did not answer may do so next time; one that knows no such name will not.
    ...{ 'dns-temporary': true, 'dns-unknown': false },
    ...{ tls: false, 'proxy-auth': false, 'too-large': false, encoding: false, invalid: false },
  };
  it.each(Object.entries(worthIt) as [FailureKind, boolean][])('%s: %j', (kind, expected) => {
    expect(isRetryable({ kind })).toBe(expected);
  });
});

describe('when it ends', () => {
  it('after six attempts', () => {
    const budget = new RetryBudget();
    expect([1, 2, 3, 4, 5, 6].map((attempts) => refusalOf(status(500), attempts, budget))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      'attempts',
    ]);
  });

  it('after twenty retries of the whole process, when nothing comes right', () => {
    const budget = new RetryBudget();
    const outcomes = Array.from({ length: 25 }, () => refusalOf({ kind: 'refused' }, 1, budget));
    expect(outcomes.indexOf('budget')).toBe(20);
  });

  it('after ten, when every one of them costs a timeout', () => {
    const budget = new RetryBudget();
    const outcomes = Array.from({ length: 25 }, () => refusalOf({ kind: 'stalled' }, 1, budget));
    expect(outcomes.indexOf('budget')).toBe(10);
  });

  it('each success earns a token back, never above the start', () => {
    const budget = new RetryBudget(10);
    budget.earn();
    expect(budget.tokens).toBe(10);
    refusalOf(status(500), 1, budget);
    budget.earn();
    expect(budget.tokens).toBe(6);
  });

  it('a refused retry takes nothing from the budget', () => {
    const budget = new RetryBudget(4);
    expect(refusalOf(status(500), 1, budget)).toBe('budget');
    expect(refusalOf(status(404), 1, budget)).toBe('not-retryable');
    expect(budget.tokens).toBe(4);
  });

  it('a held lock is waited for without count or budget: the deadline bounds it', () => {
    const budget = new RetryBudget(0);
    expect(refusalOf(status(409, true), 99, budget)).toBeUndefined();
  });
});

describe('how long in between', () => {
  it('full jitter from 500 ms doubling to 20 s', () => {
    expect([1, 2, 3, 4, 5].map((attempts) => retryDelay(status(500), attempts, () => 1))).toEqual([
      1e3, 2e3, 4e3, 8e3, 16e3,
    ]);
    expect(retryDelay(status(500), 9, () => 1)).toBe(20_000);
    expect(retryDelay(status(500), 9, () => 0)).toBe(0);
  });

  it('a 429 that names no time: never under a second, at most thirty', () => {
    expect(silent429Delay(1, () => 0)).toBe(1_000);
    expect(silent429Delay(50, () => 1)).toBe(30_000);
  });
});
