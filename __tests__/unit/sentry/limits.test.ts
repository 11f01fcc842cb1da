import { ActionError } from '../../../src/errors.js';
import { type Asked, Gate, type GateAnswer, type Pass } from '../../../src/sentry/limits.js';
import { type FakeClock, fakeClock } from './fakes.js';

interface Setup {
  readonly gate: Gate;
  readonly clock: FakeClock;
  readonly pacing: number[];
  readonly abort: AbortController;
}

function setup(options: { readonly deadlineMs?: number; readonly concurrentLimit?: number } = {}): Setup {
  const clock = fakeClock();
  const abort = new AbortController();
  const pacing: number[] = [];
  const deadlineAt = clock.now() + (options.deadlineMs ?? 600_000);
  const context = {
    clock,
    signal: abort.signal,
    deadlineAt,
    onPacing: (_: string, until: number) => pacing.push(until),
  };
  return { gate: new Gate('POST chunk-upload', context, options.concurrentLimit), clock, pacing, abort };
}

const ok = (headers: Record<string, string> = {}): GateAnswer => ({ status: 200, headers });
const asked: Asked = { text: 'Sentry limits the rate of POST chunk-upload and asks to wait 3600 s', status: 429 };
const refused: GateAnswer = { status: 429, headers: {} };

/** Takes passes until the gate makes the next one wait. */
async function fill(gate: Gate, most = 40): Promise<{ passes: Pass[]; next: Promise<Pass> }> {
  const passes: Pass[] = [];
  for (;;) {
    const next = gate.enter();
    const pass = await Promise.race([next, settled()]);
    if (pass === undefined || passes.length === most) return { passes, next };
    passes.push(pass);
  }
}

async function settled(): Promise<undefined> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  return undefined;
}

describe('concurrency', () => {
  it('starts with four at once', async () => {
    const { gate } = setup();
    expect((await fill(gate)).passes).toHaveLength(4);
  });

  it.each([
    [1, 1],
    [2, 2],
    [8, 4],
  ])('a server concurrency of %d starts with %d', async (server, start) => {
    const { gate } = setup();
    gate.limitConcurrency(server);
    expect((await fill(gate)).passes).toHaveLength(start);
  });

  it('the first answer’s ConcurrentLimit primes it: two slots are left to other jobs, one is always ours', async () => {
    expect((await fill(setup({ concurrentLimit: 5 }).gate)).passes).toHaveLength(3);
    expect((await fill(setup({ concurrentLimit: 2 }).gate)).passes).toHaveLength(1);
    expect((await fill(setup({ concurrentLimit: 0 }).gate)).passes).toHaveLength(1);
  });

  it('grows by one after twenty clean answers, up to the server’s own number', async () => {
    const { gate } = setup();
    gate.limitConcurrency(6);
    const capacities: number[] = [];
    for (let round = 0; round < 40; round += 1) {
      gate.leave(await gate.enter(), ok());
      capacities.push(gate.capacity);
    }
    expect([18, 19, 38, 39].map((round) => capacities[round])).toEqual([4, 5, 5, 6]);
    for (let round = 0; round < 200; round += 1) gate.leave(await gate.enter(), ok());
    expect(gate.capacity).toBe(6);
  });

  it('never grows above ConcurrentLimit − 2', async () => {
    const { gate } = setup();
    for (let round = 0; round < 200; round += 1) {
      gate.leave(
        await gate.enter(),
        ok({ 'x-sentry-rate-limit-concurrentlimit': '7', 'x-sentry-rate-limit-concurrentremaining': '6' }),
      );
    }
    expect(gate.capacity).toBe(5);
  });

  it('halves when a single slot is left, once for one wave of answers', async () => {
    const { gate } = setup();
    const { passes } = await fill(gate);
    const pressed = ok({ 'x-sentry-rate-limit-concurrentlimit': '25', 'x-sentry-rate-limit-concurrentremaining': '1' });
    for (const pass of passes) gate.leave(pass, pressed);
    expect(gate.capacity).toBe(2);
  });

  it('a 429 halves it, and one request tests the water before the others follow', async () => {
    const { gate } = setup();
    const first = await gate.enter();
    const rest = [await gate.enter(), await gate.enter(), await gate.enter()];
    for (const pass of rest) gate.leave(pass, ok());
    gate.leave(first, refused);
    expect(gate.capacity).toBe(1);
    const probe = await gate.enter();
    gate.leave(probe, ok());
    expect(gate.capacity).toBe(2);
  });

  it('a test request that gets no answer lets the next one test', async () => {
    const { gate } = setup();
    gate.leave(await gate.enter(), refused);
    gate.leave(await gate.enter(), undefined);
    expect(gate.capacity).toBe(2);
  });
});

describe('waits', () => {
  it('a pause holds every request of the family until it is over, with a single sleep', async () => {
    const { clock, gate } = setup();
    const start = clock.now();
    expect(gate.pause(3_000, asked)).toBe(1);
    await Promise.all([gate.enter(), gate.enter(), gate.enter()]);
    expect(clock.now()).toBe(start + 3_000);
    expect(clock.slept).toEqual([3_000]);
  });

  it('is never shortened by a later, shorter one, and only news is reported', () => {
    const { clock, gate } = setup();
    const start = clock.now();
    expect(gate.pause(3_000, asked)).toBe(1);
    expect(gate.pause(1_000, asked)).toBeUndefined();
    expect(gate.pause(3_200, asked)).toBeUndefined();
    expect(gate.pause(9_000, asked)).toBe(1);
    return gate.enter().then(() => expect(clock.now()).toBe(start + 9_000));
  });

  it('one that does not fit the deadline ends the family at once, with both times', async () => {
    const { clock, gate } = setup({ deadlineMs: 60_000 });
    gate.pause(3_600_100, asked);
    const error = await gate.enter().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ActionError);
    expect(error).toMatchObject({ code: 'rate-limited-past-deadline', status: 429 });
    expect(String(error)).toContain(`${asked.text}, but only 60 s are left`);
    expect(clock.slept).toEqual([]);
  });

  it('refusals of one wave are one wait, and a late answer from before it does not end the row nor the test of the water', async () => {
    const { clock, gate } = setup();
    const [first, second, late] = [await gate.enter(), await gate.enter(), await gate.enter()];
    clock.advance(10);
    gate.leave(first, refused);
    expect(gate.nextWait).toBe(1);
    expect(gate.pause(3_000, asked)).toBe(1);
    gate.leave(second, refused);
    expect([gate.nextWait, gate.pause(5_000, asked)]).toEqual([1, 1]);
    gate.leave(late, ok());
    expect(gate.capacity).toBe(1);
    clock.advance(6_000);
    expect(gate.nextWait).toBe(2);
  });

  it('the error names the answer that asked: a 503 is no rate limit, and a window that is used up no wish of an answer', async () => {
    const busy = { text: 'POST assemble answered 503 Service Unavailable and asks to wait 3600 s', status: 503 };
    const { clock, gate } = setup({ deadlineMs: 60_000 });
    gate.pause(3_600_000, busy);
    await expect(gate.enter()).rejects.toMatchObject({ status: 503, message: expect.stringContaining(busy.text) });
    const next = setup({ deadlineMs: 60_000 }).gate;
    next.pause(1_000, busy);
    const reset = String(Math.floor(clock.now() / 1000) + 120);
    const used = { 'x-sentry-rate-limit-remaining': '0', 'x-sentry-rate-limit-reset': reset };
    next.leave(await next.enter(), ok(used));
    await expect(next.enter()).rejects.toMatchObject({
      status: 429,
      message: expect.stringMatching(/limits the rate of POST chunk-upload, and its next window begins in 1\d\d s/),
    });
  });

  it('counts the waits in a row: the next one is the second, and an answer that is fine begins anew', async () => {
    const { clock, gate } = setup();
    expect(gate.pause(3_000, asked)).toBe(1);
    clock.advance(4_000);
    gate.leave(await gate.enter(), refused);
    expect(gate.pause(3_000, asked)).toBe(2);
    clock.advance(4_000);
    gate.leave(await gate.enter(), ok());
    expect(gate.pause(3_000, asked)).toBe(1);
  });

  it('ends those who wait already, too', async () => {
    const { gate } = setup({ deadlineMs: 60_000 });
    const { next, passes } = await fill(gate);
    const outcome = next.catch((thrown: unknown) => thrown);
    gate.pause(3_600_000, asked);
    await expect(outcome).resolves.toMatchObject({ code: 'rate-limited-past-deadline' });
    for (const pass of passes) gate.leave(pass, undefined);
  });

  it('a cancelled run rejects with the reason it was cancelled for', async () => {
    const { abort, gate } = setup();
    const { next } = await fill(gate);
    const reason = new ActionError('cancelled', 'The run was cancelled');
    const outcome = next.catch((thrown: unknown) => thrown);
    abort.abort(reason);
    gate.pause(1, asked);
    await expect(outcome).resolves.toBe(reason);
  });
});

describe('windows', () => {
  const window = (clock: FakeClock, remaining: number, endsInS = 1): Record<string, string> => ({
    date: new Date(clock.now()).toUTCString(),
    'x-sentry-rate-limit-limit': '5',
    'x-sentry-rate-limit-remaining': String(remaining),
    'x-sentry-rate-limit-reset': String(Math.floor(clock.now() / 1000) + endsInS),
  });

  it('Remaining: 0 on a success holds the next request until the reset', async () => {
    const { clock, gate, pacing } = setup();
    const start = clock.now();
    gate.leave(await gate.enter(), ok(window(clock, 0)));
    expect(pacing).toHaveLength(1);
    await gate.enter();
    expect(clock.now()).toBeGreaterThanOrEqual(start + 1_000);
    expect(clock.now()).toBeLessThan(start + 1_100);
  });

  it('requests in flight count as used: no more are let go than surely fit', async () => {
    const { clock, gate } = setup();
    const { passes } = await fill(gate);
    const [first, second] = passes;
    if (first === undefined || second === undefined) throw new Error('no passes');
    gate.leave(first, ok(window(clock, 3)));
    const next = await Promise.race([gate.enter(), settled()]);
    expect(clock.slept.length > 0 || next === undefined).toBe(true);
  });

  it('an answer that was overtaken by a newer one does not open the window further', async () => {
    const { clock, gate } = setup();
    const passes = [await gate.enter(), await gate.enter(), await gate.enter(), await gate.enter()];
    const [older, newer] = passes;
    if (older === undefined || newer === undefined) throw new Error('no passes');
    gate.leave(newer, ok(window(clock, 2)));
    gate.leave(older, ok(window(clock, 3)));
    // Two are in flight and two are left: nothing more surely fits.
    const next = await Promise.race([gate.enter(), settled()]);
    expect(clock.slept.length > 0 || next === undefined).toBe(true);
  });

  it('an answer that comes late, from the window before, does not close the new one', async () => {
    const { clock, gate } = setup();
    const old = await gate.enter();
    const late = ok(window(clock, 0));
    clock.advance(5_000);
    gate.leave(await gate.enter(), ok(window(clock, 4)));
    gate.leave(old, late);
    await gate.enter();
    expect(clock.slept).toEqual([]);
  });
});
