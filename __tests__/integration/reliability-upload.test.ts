import type { Fault } from '../../sandbox/faults/types.js';
import type { Sandbox } from '../../sandbox/server.js';
import type { Schedule } from './reliability-faults.js';
import { runOnce, startWorld } from './reliability-world.js';

/** Rows 34 to 39 of docs/reliability.md: a server that does not keep, forgets, hangs, or changes its mind. */

const closes: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

async function world(faults: readonly Fault[], wait = true) {
  const schedule: Schedule = { faults, wait, seed: 5 };
  const made = await startWorld(schedule);
  const { close, sandbox } = made;
  closes.push(close);
  return { sandbox, again: (inputs: NodeJS.ProcessEnv = {}) => runOnce(made, schedule, inputs) };
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

it('row 39: a server whose chunk size changed between two runs gets the same bundle', async () => {
  const { again, sandbox } = await world([]);
  await again();
  const [before] = orgOf(sandbox).bundles.map(({ checksum }) => checksum);
  sandbox.options.chunkSize = 700;
  sandbox.clock.advance(601_000);
  expect((await again()).failure).toBeUndefined();
  await sandbox.idle();
  expect(orgOf(sandbox).bundles.map(({ checksum }) => checksum)).toEqual([before]);
});
