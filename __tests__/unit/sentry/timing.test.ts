import fc from 'fast-check';
import {
  askedWait,
  backoff,
  duration,
  parseHttpDate,
  parseRetryAfter,
  rateLimitOf,
  ServerClock,
  serverNow,
  withJitter,
} from '../../../src/sentry/timing.js';

const NOW = Date.parse('1994-11-06T08:49:37Z');

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['3', 3_000],
    [' 3 ', 3_000],
    ['1.5', 1_500],
    ['3600', 3_600_000],
    ['999999999', 999_999_999_000],
  ])('reads seconds: %j', (value, expected) => {
    expect(parseRetryAfter(value, NOW)).toBe(expected);
  });

  it('counts 120 as a duration of two minutes, not as a moment of 1970', () => {
    expect(parseRetryAfter('120', Date.parse('2026-01-01T00:00:00Z'))).toBe(120_000);
  });

  it.each([
    ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:40 GMT'],
    ['RFC 850', 'Sunday, 06-Nov-94 08:49:40 GMT'],
    ['asctime', 'Sun Nov  6 08:49:40 1994'],
  ])('reads an HTTP date in the grammar %s against the server’s own clock', (_name, value) => {
    expect(parseRetryAfter(value, NOW)).toBe(3_000);
  });

  it.each(['', ' ', '-5', '0x10', '1e3', 'soon', '+3', '3s', 'Infinity', 'NaN', '9'.repeat(400), 'null', '3, 4'])(
    'does not guess what %j means',
    (value) => {
      expect(parseRetryAfter(value, NOW)).toBeUndefined();
    },
  );

  it('a date in the past is no wait at all, never a negative one', () => {
    expect(parseRetryAfter('Sun, 06 Nov 1994 08:00:00 GMT', NOW)).toBe(0);
  });

  it('never throws and never answers a negative or infinite wait, whatever the header holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.integer().map(String), fc.date({ noInvalidDate: true }).map(String)),
        (value) => {
          const wait = parseRetryAfter(value, NOW);
          expect(wait === undefined || (Number.isFinite(wait) && wait >= 0)).toBe(true);
        },
      ),
    );
  });
});

describe('HTTP dates', () => {
  it('takes a leap second', () => {
    expect(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT', NOW)).toBe(Date.parse('2017-01-01T00:00:00Z'));
  });

  it('a two-digit year more than fifty years ahead is in the past century', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(parseHttpDate('Friday, 06-Nov-76 08:49:37 GMT', now)).toBe(Date.parse('2076-11-06T08:49:37Z'));
    expect(parseHttpDate('Saturday, 06-Nov-77 08:49:37 GMT', now)).toBe(Date.parse('1977-11-06T08:49:37Z'));
  });

  it.each([
    '2026-01-01T00:00:00Z',
    'Sun, 06 Nov 1994 08:49:37 CET',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 25:00:00 GMT',
  ])('%j is none', (text) => {
    expect(parseHttpDate(text, NOW)).toBeUndefined();
  });

  it('reads back every date that is written as HTTP writes it', () => {
    const range = { min: new Date('1970-01-02'), max: new Date('2199-01-01'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(range), (date) => {
        expect(parseHttpDate(date.toUTCString(), NOW)).toBe(Math.floor(date.getTime() / 1000) * 1000);
      }),
    );
  });
});

describe('the wait an answer asks for', () => {
  const date = (ms: number) => new Date(ms).toUTCString();

  it('is the longer of Retry-After and the reset', () => {
    const headers = { date: date(NOW), 'retry-after': '1', 'x-sentry-rate-limit-reset': String(NOW / 1000 + 2) };
    expect(askedWait(headers, NOW)).toEqual({ waitMs: 2_000, source: 'X-Sentry-Rate-Limit-Reset' });
    expect(askedWait({ ...headers, 'retry-after': '5' }, NOW)).toEqual({ waitMs: 5_000, source: 'Retry-After' });
  });

  it('an invalid Retry-After leaves the reset in force', () => {
    const headers = { date: date(NOW), 'retry-after': 'soon', 'x-sentry-rate-limit-reset': String(NOW / 1000 + 2) };
    expect(askedWait(headers, NOW)?.waitMs).toBe(2_000);
  });

  it.each([-3_600_000, 3_600_000, -86_400_000])('is the same when our clock is %d ms off', (skew) => {
    const headers = { date: date(NOW), 'x-sentry-rate-limit-reset': String(NOW / 1000 + 2) };
    expect(askedWait(headers, NOW + skew)?.waitMs).toBe(2_000);
  });

  it('without a Date header our own clock counts', () => {
    expect(serverNow({}, 42)).toBe(42);
    expect(serverNow({ date: 'yesterday' }, 42)).toBe(42);
  });

  it('of several Retry-After headers the longest counts', () => {
    expect(askedWait({ 'retry-after': ['1', 'x', '7'] }, NOW)?.waitMs).toBe(7_000);
  });

  it.each([
    ['120, 120', 120],
    ['1,7', 7],
    ['300, soon, 2', 300],
    [`5, ${date(NOW + 9_000)}`, 9],
    [`${date(NOW + 9_000)},5`, 9],
    [`${date(NOW + 4_000)}, ${date(NOW + 8_000)}`, 8],
    ['Sunday, 06-Nov-94 08:49:40 GMT, 2', 3],
    ['2,Sun Nov  6 08:49:40 1994', 3],
  ])('of several values that a proxy joined the longest counts: %j', (value, seconds) => {
    expect(askedWait({ date: date(NOW), 'retry-after': value }, NOW)).toEqual({
      waitMs: seconds * 1_000,
      source: 'Retry-After',
    });
  });

  it('is absent when no header says anything', () => {
    expect(askedWait({ date: date(NOW), 'retry-after': 'soon' }, NOW)).toBeUndefined();
  });

  it('gets up to 250 ms on top and never less than was asked', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (wait, random) => {
        const jittered = withJitter(wait, () => random);
        expect(jittered).toBeGreaterThanOrEqual(wait);
        expect(jittered).toBeLessThanOrEqual(wait + 250);
      }),
    );
  });
});

describe('rate-limit headers', () => {
  it('are read where they are numbers, and absent where they are not', () => {
    const limit = rateLimitOf({
      'x-sentry-rate-limit-limit': '40',
      'x-sentry-rate-limit-remaining': '0',
      'x-sentry-rate-limit-reset': '1700000001',
      'x-sentry-rate-limit-concurrentlimit': 'None',
    });
    expect(limit).toEqual({
      limit: 40,
      remaining: 0,
      resetAt: 1_700_000_001_000,
      concurrentLimit: undefined,
      concurrentRemaining: undefined,
    });
  });

  it.each<[string | string[]]>([['40, 40'], ['40,50'], [['50', '40']], ['None, 40'], ['55, soon, 40']])(
    'of several values that a proxy joined or left the strictest count: %j',
    (value) => {
      const names = ['limit', 'remaining', 'concurrentlimit', 'concurrentremaining'];
      const headers = Object.fromEntries(names.map((name) => [`x-sentry-rate-limit-${name}`, value]));
      const counts = { limit: 40, remaining: 40, concurrentLimit: 40, concurrentRemaining: 40 };
      expect(rateLimitOf(headers)).toEqual({ ...counts, resetAt: undefined });
    },
  );

  it.each<[string | string[]]>([
    ['784111780, 784111780'],
    ['784111778,784111780'],
    [['784111780', '784111778']],
    ['784111780, None'],
  ])('of several resets the latest is waited for: %j', (value) => {
    const headers = { date: new Date(NOW).toUTCString(), 'x-sentry-rate-limit-reset': value };
    expect(rateLimitOf(headers).resetAt).toBe(NOW + 3_000);
    expect(askedWait(headers, NOW)).toEqual({ waitMs: 3_000, source: 'X-Sentry-Rate-Limit-Reset' });
  });

  it.each(['None', '', ',', '-1, -1', 'None, None'])('%j says nothing', (value) => {
    const headers = { 'x-sentry-rate-limit-reset': value, 'x-sentry-rate-limit-remaining': value };
    expect(rateLimitOf(headers)).toMatchObject({ remaining: undefined, resetAt: undefined });
    expect(askedWait(headers, NOW)).toBeUndefined();
  });

  it('go beyond 2038', () => {
    expect(rateLimitOf({ 'x-sentry-rate-limit-reset': '4102444800' }).resetAt).toBe(Date.parse('2100-01-01T00:00:00Z'));
  });
});

describe('backoff', () => {
  it('stays between its floor and its exponential ceiling', () => {
    const bounds = { floorMs: 1_000, baseMs: 1_000, capMs: 30_000 };
    expect([1, 2, 3, 10, 1_000].map((retry) => backoff(retry, bounds, () => 0))).toEqual([1e3, 1e3, 1e3, 1e3, 1e3]);
    expect([1, 2, 3, 10, 1_000].map((retry) => backoff(retry, bounds, () => 1))).toEqual([2e3, 4e3, 8e3, 3e4, 3e4]);
  });
});

describe('the server’s clock', () => {
  /** What a server whose clock is `ahead` of ours answers at our time `at`, after `latency`. */
  const answer = (clock: ServerClock, at: number, ahead: number, latency: number) => {
    const date = new Date(Math.floor((at + ahead) / 1000) * 1000).toUTCString();
    clock.observe({ date }, at - latency, at + latency);
  };

  it('never shows a moment earlier than it is there, however the answers fall', () => {
    const schedule = fc.array(fc.tuple(fc.nat(5_000), fc.nat(300)), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(schedule, fc.integer({ min: -100_000, max: 100_000 }), (steps, ahead) => {
        const clock = new ServerClock();
        let at = NOW;
        for (const [gap, latency] of steps) {
          at += gap + 2 * latency;
          answer(clock, at, ahead, latency);
        }
        const serverMoment = at + ahead + 10_000;
        expect(clock.localTimeOf(serverMoment) + ahead).toBeGreaterThanOrEqual(serverMoment);
      }),
    );
  });

  it('gets sharper than a second with several answers', () => {
    const clock = new ServerClock();
    for (let at = NOW; at < NOW + 1_000; at += 90) answer(clock, at, 500, 1);
    expect(clock.localTimeOf(NOW + 5_500) - (NOW + 5_000)).toBeLessThan(100);
  });

  it('believes a server whose clock was set back', () => {
    const clock = new ServerClock();
    answer(clock, NOW, 60_000, 1);
    answer(clock, NOW + 10, -60_000, 1);
    expect(Math.abs(clock.localTimeOf(NOW) - (NOW + 60_000))).toBeLessThanOrEqual(1_001);
  });
});

it.each([
  [250, '250 ms'],
  [1_000, '1 s'],
  [1_540, '1.5 s'],
  [3_600_000, '3600 s'],
])('says %d ms as a person does', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
