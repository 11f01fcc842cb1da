import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { itOnPosix } from '../support/platform.js';
import { writeWithMap } from '../support/workspace.js';
import type { RunOptions, RunResult } from './harness.js';
import {
  assemble429,
  type BareRun,
  expectRest,
  hangingGit,
  type Scene,
  SMALL,
  scenes,
  spawnBundle,
} from './reliability-support.js';

/** Rows 45 to 47 of docs/reliability.md: a run that is cancelled, in real time. */

const { cleanups, start } = scenes();
const PAIRS = 1_500;
const waiting = { faults: assemble429({ 'Retry-After': '30' }) };

// On a machine that stands still for a second, a time can be missed. Once more then; what fails twice is a defect.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

/** Runs until `when` is seen in the log or answers true, cancels, and measures from there. */
async function cancelled(
  world: Scene,
  when: RegExp | (() => boolean),
  options: Partial<RunOptions> = {},
): Promise<{ readonly result: RunResult; readonly tookMs: number }> {
  const controller = new AbortController();
  let at = 0;
  const cancel = () => {
    at ||= Date.now();
    controller.abort();
  };
  const timer = setInterval(() => typeof when === 'function' && when() && cancel(), 5);
  const onLine = (line: string) => void (when instanceof RegExp && when.test(line) && cancel());
  const result = await world.run({ ...options, signal: controller.signal, onLine });
  clearInterval(timer);
  return { result, tookMs: Date.now() - at };
}

/** What a person finds after a cancel: in the log, in the summary, in the outputs; and nothing left behind. */
function expectTold(result: RunResult, done: RegExp, cancelledIn: RegExp): void {
  expect(result.exitCode).toBe(130);
  expect(result.log).toMatch(done);
  expect(result.log).toMatch(cancelledIn);
  expect(result.log).toMatch(/^ {2}Not done: (Source maps, )?Deploy, Finalize/m);
  expect(result.log).toContain('what Sentry has already is not sent twice');
  expect(result.summary).toMatch(/cancelled/i);
  expect(result.summary).toMatch(/\*\*Not reached:\*\* .*Deploy.*Finalize/);
  expect(result.outputs).toMatchObject({ release: '1.0.0', result: 'cancelled' });
  expect(result.report).toMatchObject({ result: 'cancelled' });
  expect([...result.tmpFiles, ...result.leftovers, ...result.homeFiles]).toEqual([]);
}

/** Scripts and maps, nothing beside them, and each pair edited or not as one; answers how many are. */
function editedPairs(dist: string): number {
  const names = readdirSync(dist);
  expect(names.filter((name) => !/^f\d+\.js(\.map)?$/.test(name))).toEqual([]);
  const ids = names
    .filter((name) => name.endsWith('.js'))
    .map((name) => {
      const script = /debugId=([0-9a-f-]{36})/.exec(readFileSync(join(dist, name), 'utf8'))?.[1];
      const { debugId } = JSON.parse(readFileSync(join(dist, `${name}.map`), 'utf8')) as { debugId?: string };
      return { name, script, map: debugId };
    });
  expect(ids.filter(({ map, script }) => map !== script)).toEqual([]);
  return ids.filter(({ script }) => script !== undefined).length;
}

/** Enough pairs that the threads are in the middle of them for a while; `begun` turns true when they are. */
function manyPairs({ folder }: Scene): { readonly dist: string; readonly begun: () => boolean } {
  const dist = join(folder, 'dist');
  for (let n = 4; n < PAIRS; n += 1) writeWithMap(dist, `f${n}`, `x(${n});\n`.repeat(600));
  const sizeOf = () => statSync(join(dist, 'f700.js')).size;
  const before = sizeOf();
  return { dist, begun: () => sizeOf() !== before };
}

describe('SIGINT', () => {
  it('row 45: during a wait that the server asked for ends within three seconds with 130, told in log, summary and outputs; the re-run completes', async () => {
    const world = await start(waiting);
    const { result, tookMs } = await cancelled(world, /waiting 30/);
    expect(tookMs).toBeLessThan(3_000);
    expectTold(result, /^ {2}Done: Token check, Release$/m, /^ {2}Cancelled in: Source maps$/m);
    await expectRest(world);
  }, 60_000);

  it('row 46: in the middle of a chunk ends likewise: nothing half is kept, the re-run sends only the rest', async () => {
    const halfRead = {
      match: { method: 'POST', path: '**/chunk-upload/', nth: { from: 4 } },
      do: { stallAfterBytes: 1_000 },
    };
    const world = await start({ options: SMALL, faults: [halfRead] }, 120_000);
    const { result, tookMs } = await cancelled(world, () => world.org().chunks.size >= 2);
    expect(tookMs).toBeLessThan(3_000);
    expectTold(result, /^ {2}Done: Token check, Release$/m, /^ {2}Cancelled in: Source maps$/m);
    expect(editedPairs(join(world.folder, 'dist'))).toBe(4);
    for (const { sha1, size, path } of world.org().chunks.values()) {
      expect({ sha1, bytes: statSync(path).size }).toEqual({ sha1, bytes: size });
    }
    await expectRest(world);
  }, 60_000);

  it('row 46: while worker threads edit files ends likewise: every pair is edited or not, and no temporary file is left', async () => {
    const world = await start();
    const { begun, dist } = manyPairs(world);
    const { result, tookMs } = await cancelled(world, begun);
    expect(tookMs).toBeLessThan(3_000);
    expectTold(result, /^ {2}Done: Token check, Release$/m, /^ {2}Cancelled in: Source maps$/m);
    const edited = editedPairs(dist);
    // It was in the middle of it, or this says nothing.
    expect(edited).toBeGreaterThan(0);
    expect(edited).toBeLessThan(PAIRS);
    await expectRest(world);
  }, 90_000);
});

itOnPosix(
  'row 47: SIGINT while git hangs ends likewise: what is done is told, and nothing keeps the process',
  async () => {
    const world = await start();
    const { end, options } = hangingGit(world);
    cleanups.push(end);
    const { result, tookMs } = await cancelled(world, /created: 1\.0\.0/, options);
    expect(tookMs).toBeLessThan(3_000);
    expectTold(result, /^ {2}Done: Token check, Release$/m, /^ {2}Cancelled in: Commits$/m);
    await expectRest(world);
  },
  60_000,
);

itOnPosix(
  'row 47: SIGINT before the run began is heard, too: nothing is written, and that is told',
  async () => {
    const world = await start();
    const run = spawned(world, SIGNAL_WHEN_LISTENING);
    expect((await run.ended).code).toBe(130);
    // Before the first line of the action itself, or the time in which its modules are loaded would be deaf.
    expect(run.log()).toMatch(/^listening\n/);
    expect(run.log()).toMatch(/^ {2}Not done: (Token check, )?Release, Source maps, Deploy, Finalize$/m);
    expect(run.outputs()).toMatchObject({ result: 'cancelled' });
    expect(run.summary()).toMatch(/cancelled/i);
    // The token may have been looked at: the signal is heard when the modules are loaded, and the first request goes out then.
    await world.sandbox.idle();
    expect(world.sandbox.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  },
  60_000,
);

itOnPosix(
  'row 47: SIGINT in the moment in which the first connection stands leaves no connection that keeps the process',
  async () => {
    const world = await start();
    const run = spawned(world, SIGNAL_WHEN_CONNECTED);
    await run.said(/^connected$/m);
    const at = Date.now();
    const end = await run.ended;
    expect(end.code).toBe(130);
    // The first of the timers that would end a process which cannot end by itself.
    expect(end.at - at).toBeLessThan(1_000);
    expect(run.log()).toMatch(/^ {2}Cancelled in: Token check$/m);
  },
  60_000,
);

it('row 47: SIGKILL leaves nothing that the next run could trip over', async () => {
  const halfRead = {
    match: { method: 'POST', path: '**/chunk-upload/', nth: { from: 3 } },
    do: { stallAfterBytes: 1_000 },
  };
  const world = await start({ options: SMALL, faults: [halfRead] }, 60_000);
  const result = await world.run({ killAfterMs: 2_500 });
  expect(result.exitSignal).toBe('SIGKILL');
  await expectRest(world);
}, 60_000);

/** The ending never ends: the runner's summary file does not answer. */
const HANGING_END = `
  const files = require('node:fs/promises');
  const { appendFile } = files;
  files.appendFile = (path, ...rest) => {
    if (path !== process.env.GITHUB_STEP_SUMMARY) return appendFile(path, ...rest);
    console.log('the ending hangs');
    return new Promise(() => setInterval(() => undefined, 1_000));
  };
  require('node:module').syncBuiltinESMExports();
`;

/** A cancel in the moment in which it can first be heard. */
const SIGNAL_WHEN_LISTENING = `
  process.on('newListener', (name) => {
    if (name !== 'SIGINT') return;
    console.log('listening');
    setImmediate(() => process.kill(process.pid, 'SIGINT'));
  });
`;

/** A cancel when a connection stands, and the parser that undici loads for its first one is not there yet. */
const SIGNAL_WHEN_CONNECTED = `
  WebAssembly.compile = () => new Promise(() => undefined);
  const { Socket } = require('node:net');
  const { emit } = Socket.prototype;
  Socket.prototype.emit = function (name, ...values) {
    if (name === 'connect') {
      console.log('connected');
      process.kill(process.pid, 'SIGINT');
    }
    return emit.call(this, name, ...values);
  };
`;

/** Sends a signal when the log has `when`; answers the moment. */
async function signal(run: BareRun, when: RegExp, name: NodeJS.Signals): Promise<number> {
  await run.said(when);
  const at = Date.now();
  run.child.kill(name);
  return at;
}

function spawned(world: Scene, hook?: string): BareRun {
  const run = spawnBundle(world, hook);
  cleanups.push(() => run.child.kill('SIGKILL'));
  return run;
}

/** A waiting run whose ending hangs, and which has just got the signal. */
async function hangingEnd(
  name: NodeJS.Signals,
): Promise<{ readonly world: Scene; readonly run: BareRun; readonly at: number }> {
  const world = await start(waiting);
  const run = spawned(world, HANGING_END);
  return { world, run, at: await signal(run, /waiting 30/, name) };
}

// Windows has no signals: a process there is ended, not told (SIGKILL, above, is what that is like).
itOnPosix(
  'row 47: SIGTERM ends a waiting run within a second with 143, outputs and summary; the re-run completes',
  async () => {
    const world = await start(waiting);
    const run = spawned(world);
    const at = await signal(run, /waiting 30/, 'SIGTERM');
    const end = await run.ended;
    expect(end.code).toBe(143);
    expect(end.at - at).toBeLessThan(1_000);
    expect(run.log()).toMatch(/^ {2}Done: Token check, Release$/m);
    expect(run.log()).toMatch(/^ {2}Not done: Deploy, Finalize/m);
    expect(run.outputs()).toMatchObject({ release: '1.0.0', result: 'cancelled' });
    expect(run.summary()).toMatch(/cancelled/i);
    await expectRest(world);
  },
  60_000,
);

itOnPosix(
  'row 47: a second SIGINT ends at once a run whose ending hangs; the re-run completes',
  async () => {
    const { at: first, run, world } = await hangingEnd('SIGINT');
    const second = await signal(run, /the ending hangs/, 'SIGINT');
    const end = await run.ended;
    expect(end.code).toBe(130);
    expect(end.at - second).toBeLessThan(500);
    // Else it may have been the end of the first one's grace.
    expect(end.at - first).toBeLessThan(2_500);
    await expectRest(world);
  },
  60_000,
);

itOnPosix.each([
  ['SIGINT', 130, 3_000],
  ['SIGTERM', 143, 1_000],
] as const)(
  'row 47: a single %s ends a run whose ending hangs with %d after %d ms',
  async (name, code, graceMs) => {
    const { at, run } = await hangingEnd(name);
    const end = await run.ended;
    expect(end.code).toBe(code);
    expect(end.at - at).toBeGreaterThan(graceMs - 100);
    expect(end.at - at).toBeLessThan(graceMs + 500);
  },
  60_000,
);

itOnPosix(
  'row 47: a second signal while worker threads edit files leaves every pair whole, too',
  async () => {
    const world = await start();
    const { begun, dist } = manyPairs(world);
    const run = spawned(world);
    while (!begun()) await new Promise((resolve) => setTimeout(resolve, 5));
    run.child.kill('SIGINT');
    run.child.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    expect(editedPairs(dist)).toBeLessThan(PAIRS);
  },
  60_000,
);
