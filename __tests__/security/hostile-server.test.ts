import type { Fault } from '../../sandbox/faults/types.js';
import { attack, writes } from './attack.js';

/** Attack: answers made to fill the memory, to hang the run, or to change what objects are. */

const root = '/api/0/';
const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

const ANSWERS: readonly (readonly [string, Fault])[] = [
  ['200 MiB of zeros', { match: { path: root }, do: { status: 200, bodyZeros: 200 << 20 } }],
  [
    'a gzip bomb',
    { match: { path: root }, do: { status: 200, bodyZeros: 200 << 20, headers: { 'content-encoding': 'gzip' } } },
  ],
  ['100,000 levels of JSON', { match: { path: root }, do: { status: 200, body: deep } }],
  ['a login page', { match: { path: root }, do: { status: 200, body: '<!doctype html><title>Log in</title>' } }],
  ['half of a JSON', { match: { path: root }, do: { status: 200, body: '{"version":"0","auth":{"sc' } }],
  ['JSON of another shape', { match: { path: root }, do: { status: 200, body: [1, 'two', null] } }],
];

it.each(ANSWERS)('%s ends the run with a clear error, little memory and nothing written', async (_name, fault) => {
  const { result, sandbox } = await attack({
    faults: [fault],
    nodeArgs: ['--max-old-space-size=96'],
    inputs: { timeout: '20s' },
  });
  expect(result.exitCode).toBe(1);
  expect(result.timedOut).toBe(false);
  expect(result.annotations.filter(({ severity }) => severity === 'error')).toHaveLength(1);
  expect(result.log).not.toContain('Unexpected failure');
  expect(writes(sandbox)).toEqual([]);
});

it('keys that name the prototype change nothing', async () => {
  const body =
    '{"version":"0","auth":{"scopes":["project:releases","org:read"],"__proto__":{"polluted":1}},"user":null,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  const { result } = await attack({ faults: [{ match: { path: root }, do: { status: 200, body } }] });
  expect(result.exitCode).toBe(0);
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
