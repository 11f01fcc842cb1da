import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { makeCertificates, testProxy } from '../security/proxy-support.js';
import { itOnPosix } from '../support/platform.js';
import type { RunResult } from './harness.js';
import { type Scene, scene } from './reliability-support.js';

/** Rows of docs/reliability.md that need the bundle, real time or a real process. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(...args: Parameters<typeof scene>): Promise<Scene> {
  const started = await scene(...args);
  cleanups.push(() => started.close());
  return started;
}

/** Green means that all of it is there, once. */
async function expectComplete({ org, sandbox }: Scene, result: RunResult): Promise<void> {
  await sandbox.idle();
  expect({ exit: result.exitCode, log: result.exitCode === 0 ? '' : result.log }).toEqual({ exit: 0, log: '' });
  expect(org().releases.size).toBe(1);
  expect(org().releases.get('1.0.0')?.deploys).toHaveLength(1);
  expect(org().releases.get('1.0.0')?.dateReleased).toBeDefined();
  expect(org().bundles).toHaveLength(1);
}

const at = (request: { readonly time: string } | undefined) => Date.parse(request?.time ?? '');
const assemble429 = (headers: Record<string, string>) => [
  { match: { method: 'POST', path: '**/assemble/', nth: 1 }, do: { status: 429, headers } },
];
const small = { chunkSize: 4_096, chunksPerRequest: 1, maxRequestSize: 4_096 };

// These run in real time against a real process: on a machine that stands still for a second, a window can be missed. Once more
// then; what fails twice is a defect.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

describe('waits, in the bundle and in real time', () => {
  it('rows 2 and 71: no request of the family comes before the three seconds of Retry-After are over', async () => {
    const world = await start({ faults: assemble429({ 'Retry-After': '3' }) });
    const result = await world.run();
    await expectComplete(world, result);
    const [first, second] = world.posts('/assemble/');
    expect(at(second) - at(first)).toBeGreaterThanOrEqual(3_000);
    expect(result.log).toMatch(/rate limited, asked by Retry-After; waiting 3/);
  }, 60_000);

  it('row 6: a wait past the timeout stops at once with endpoint, wait and time left; the re-run sends only the rest', async () => {
    const world = await start({
      faults: [
        {
          match: { method: 'POST', path: '**/chunk-upload/', nth: { from: 3 } },
          do: { status: 429, headers: { 'Retry-After': '3600' } },
        },
      ],
      options: { ...small, concurrency: 1 },
    });
    const result = await world.run({ inputs: { timeout: '60s' } });
    expect(result.exitCode).toBe(1);
    expect(result.durationMs).toBeLessThan(10_000);
    expect(result.log).toMatch(/POST chunk-upload asks to wait|POST chunk-upload and asks to wait 3600 s/);
    expect(result.log).toMatch(/only \d+ s are left/);
    expect(result.log).toContain('continues where it stopped');
    expect(result.log).toMatch(/Done: .*Release/);
    expect(result.log).toMatch(/Not done: .*Finalize/);
    const kept = new Set(world.org().chunks.keys());
    expect(kept.size).toBeGreaterThan(0);
    world.sandbox.faults.clear();
    world.sandbox.log.clear();
    await expectComplete(world, await world.run());
    const again = world.posts('/chunk-upload/').flatMap(({ chunks }) => chunks ?? []);
    expect(again.filter((sha1) => kept.has(sha1))).toEqual([]);
  }, 60_000);

  it('row 7: a reset alone is waited for by the server’s clock', async () => {
    const reset = Math.floor(Date.now() / 1000) + 6;
    const world = await start({ faults: assemble429({ 'X-Sentry-Rate-Limit-Reset': String(reset) }) });
    await expectComplete(world, await world.run());
    expect(at(world.posts('/assemble/')[1])).toBeGreaterThanOrEqual(reset * 1000);
  }, 60_000);

  it('row 9: a window of ten requests a second is never overrun', async () => {
    const world = await start({ limits: { default: { limit: 10, windowSeconds: 1 } }, options: small }, 120_000);
    await expectComplete(world, await world.run());
    expect(world.posts('/chunk-upload/').length).toBeGreaterThan(15);
    expect(world.posts('/chunk-upload/').filter(({ status }) => status === 429)).toEqual([]);
  }, 60_000);

  it('row 10: two requests at once are the limit, and it is kept', async () => {
    const world = await start(
      { limits: { default: { limit: 1_000, concurrent: 2 }, enforceConcurrent: true }, options: small },
      120_000,
    );
    await expectComplete(world, await world.run());
    expect(world.posts('/chunk-upload/').filter(({ status }) => status === 429).length).toBeLessThanOrEqual(2);
  }, 60_000);
});

describe('cancel', () => {
  const waiting = { faults: assemble429({ 'Retry-After': '30' }) };

  /** Cancels as soon as the action says that it waits. */
  function cancelWhen(pattern: RegExp): { signal: AbortSignal; onLine: (line: string) => void } {
    const controller = new AbortController();
    return { signal: controller.signal, onLine: (line) => pattern.test(line) && controller.abort() };
  }

  it('row 45: SIGINT during a wait ends in seconds with 130, summary and outputs; the re-run completes', async () => {
    const world = await start(waiting);
    const started = Date.now();
    const result = await world.run(cancelWhen(/waiting 30/));
    expect(result.exitCode).toBe(130);
    expect(Date.now() - started).toBeLessThan(15_000);
    expect(result.summary).toMatch(/cancel/i);
    expect(result.outputs['release']).toBe('1.0.0');
    expect(result.tmpFiles).toEqual([]);
    world.sandbox.faults.clear();
    await expectComplete(world, await world.run());
  }, 60_000);

  it('row 46: SIGINT in the middle of a chunk: nothing half is kept, no temporary file is left, the re-run sends the rest', async () => {
    const world = await start(
      {
        options: small,
        faults: [{ match: { method: 'POST', path: '**/chunk-upload/', nth: { from: 4 } }, do: { delayMs: 3_000 } }],
      },
      120_000,
    );
    const controller = new AbortController();
    const timer = setInterval(() => world.org().chunks.size >= 2 && controller.abort(), 20);
    const result = await world.run({ signal: controller.signal });
    clearInterval(timer);
    expect(result.exitCode).toBe(130);
    expect(result.tmpFiles).toEqual([]);
    expect(readdirSync(join(world.folder, 'dist')).filter((name) => !/^f\d\.js(\.map)?$/.test(name))).toEqual([]);
    for (const file of [0, 1, 2, 3]) {
      const id = /debugId=([0-9a-f-]{36})/.exec(readFileSync(join(world.folder, 'dist', `f${file}.js`), 'utf8'))?.[1];
      expect(JSON.parse(readFileSync(join(world.folder, 'dist', `f${file}.js.map`), 'utf8')).debugId).toBe(id);
    }
    const kept = new Set(world.org().chunks.keys());
    world.sandbox.faults.clear();
    world.sandbox.log.clear();
    await expectComplete(world, await world.run());
    const again = world.posts('/chunk-upload/').flatMap(({ chunks }) => chunks ?? []);
    expect(again.filter((sha1) => kept.has(sha1))).toEqual([]);
  }, 60_000);

  it('row 47: SIGKILL leaves nothing that the next run could trip over', async () => {
    const world = await start(
      {
        options: small,
        faults: [{ match: { method: 'POST', path: '**/chunk-upload/', nth: { from: 3 } }, do: { delayMs: 30_000 } }],
      },
      60_000,
    );
    const result = await world.run({ killAfterMs: 2_500 });
    expect(result.exitSignal).toBe('SIGKILL');
    world.sandbox.faults.clear();
    await expectComplete(world, await world.run());
  }, 60_000);
});

describe('twice', () => {
  it('row 48: the same attempt again sends no chunk and makes no deploy; the next attempt makes one', async () => {
    const world = await start();
    await expectComplete(world, await world.run());
    world.sandbox.log.clear();
    await expectComplete(world, await world.run());
    expect(world.posts('/chunk-upload/')).toEqual([]);
    expect(world.posts('/deploys/')).toEqual([]);
    const next = await world.run({ env: { GITHUB_RUN_ATTEMPT: '2' } });
    expect(next.exitCode).toBe(0);
    expect(world.org().releases.get('1.0.0')?.deploys).toHaveLength(2);
  }, 60_000);

  it('row 49: two jobs at once on one release are both green, and the release is one', async () => {
    const world = await start();
    const results = await Promise.all([
      world.run({ inputs: { dist: 'linux', environment: 'linux' } }),
      world.run({ inputs: { dist: 'macos', environment: 'macos', inject: 'false', sourcemaps: '' } }),
    ]);
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(world.org().releases.size).toBe(1);
    const deploys = world
      .org()
      .releases.get('1.0.0')
      ?.deploys.map(({ environment }) => environment);
    expect(deploys?.sort()).toEqual(['linux', 'macos']);
  }, 60_000);
});

describe('the way there', () => {
  it('rows 58, 59 and 60: through a proxy with a password, over the company’s own authority, also when the tunnel dies', async () => {
    const certificates = makeCertificates('sentry.test');
    cleanups.push(() => certificates.remove());
    const world = await start({}, 900_000);
    const front = createTlsServer(certificates.good, (request, response) => {
      const options = { method: request.method, path: request.url, headers: request.headers };
      const upstream = httpRequest(world.sandbox.url, options, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      upstream.on('error', () => response.destroy());
      request.on('error', () => upstream.destroy());
      request.pipe(upstream);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => {
      front.closeAllConnections();
      front.close();
    });
    const proxy = await testProxy({ password: 'us@er:pass word' });
    cleanups.push(() => proxy.close());
    proxy.dieAfter = 1_500;
    const url = `https://sentry.test:${(front.address() as AddressInfo).port}`;
    world.sandbox.options.uploadUrlPrefix = url;
    const result = await world.run({
      inputs: { auth_token: `sntryu_${'a'.repeat(64)}`, org: 'acme', url },
      env: {
        HTTPS_PROXY: `us%40er:pass%20word@127.0.0.1:${proxy.port}`,
        NODE_EXTRA_CA_CERTS: certificates.authorityFile,
      },
      secrets: [`sntryu_${'a'.repeat(64)}`, 'pass word', 'pass%20word'],
    });
    await expectComplete(world, result);
    expect(proxy.targets.length).toBeGreaterThanOrEqual(2);
    expect(proxy.plain).toEqual([]);

    const untrusted = await world.run({
      inputs: { auth_token: `sntryu_${'a'.repeat(64)}`, org: 'acme', url },
      env: { HTTPS_PROXY: `us%40er:pass%20word@127.0.0.1:${proxy.port}` },
    });
    expect(untrusted.exitCode).toBe(1);
    expect(untrusted.log).toMatch(/NODE_EXTRA_CA_CERTS/);
  }, 60_000);

  it('row 18: a host that takes the connection and never answers is left after ten seconds, and tried again', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => silent.close());
    const world = await start();
    const url = `https://localhost:${(silent.address() as AddressInfo).port}`;
    const result = await world.run({
      inputs: { auth_token: `sntryu_${'a'.repeat(64)}`, org: 'acme', url, timeout: '14s' },
    });
    expect(result.exitCode).toBe(1);
    expect(result.log).toMatch(/no connection to localhost:\d+ in time; attempt 2 of 6/);
    expect(result.durationMs).toBeLessThan(20_000);
  }, 60_000);
});

// Windows has neither: a process there is ended, not told (SIGKILL, above, is what that is like).
itOnPosix.each([
  ['SIGTERM', ['SIGTERM'], 143],
  ['a second SIGINT', ['SIGINT', 'SIGINT'], 130],
] as const)(
  'row 47: %s ends a waiting run at once; the re-run completes',
  async (_name, signals, code) => {
    const world = await start({ faults: assemble429({ 'Retry-After': '30' }) });
    let child: ChildProcess | undefined;
    let [signalledAt, endedAt] = [0, 0];
    const { exitCode } = await world.run({
      onStart(started) {
        child = started;
        child.once('exit', () => (endedAt = Date.now()));
      },
      onLine(line) {
        if (signalledAt !== 0 || !line.includes('waiting 30')) return;
        signalledAt = Date.now();
        for (const signal of signals) child?.kill(signal);
      },
    });
    expect(exitCode).toBe(code);
    expect(endedAt - signalledAt).toBeLessThan(4_000);
    world.sandbox.faults.clear();
    await expectComplete(world, await world.run());
  },
  60_000,
);

it('row 67: a log that nobody reads any more does not end the upload', async () => {
  const world = await start();
  await world.run({ onStart: ({ stdout }) => stdout?.destroy() });
  await world.sandbox.idle();
  expect(world.org().bundles).toHaveLength(1);
  expect(world.org().releases.get('1.0.0')?.dateReleased).toBeDefined();
}, 60_000);
