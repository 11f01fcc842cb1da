import { jest } from '@jest/globals';
import { systemClock } from '../../src/clock.js';

it('tells the time of day', () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(60_000);
  expect(Number.isInteger(systemClock.now())).toBe(true);
});

it.each([-3_600_000, 3_600_000])(
  'goes on evenly when the machine’s time is set by %d ms: no wait is shortened by it, none prolonged',
  (jump) => {
    const before = systemClock.now();
    const real = Date.now;
    const date = jest.spyOn(Date, 'now').mockImplementation(() => real() + jump);
    expect(systemClock.now() - before).toBeLessThan(1_000);
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
    date.mockRestore();
  },
);

it('a sleep ends at once with the reason of its signal', async () => {
  const reason = new Error('enough');
  await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  const later = new AbortController();
  const sleeping = systemClock.sleep(60_000, later.signal);
  later.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
});
