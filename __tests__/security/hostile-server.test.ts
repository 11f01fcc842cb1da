import type { Fault } from '../../sandbox/faults/types.js';
import { peakOf, SAY_AT_EXIT, saidAtExit } from './at-exit.js';
import { attack, writes } from './attack.js';

/** Attack: answers made to fill the memory, to hang the run, or to change what objects are. */

const root = '/api/0/';
const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

/** By name: the answer, what the run says about it. */
const ANSWERS: readonly (readonly [string, Fault['do'], RegExp])[] = [
  ['200 MiB of zeros', { status: 200, bodyZeros: 200 << 20 }, /sent more than \d+ bytes/],
  [
    'a gzip bomb',
    { status: 200, bodyZeros: 200 << 20, headers: { 'content-encoding': 'gzip' } },
    /sent more than \d+ bytes/,
  ],
  ['100,000 levels of JSON', { status: 200, body: deep }, /should be an object but is a list/],
  ['a login page', { status: 200, body: '<!doctype html><title>Log in</title>' }, /is not JSON, it looks like HTML/],
  ['half of a JSON', { status: 200, body: '{"version":"0","auth":{"sc' }, /is not JSON but/],
  ['JSON of another shape', { status: 200, body: [1, 'two', null] }, /should be an object but is a list/],
];

/** What a run without attack takes, on this Node and this machine. */
let usualMegabytes = 0;
beforeAll(async () => {
  usualMegabytes = peakOf((await attack({ nodeArgs: SAY_AT_EXIT })).result);
});

it.each(ANSWERS)(
  '%s ends the run with a clear error, in little time and memory, and nothing is written',
  async (_name, action, says) => {
    const { result, sandbox } = await attack({
      faults: [{ match: { path: root }, do: action }],
      nodeArgs: ['--max-old-space-size=96', ...SAY_AT_EXIT],
      inputs: { timeout: '20s' },
    });
    expect(result.exitCode).toBe(1);
    expect(result.timedOut).toBe(false);
    const errors = result.annotations.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(says)]);
    expect(result.log).not.toContain('Unexpected failure');
    expect(writes(sandbox)).toEqual([]);
    expect(peakOf(result) - usualMegabytes).toBeLessThan(64);
    expect(result.durationMs).toBeLessThan(10_000);
  },
);

it('keys that name the prototype change nothing of what objects are', async () => {
  const keys =
    '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1},"toString":"x"';
  const body = `{"version":"0","auth":{"scopes":["project:releases","org:read"],${keys}},"user":null,${keys}}`;
  const { result } = await attack({
    faults: [{ match: { path: root }, do: { status: 200, body } }],
    nodeArgs: SAY_AT_EXIT,
  });
  expect(result.exitCode).toBe(0);
  const said = saidAtExit(result);
  expect(said.flatMap(({ prototype }) => prototype)).toEqual([]);
  expect(JSON.stringify(result.report)).not.toContain('polluted');
});

it('numbers made to divide by zero or to reserve the memory are taken at sane bounds, or refused', async () => {
  for (const merge of [
    { concurrency: 0 },
    { chunkSize: 0 },
    { chunkSize: 1e15, maxRequestSize: 1e18 },
    { chunksPerRequest: -1 },
  ]) {
    const { result } = await attack({
      faults: [{ match: { method: 'GET', path: '/api/0/organizations/*/chunk-upload/' }, do: { merge } }],
      inputs: { timeout: '20s' },
      nodeArgs: ['--max-old-space-size=96'],
    });
    expect(result.timedOut).toBe(false);
    expect(result.log).not.toContain('Unexpected failure');
  }
});
