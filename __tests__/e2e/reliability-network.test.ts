import { writeFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import {
  makeCertificates,
  type TestCertificates,
  type TestProxy,
  testProxy,
  tlsFrontOf,
} from '../security/proxy-support.js';
import type { RunOptions, RunResult } from './harness.js';
import { expectComplete, type Scene, scenes } from './reliability-support.js';

/** Rows 18 and 58 to 61 of docs/reliability.md: the way to the server, through the bundle. */

const { cleanups, start } = scenes();
let certificates: TestCertificates;
beforeAll(() => {
  certificates = makeCertificates('sentry.test');
});
afterAll(() => certificates.remove());
jest.retryTimes(1, { logErrorsBeforeRetry: true });

const USER_TOKEN = `sntryu_${'a'.repeat(64)}`;

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** The sandbox behind TLS. */
async function tlsFront(world: Scene, options: ServerOptions): Promise<number> {
  return listen(tlsFrontOf(world.sandbox.url, options));
}

async function proxy(options: Parameters<typeof testProxy>[0] = {}): Promise<TestProxy> {
  const started = await testProxy(options);
  cleanups.push(() => started.close());
  return started;
}

/** Names of the test are the machine itself, where no proxy resolves them. */
function withNames(world: Scene): Pick<RunOptions, 'nodeArgs'> {
  const hook = join(world.folder, 'names.cjs');
  writeFileSync(
    hook,
    `const dns = require('node:dns'), { lookup } = dns;
    dns.lookup = (host, ...rest) => lookup(host.endsWith('sentry.test') ? '127.0.0.1' : host, ...rest);`,
  );
  return { nodeArgs: ['--require', hook] };
}

/** Runs against `url`, where the chunks go, too. */
function runAt(world: Scene, url: string, env: Record<string, string>, more: Partial<RunOptions> = {}) {
  world.sandbox.options.uploadUrlPrefix = url;
  return world.run({
    ...more,
    inputs: { auth_token: USER_TOKEN, org: 'acme', url, ...more.inputs },
    env: { NODE_EXTRA_CA_CERTS: certificates.authorityFile, ...env },
    secrets: [USER_TOKEN, ...(more.secrets ?? [])],
  });
}

describe('row 58: the proxy', () => {
  it.each([
    ['HTTPS_PROXY', (port: number) => ({ HTTPS_PROXY: `http://127.0.0.1:${port}` })],
    ['https_proxy without a scheme', (port: number) => ({ https_proxy: `127.0.0.1:${port}` })],
    [
      'https_proxy, which comes before HTTPS_PROXY',
      (port: number) => ({ https_proxy: `http://127.0.0.1:${port}`, HTTPS_PROXY: 'http://127.0.0.1:9' }),
    ],
  ])(
    'of %s carries a whole run, and sees a tunnel only',
    async (_name, envFor) => {
      const [world, via] = [await start(), await proxy()];
      const port = await tlsFront(world, certificates.good);
      await expectComplete(world, await runAt(world, `https://sentry.test:${port}`, envFor(via.port)));
      expect(new Set(via.targets)).toEqual(new Set([`sentry.test:${port}`]));
      expect(via.plain).toEqual([]);
    },
    60_000,
  );

  it.each(['HTTP_PROXY', 'http_proxy'])(
    'of %s is for a server without TLS, by a tunnel likewise',
    async (name) => {
      const [world, via] = [await start(), await proxy()];
      const url = world.sandbox.url.replace('127.0.0.1', 'sentry.test');
      const env = { [name]: `http://127.0.0.1:${via.port}`, HTTPS_PROXY: 'http://127.0.0.1:9' };
      await expectComplete(world, await runAt(world, url, env));
      expect(new Set(via.targets)).toEqual(new Set([new URL(url).host]));
      expect(via.plain).toEqual([]);
    },
    60_000,
  );

  it('gets user and password decoded, is dug through again when it dies in the middle (row 59), and carries another authority (row 60)', async () => {
    const world = await start({}, 900_000);
    const port = await tlsFront(world, certificates.good);
    const via = await proxy({ password: 'us@er:pass word' });
    via.dieAfter = 1_500;
    const env = { HTTPS_PROXY: `us%40er:pass%20word@127.0.0.1:${via.port}` };
    const secrets = ['pass word', 'pass%20word'];
    await expectComplete(world, await runAt(world, `https://sentry.test:${port}`, env, { secrets }));
    expect(via.targets.length).toBeGreaterThanOrEqual(2);
    expect(via.plain).toEqual([]);
  }, 60_000);

  it('that refuses the password (407) ends the run at once, and the password is nowhere', async () => {
    const [world, via] = [await start(), await proxy({ password: 'user:right' })];
    const env = { HTTPS_PROXY: `http://user:wrong-password@127.0.0.1:${via.port}` };
    const secrets = ['wrong-password', Buffer.from('user:wrong-password').toString('base64')];
    const result = await runAt(world, 'https://sentry.test:443', env, { secrets });
    expect(result.exitCode).toBe(1);
    expect(result.log).toMatch(/the proxy asks for a user and password, or does not accept them \(407\)/);
    expect(result.log).toContain('Check user and password in HTTPS_PROXY');
    expect(result.log).not.toContain('attempt 2');
    expect(via.targets).toEqual(['sentry.test:443']);
  }, 60_000);

  it.each([
    ['NO_PROXY', 'sentry.test'],
    ['no_proxy', 'other.example,.test'],
    ['NO_PROXY', 'sentry.test:PORT'],
    ['no_proxy', '*'],
  ])(
    'is left out by %s=%s',
    async (name, list) => {
      const [world, via] = [await start(), await proxy()];
      const port = await tlsFront(world, certificates.good);
      const env = { HTTPS_PROXY: `http://127.0.0.1:${via.port}`, [name]: list.replace('PORT', String(port)) };
      await expectComplete(world, await runAt(world, `https://sentry.test:${port}`, env, withNames(world)));
      expect(via.targets).toEqual([]);
    },
    60_000,
  );

  it.each(['entry.test', 'sentry.test:1', 'my.sentry.test'])(
    'is not left out by NO_PROXY=%s',
    async (list) => {
      const [world, via] = [await start(), await proxy()];
      const port = await tlsFront(world, certificates.good);
      const env = { HTTPS_PROXY: `http://127.0.0.1:${via.port}`, NO_PROXY: list };
      await expectComplete(world, await runAt(world, `https://sentry.test:${port}`, env, withNames(world)));
      expect(via.targets.length).toBeGreaterThan(0);
    },
    60_000,
  );
});

describe('certificates', () => {
  const AUTHORITY = /set NODE_EXTRA_CA_CERTS \(or SSL_CERT_FILE\)/;

  it.each(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'])(
    'row 60: an authority from %s is trusted',
    async (name) => {
      const world = await start();
      const port = await tlsFront(world, certificates.good);
      const env = { NODE_EXTRA_CA_CERTS: '', [name]: certificates.authorityFile };
      await expectComplete(world, await runAt(world, `https://sentry.test:${port}`, env, withNames(world)));
    },
    60_000,
  );

  it.each([
    [
      'row 60: an unknown authority',
      () => certificates.good,
      { NODE_EXTRA_CA_CERTS: '' },
      /UNABLE_TO_VERIFY|UNABLE_TO_GET/,
      AUTHORITY,
    ],
    [
      'row 60: a certificate signed by itself',
      () => certificates.selfSigned,
      {},
      /DEPTH_ZERO_SELF_SIGNED_CERT/,
      AUTHORITY,
    ],
    ['row 60: an expired certificate', () => certificates.expired, {}, /CERT_HAS_EXPIRED/, AUTHORITY],
    ['row 60: another host’s certificate', () => certificates.otherName, {}, /ERR_TLS_CERT_ALTNAME_INVALID/, AUTHORITY],
    [
      'row 61: a server of TLS 1.1',
      () => ({ ...certificates.good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }) as const,
      {},
      /ERR_SSL_\w*(PROTOCOL|VERSION)|EPROTO/,
      /speaks no TLS 1\.2 or newer/,
    ],
  ])(
    '%s ends the run at once, names cause and remedy, and no token is sent',
    async (_case, identity, env, cause, remedy) => {
      const world = await start();
      const [port, via] = [await tlsFront(world, identity()), await proxy()];
      const through = { HTTPS_PROXY: `http://127.0.0.1:${via.port}`, ...env };
      const result = await runAt(world, `https://sentry.test:${port}`, through);
      expectFailed(result, new RegExp(`no trusted connection to sentry\\.test:${port}: .*(${cause.source})`));
      expect(result.log).toMatch(remedy);
      expect(result.log).not.toContain('attempt 2');
      expect(via.targets).toHaveLength(1);
      expect(world.sandbox.requests).toEqual([]);
    },
    60_000,
  );
});

function expectFailed(result: RunResult, message: RegExp): void {
  expect(result.exitCode).toBe(1);
  expect(result.log).toMatch(message);
  expect(result.outputs['result']).toBe('failed');
}

describe('row 61: a handshake that is reset', () => {
  /** Resets the first so many connections after the client's first bytes, and passes the others on. */
  async function resetting(
    times: number,
    to: number,
  ): Promise<{ readonly port: number; readonly tries: () => number }> {
    let nth = 0;
    const server = createServer((socket) => {
      nth += 1;
      if (nth <= times) {
        socket.once('data', () => socket.resetAndDestroy());
        return;
      }
      const onward = connect(to, '127.0.0.1');
      onward.on('error', () => socket.destroy());
      socket.on('close', () => onward.destroy());
      socket.pipe(onward).pipe(socket);
    });
    return { port: await listen(server), tries: () => nth };
  }

  it('is tried again, and the run goes on', async () => {
    const world = await start();
    const { port } = await resetting(2, await tlsFront(world, certificates.good));
    const result = await runAt(world, `https://sentry.test:${port}`, {}, withNames(world));
    await expectComplete(world, result);
    expect(result.log.match(/closed the connection while it was set up .*; attempt [23] of 6 in \d/g)).toHaveLength(2);
  }, 60_000);

  it('each time ends when the timeout leaves no time for another, and says so', async () => {
    const world = await start();
    const { port, tries } = await resetting(99, 9);
    const more = { ...withNames(world), inputs: { timeout: '2s' } };
    const result = await runAt(world, `https://sentry.test:${port}`, {}, more);
    expectFailed(
      result,
      /closed the connection while it was set up .*; gave up after \d attempts?: the timeout leaves no time for another/,
    );
    expect(tries()).toBeGreaterThan(0);
    expect(tries()).toBeLessThan(6);
    expect(result.durationMs).toBeLessThan(5_000);
  }, 60_000);
});

it('row 18: a host that takes the connection and never answers is left after ten seconds, and tried again', async () => {
  const silent = await listen(createServer(() => undefined));
  const world = await start();
  const inputs = { url: `https://localhost:${silent}`, timeout: '14s' };
  const result = await world.run({ inputs: { auth_token: USER_TOKEN, org: 'acme', ...inputs } });
  expectFailed(result, /no connection to localhost:\d+ in time; attempt 2 of 6 in/);
  expect(result.durationMs).toBeGreaterThan(10_000);
  expect(result.durationMs).toBeLessThan(20_000);
}, 60_000);
