import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import type { SecureVersion } from 'node:tls';
import { failureOf, RELEASE, type TestClient, testClient } from '../integration/reliability-support.js';
import { fakeClock } from '../unit/sentry/fakes.js';
import { makeCertificates, type TestCertificates, type TestProxy, testProxy } from './proxy-support.js';

/** Rows 58 to 61 of docs/reliability.md: proxies and certificates, over a loopback proxy that knows the name sentry.test. */

let certificates: TestCertificates;
const cleanups: (() => unknown)[] = [];
beforeAll(() => {
  certificates = makeCertificates('sentry.test');
});
afterAll(() => certificates.remove());
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function tlsServer(
  identity: { readonly key: string; readonly cert: string } = certificates.good,
  options: { readonly minVersion?: SecureVersion; readonly maxVersion?: SecureVersion; readonly ciphers?: string } = {},
): Promise<{ readonly port: number; readonly authorizations: (string | undefined)[] }> {
  const authorizations: (string | undefined)[] = [];
  const server: Server = createServer({ ...identity, ...options }, (request, response) => {
    authorizations.push(request.headers.authorization);
    request.resume();
    request.on('end', () => response.end(JSON.stringify(RELEASE)));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return { port: (server.address() as AddressInfo).port, authorizations };
}

async function proxy(options: Parameters<typeof testProxy>[0] = {}): Promise<TestProxy> {
  const started = await testProxy(options);
  cleanups.push(() => started.close());
  return started;
}

function client(port: number, env: Record<string, string>, options: Parameters<typeof testClient>[1] = {}): TestClient {
  const made = testClient(`https://sentry.test:${port}`, {
    clock: fakeClock(),
    env: { SSL_CERT_FILE: certificates.authorityFile, ...env },
    timeouts: { connectMs: 2_000 },
    ...options,
  });
  cleanups.push(() => made.close());
  return made;
}

describe('row 58: a proxy', () => {
  it.each(['HTTPS_PROXY', 'https_proxy'])(
    'from %s is asked for a tunnel and sees neither token nor path',
    async (name) => {
      const [server, via] = [await tlsServer(), await proxy()];
      const { api } = client(server.port, { [name]: `http://127.0.0.1:${via.port}` });
      expect((await api.getRelease('1'))?.version).toBe('1.0.0');
      expect(via.targets).toEqual([`sentry.test:${server.port}`]);
      expect(via.plain).toEqual([]);
      expect(server.authorizations).toEqual(['Bearer sntryu_test-token']);
    },
  );

  it('without a scheme is an http proxy', async () => {
    const [server, via] = [await tlsServer(), await proxy()];
    const { api } = client(server.port, { HTTPS_PROXY: `127.0.0.1:${via.port}` });
    expect((await api.getRelease('1'))?.version).toBe('1.0.0');
  });

  it.each([
    ['us%40er:p%3Ass', 'us@er:p:ss'],
    ['us%40er:100%safe', 'us@er:100%safe'],
  ])('gets the decoded user and password, and a lone %% as it is: %s', async (written, password) => {
    const [server, via] = [await tlsServer(), await proxy({ password })];
    const { api } = client(server.port, { HTTPS_PROXY: `http://${written}@127.0.0.1:${via.port}` });
    expect((await api.getRelease('1'))?.version).toBe('1.0.0');
  });

  it('that refuses the password ends the run at once, and the password is not repeated', async () => {
    const [server, via] = [await tlsServer(), await proxy({ password: 'user:right' })];
    const made = client(server.port, { HTTPS_PROXY: `http://user:wrong-password@127.0.0.1:${via.port}` });
    const failure = await failureOf(made.api.getRelease('1'));
    expect(failure).toMatchObject({ code: 'proxy', message: expect.stringContaining('407') });
    expect(`${String(failure)}${made.log.lines.join()}`).not.toContain('wrong-password');
    expect(via.targets).toHaveLength(1);
  });

  it.each([403, 502])('that answers %d is tried again, then named', async (status) => {
    const [server, via] = [await tlsServer(), await proxy({ refuseWith: status })];
    const failure = await failureOf(client(server.port, { HTTPS_PROXY: `127.0.0.1:${via.port}` }).api.getRelease('1'));
    expect(failure).toMatchObject({
      code: 'retries-exhausted',
      message: expect.stringContaining(`the proxy answered ${status}`),
    });
    expect(via.targets).toHaveLength(6);
  });

  it('that NO_PROXY leaves out is not asked', async () => {
    const [server, via] = [await tlsServer(), await proxy()];
    const { api } = client(server.port, { HTTPS_PROXY: `127.0.0.1:${via.port}`, NO_PROXY: 'sentry.test' });
    await api.getRelease('1').catch(() => undefined);
    expect(via.targets).toEqual([]);
  });

  it('that takes the connection and never answers is bounded in time', async () => {
    const server = createTcpServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const made = client(443, { HTTPS_PROXY: `127.0.0.1:${port}` }, { timeouts: { connectMs: 50 } });
    const failure = await failureOf(made.api.getRelease('1'));
    expect(String(failure)).toContain(`no connection to sentry.test through the proxy 127.0.0.1:${port} in time`);
    expect(failure).toMatchObject({ code: 'retries-exhausted', hint: expect.stringMatching(/HTTPS_PROXY.*NO_PROXY/) });
  });

  it.each([
    [
      'refuses the connection',
      'http',
      'retries-exhausted',
      /: the proxy 127\.0\.0\.1:9 refused the connection; gave up/,
      6,
    ],
    [
      'is asked for TLS and speaks none',
      'https',
      'proxy',
      /: the proxy \S+ does not speak TLS as it should \(\w+\)$/,
      1,
    ],
  ] as const)(
    'that %s is named, not the server, and its password is not repeated',
    async (_what, scheme, code, message, requests) => {
      const port = scheme === 'http' ? 9 : (await proxy()).port;
      const made = client(443, { HTTPS_PROXY: `${scheme}://user:wrong-password@127.0.0.1:${port}` });
      const failure = await failureOf(made.api.getRelease('1'));
      const hint = expect.stringMatching(/HTTPS_PROXY.*NO_PROXY/);
      expect(failure).toMatchObject({ code, message: expect.stringMatching(message), hint });
      expect(made.traffic().requests).toBe(requests);
      expect(`${String(failure)}${made.log.lines.join()}`).not.toMatch(/wrong-password|sentry\.test/);
    },
  );
});

it('row 59: a tunnel that dies in the middle of an upload is dug again, and everything arrives', async () => {
  const [server, via] = [await tlsServer(), await proxy()];
  via.dieAfter = 300_000;
  const made = client(server.port, { HTTPS_PROXY: `127.0.0.1:${via.port}` });
  const options = {
    url: `https://sentry.test:${server.port}/api/0/organizations/acme/chunk-upload/`,
    ...{ chunkSize: 8 << 20, chunksPerRequest: 64, maxRequestSize: 32 << 20, maxFileSize: undefined, concurrency: 8 },
    compression: [],
    namesMissingChunks: true,
  };
  await made.api.uploadChunks(options, [{ sha1: 'a'.repeat(40), body: Buffer.alloc(4 << 20, 3) }], 'none');
  expect(via.targets).toHaveLength(2);
});

describe('rows 60 and 61: certificates', () => {
  const VARIABLES = /NODE_EXTRA_CA_CERTS.*SSL_CERT_FILE/;
  const direct = (port: number, env: Record<string, string>) => client(port, { HTTPS_PROXY: '', ...env }, {});

  it('an authority from SSL_CERT_FILE is trusted besides the built-in ones', async () => {
    const [server, via] = [await tlsServer(), await proxy()];
    const { api } = client(server.port, { HTTPS_PROXY: `127.0.0.1:${via.port}` });
    expect((await api.getRelease('1'))?.version).toBe('1.0.0');
  });

  it.each([
    ['an unknown authority', () => tlsServer(), { SSL_CERT_FILE: '' }, /SELF_SIGNED|UNABLE_TO|DEPTH_ZERO/, VARIABLES],
    ['an expired certificate', () => tlsServer(certificates.expired), {}, /CERT_HAS_EXPIRED/, VARIABLES],
    [
      'another host’s certificate',
      () => tlsServer(certificates.otherName),
      {},
      /ERR_TLS_CERT_ALTNAME_INVALID/,
      VARIABLES,
    ],
    [
      'TLS 1.1',
      () => tlsServer(certificates.good, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }),
      {},
      /: [a-z0-9 ]+ \((ERR_SSL_\w+|EPROTO)\)$/,
      /no TLS 1\.2 or newer/,
    ],
  ])('%s ends the run at once, in one line, and says what to do', async (_case, start, env, message, hint) => {
    const [server, via] = [await start(), await proxy()];
    const failure = await failureOf(
      client(server.port, { HTTPS_PROXY: `127.0.0.1:${via.port}`, ...env }).api.getRelease('1'),
    );
    expect(failure).toMatchObject({
      code: 'tls',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(via.targets).toHaveLength(1);
    expect(server.authorizations).toEqual([]);
  });

  it('a file that is missing or no certificate is named', async () => {
    expect(await failureOf(direct(443, { SSL_CERT_FILE: '/nowhere/ca.pem' }).api.getRelease('1'))).toMatchObject({
      code: 'tls',
      message: expect.stringContaining('/nowhere/ca.pem'),
    });
    writeFileSync(`${certificates.authorityFile}.txt`, 'hello');
    const failure = await failureOf(
      direct(443, { SSL_CERT_FILE: `${certificates.authorityFile}.txt` }).api.getRelease('1'),
    );
    expect(failure).toMatchObject({ code: 'tls', message: expect.stringContaining('no PEM certificate') });
  });

  it('a handshake that is reset is tried again', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.resetAndDestroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => server.close());
    const via = await proxy();
    const { port } = server.address() as AddressInfo;
    const failure = await failureOf(client(port, { HTTPS_PROXY: `127.0.0.1:${via.port}` }).api.getRelease('1'));
    expect(failure).toMatchObject({ code: 'retries-exhausted' });
    expect(via.targets).toHaveLength(6);
  });
});
