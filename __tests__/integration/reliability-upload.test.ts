import type { Fault } from '../../sandbox/faults/types.js';
import type { Sandbox } from '../../sandbox/server.js';
import type { Schedule } from './reliability-faults.js';
import { assertBundle } from './reliability-schedule.js';
import { runOnce, startWorld } from './reliability-world.js';

/** Rows 15, 17 and 34 to 39 of docs/reliability.md: a server that refuses, does not keep, forgets, hangs, or changes its mind. */

const closes: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

async function world(faults: readonly Fault[], wait = true) {
  const schedule: Schedule = { faults, wait, seed: 5 };
  const made = await startWorld(schedule);
  const { close, sandbox } = made;
  closes.push(close);
  return { sandbox, made, again: (inputs: NodeJS.ProcessEnv = {}) => runOnce(made, schedule, inputs) };
}

const CHUNK_POST = { method: 'POST', path: '**/chunk-upload/' };
const ASSEMBLE = { method: 'POST', path: '**/assemble/' };
const orgOf = (sandbox: Sandbox) => {
  const org = sandbox.state.organizations.get('acme');
  if (org === undefined) throw new Error('no organization');
  return org;
};
const sent = (sandbox: Sandbox) => sandbox.requests.flatMap(({ chunks }) => chunks ?? []);

it('row 34: chunks that were answered 200 but not kept are sent again', async () => {
  const { again, sandbox } = await world([{ match: { ...CHUNK_POST, nth: { to: 2 } }, do: { swallow: true } }]);
  expect((await again()).failure).toBeUndefined();
  expect(orgOf(sandbox).bundles).toHaveLength(1);
});

it('row 34: a server that never keeps any ends the run after three rounds, red, with how many are missing', async () => {
  const { again, sandbox } = await world([{ match: CHUNK_POST, do: { swallow: true } }]);
  const { failure } = await again();
  expect(failure).toMatchObject({
    code: 'upload-stuck',
    message: expect.stringMatching(/still lacks \d+ of \d+ chunks/),
  });
  expect(orgOf(sandbox).bundles).toEqual([]);
});

it('row 35: chunks that are forgotten after the job was taken on are sent again, without a blind wait', async () => {
  const { again, sandbox } = await world([
    { match: { ...ASSEMBLE, nth: 2 }, do: { job: 'hold' } },
    { match: { ...ASSEMBLE, nth: 3 }, do: { forgetChunks: 'all' } },
  ]);
  expect((await again()).failure).toBeUndefined();
  expect(orgOf(sandbox).bundles).toHaveLength(1);
});

it('row 36: a job that never ends is waited for as long as asked, then red; the re-run sends nothing again', async () => {
  const { again, sandbox } = await world([{ match: { ...ASSEMBLE, nth: { to: 2 } }, do: { job: 'hold' } }]);
  const { failure } = await again({ INPUT_WAIT: '60' });
  expect(failure).toMatchObject({ code: 'deadline', hint: expect.stringContaining('re-run') });
  sandbox.log.clear();
  sandbox.clock.advance(601_000);
  expect((await again()).failure).toBeUndefined();
  expect(sent(sandbox)).toEqual([]);
});

it('row 37: the server’s reason for a failed job is shown in its words', async () => {
  const { again } = await world([{ match: ASSEMBLE, do: { job: { error: 'the bundle is invalid' } } }]);
  expect((await again()).failure).toMatchObject({
    code: 'assemble-failed',
    message: expect.stringContaining('the bundle is invalid'),
    hint: expect.stringContaining('ten minutes'),
  });
});

it('row 38: the same build for another release within ten minutes is another checksum, and both releases have it', async () => {
  const { again, sandbox } = await world([]);
  await again();
  expect((await again({ INPUT_RELEASE: '2.0.0' })).failure).toBeUndefined();
  await sandbox.idle();
  const linked = orgOf(sandbox).bundles.flatMap(({ releases }) => releases.map(({ release }) => release));
  expect(linked.sort()).toEqual(['1.0.0', '2.0.0']);
});

it('row 39: a server whose chunk size changed between two runs gets the same bundle, in chunks of the new size', async () => {
  const { again, made, sandbox } = await world([]);
  await again();
  const [before] = orgOf(sandbox).bundles.map(({ checksum }) => checksum);
  const old = new Set(orgOf(sandbox).chunks.keys());
  sandbox.options.chunkSize = 700;
  sandbox.clock.advance(601_000);
  sandbox.log.clear();
  expect((await again()).failure).toBeUndefined();
  await sandbox.idle();
  expect(orgOf(sandbox).bundles.map(({ checksum }) => checksum)).toEqual([before]);
  const sizes = sent(sandbox).map((sha1) => orgOf(sandbox).chunks.get(sha1)?.size ?? Number.NaN);
  expect(sizes.length).toBeGreaterThan(old.size);
  expect(Math.max(...sizes)).toBe(700);
  await assertBundle(made, 'with another chunk size');
});

/** Waits for the requests that were under way when the run ended: the server may still store them, and writes them down late. */
async function answered(sandbox: Sandbox): Promise<void> {
  for (let before = -1; before !== sandbox.log.count(); ) {
    before = sandbox.log.count();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

it('row 15: a chunk that always fails gets six attempts and ends the run; the re-run sends it, and nothing that arrived', async () => {
  const clean = await world([]);
  await clean.again();
  const [, , victim = ''] = [...orgOf(clean.sandbox).chunks.keys()];
  const { again, made, sandbox } = await world([{ match: { ...CHUNK_POST, chunk: victim }, do: { status: 500 } }]);
  sandbox.options.chunksPerRequest = 1;
  const { failure } = await again();
  expect(failure).toMatchObject({ code: 'retries-exhausted', status: 500 });
  await answered(sandbox);
  expect(sandbox.requests.filter(({ chunks, status }) => chunks?.[0] === victim && status === 500)).toHaveLength(6);
  const all = [...orgOf(clean.sandbox).chunks.keys()].sort();
  const kept = new Set(orgOf(sandbox).chunks.keys());
  expect(kept.size).toBeGreaterThan(0);
  expect(kept.has(victim)).toBe(false);
  sandbox.faults.clear();
  sandbox.log.clear();
  expect((await again()).failure).toBeUndefined();
  expect(sent(sandbox).sort()).toEqual(all.filter((sha1) => !kept.has(sha1)));
  await assertBundle(made, 'after the re-run');
});

describe('row 17: what no repeat can mend ends the run there, and nothing after it is claimed', () => {
  const order = ['token', 'release', 'commits', 'sourcemaps', 'deploy', 'finalize'];
  it.each([
    ['token', { method: 'GET', path: '/api/0/' }, 401],
    ['release', { method: 'POST', path: '**/releases/' }, 403],
    ['commits', { method: 'PUT', path: '**/releases/1.0.0/', nth: 1 }, 400],
    ['sourcemaps', { method: 'GET', path: '**/chunk-upload/' }, 403],
    ['sourcemaps', CHUNK_POST, 413],
    ['sourcemaps', ASSEMBLE, 404],
    ['deploy', { method: 'POST', path: '**/deploys/' }, 422],
    ['finalize', { method: 'PUT', path: '**/releases/1.0.0/', nth: 2 }, 403],
  ])('%s: %j answers %d', async (step, match, status) => {
    const body = '{"detail":"not today"}';
    const { again, sandbox } = await world([{ match, do: { status, body } }]);
    const { failure, report } = await again();
    expect(failure).toMatchObject({
      status,
      hint: expect.stringMatching(/\w/),
      message: expect.stringContaining(`${status}`),
    });
    expect(sandbox.requests.filter(({ fault }) => fault !== undefined)).toHaveLength(1);
    const at = order.indexOf(step);
    const statuses = new Map(report.steps.map(({ name, status: end }) => [name as string, end]));
    expect(order.map((name) => statuses.get(name))).toEqual(
      order.map((_name, index) => (index < at ? 'done' : index === at ? 'failed' : 'not-run')),
    );
    expect(report.deploys).toHaveLength(at > order.indexOf('deploy') ? 1 : 0);
    expect(report.finalizedAt).toBeNull();
    expect(orgOf(sandbox).releases.get('1.0.0')?.dateReleased).toBeUndefined();
  });
});
