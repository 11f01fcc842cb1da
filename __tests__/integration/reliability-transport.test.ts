import { lookup as realLookup } from 'node:dns';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { bounded } from '../../src/sentry/connect.js';
import { createTransport, type TransportOptions } from '../../src/sentry/transport.js';
import { fakeClock } from '../unit/sentry/fakes.js';
import {
  CHUNK_OPTIONS,
  chunkOptionsOf,
  closeAfterEach,
  failureOf,
  json,
  RELEASE,
  type TestClient,
  type TestServer,
  testClient,
  testServer,
} from './reliability-support.js';

/** Rows 18 to 22, 26 to 29, 31, 40, 62, 63 and 74 of docs/reliability.md: what a connection can do to us. */

const closing = closeAfterEach();

const TIMES = {
  connectMs: 1_500,
  firstByteMs: 600,
  assembleFirstByteMs: 700,
  attemptMs: 1_200,
  chunkAttemptMs: 10_000,
  stallMs: 900,
};

const serve = async (...args: Parameters<typeof testServer>): Promise<TestServer> => closing(await testServer(...args));

function connect(url: string, options: Parameters<typeof testClient>[1] = {}): TestClient {
  return closing(testClient(url, { clock: fakeClock(), timeouts: TIMES, ...options }));
}

/** A server below HTTP. */
async function rawServer(onConnection: (socket: Socket, nth: number) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onConnection(socket, sockets.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing({
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function transportWith(
  options: Partial<TransportOptions>,
  url: string,
  client: Parameters<typeof testClient>[1] = {},
): TestClient {
  const transport = createTransport({ env: {}, connectMs: 300, ...options });
  return connect(url, { transport, ...client });
}

const big = { sha1: 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3', body: Buffer.alloc(24 << 20, 1) };

it('row 18: a connection that is never set up ends in its time, is tried again, and is named', async () => {
  let tries = 0;
  const connector = bounded(() => {
    tries += 1;
    return undefined;
  }, 60);
  const client = transportWith({ connector }, 'http://127.0.0.1:9');
  const failure = await failureOf(client.api.root());
  expect(failure).toMatchObject({ code: 'retries-exhausted' });
  expect(String(failure)).toContain('no connection to 127.0.0.1:9 in time');
  expect(tries).toBe(6);
});

it('row 19: an answer that never begins is given up and asked for again', async () => {
  const server = await serve((_seen, response, _request, nth) => {
    if (nth > 1) json(response, RELEASE);
  });
  const client = connect(server.url);
  expect((await client.api.getRelease('1.0.0'))?.version).toBe('1.0.0');
  expect(server.seen).toHaveLength(2);
  expect(client.log.of('info').join()).toContain('no answer within 600 ms');
});

it('row 20: an answer that drips forever is bounded by the time of the whole attempt', async () => {
  const server = await serve((_seen, response, _request, nth) => {
    if (nth > 1) return json(response, RELEASE);
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 30);
    response.on('close', () => clearInterval(timer));
  });
  const started = Date.now();
  const client = connect(server.url);
  await client.api.getRelease('1.0.0');
  expect(Date.now() - started).toBeLessThan(8_000);
  expect(client.log.of('info').join()).toContain('the attempt took longer than 1.2 s');
});

it('row 21: an upload that stands still is noticed and sent again', async () => {
  const server = await serve(
    (_seen, response, request, nth) => {
      if (nth === 1) return; // nothing is read: the socket's buffers fill up
      request.resume();
      request.on('end', () => json(response, ''));
    },
    { raw: true },
  );
  const client = connect(server.url);
  await client.api.uploadChunks(chunkOptionsOf(server.url), [big], 'none');
  expect(server.seen).toHaveLength(2);
  expect(client.log.of('info').join()).toContain('the upload made no progress for 900 ms');
});

it('a slow upload that does move is left alone', async () => {
  const server = await serve(
    (_seen, response, request) => {
      request.on('data', () => {
        request.pause();
        setTimeout(() => request.resume(), 20);
      });
      request.on('end', () => json(response, ''));
    },
    { raw: true },
  );
  const client = connect(server.url, {
    timeouts: { ...TIMES, firstByteMs: 10_000, stallMs: 1_500, chunkAttemptMs: 25_000 },
  });
  await client.api.uploadChunks(chunkOptionsOf(server.url), [{ ...big, body: big.body.subarray(0, 8 << 20) }], 'none');
  expect(server.seen).toHaveLength(1);
});

it('row 22: a reset in the middle of the body is followed by the same body, whole', async () => {
  const server = await serve(
    async (seen, response, request, nth) => {
      if (nth === 1) {
        request.once('data', () => request.socket.resetAndDestroy());
        return;
      }
      let bytes = 0;
      for await (const piece of request) bytes += (piece as Buffer).length;
      expect(String(bytes)).toBe(seen.headers['content-length']);
      json(response, '');
    },
    { raw: true },
  );
  const client = connect(server.url);
  await client.api.uploadChunks(chunkOptionsOf(server.url), [big], 'none');
  expect(server.seen).toHaveLength(2);
});

describe('row 26: answers of the wrong shape', () => {
  it('name the endpoint and the field, and never crash', async () => {
    let body: unknown;
    const server = await serve((_seen, response) => json(response, JSON.stringify(body)));
    const client = connect(server.url);
    const calls = [
      () => client.api.root(),
      () => client.api.getRelease('1'),
      () => client.api.deploys('1'),
      () => client.api.repositories(),
      () => client.api.chunkOptions(),
      () => client.api.assemble({ checksum: big.sha1, chunks: [], projects: [] }),
      () => client.api.artifactLookup('web', 'x'),
      () => client.api.releaseCommits('1'),
    ];
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.constantFrom(...calls), async (value, call) => {
        body = value;
        try {
          await call();
        } catch (error) {
          expect(error).toMatchObject({
            code: expect.stringMatching(/^(server-answer-invalid|token-host|server-lacks-feature)$/),
          });
          expect(String(error)).toMatch(/GET|POST/);
        }
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    [{ ...CHUNK_OPTIONS, chunkSize: '8388608' }, /GET chunk-upload: field "chunkSize" should be a number but is text/],
    [{ ...CHUNK_OPTIONS, url: null }, /field "url" should be text but is null/],
    [[], /the answer should be an object but is a list/],
    [null, /should be an object but is null/],
  ])('%j', async (body, message) => {
    const server = await serve((_seen, response) => json(response, JSON.stringify(body)));
    expect(String(await failureOf(connect(server.url).api.chunkOptions()))).toMatch(message);
  });

  it('extra keys are fine', async () => {
    const server = await serve((_seen, response) => json(response, { ...CHUNK_OPTIONS, future: { nested: [1] } }));
    expect((await connect(server.url).api.chunkOptions()).concurrency).toBe(8);
  });
});

describe('row 27: answers that are too large', () => {
  it('a body without end is cut off at its limit, in small memory', async () => {
    const server = await serve((_seen, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const zeros = Buffer.alloc(1 << 20, 0x20);
      const pump = () => {
        while (!response.destroyed && response.write(zeros));
        if (!response.destroyed) response.once('drain', pump);
      };
      pump();
    });
    const before = process.memoryUsage().rss;
    const failure = await failureOf(connect(server.url, { timeouts: { attemptMs: 20_000 } }).api.getRelease('1'));
    expect(failure).toMatchObject({
      code: 'server-answer-invalid',
      message: expect.stringContaining('more than 8388608 bytes'),
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20);
    expect(server.seen).toHaveLength(1);
  });

  it('a gzip bomb is refused before it unfolds', async () => {
    const bomb = gzipSync(Buffer.alloc(200 << 20));
    const server = await serve((_seen, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(bomb);
    });
    const before = process.memoryUsage().rss;
    const failure = await failureOf(connect(server.url).api.getRelease('1'));
    expect(failure).toMatchObject({
      code: 'server-answer-invalid',
      message: expect.stringContaining('more than 8388608 bytes'),
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20);
  });

  it('a compressed answer of ordinary size is read', async () => {
    const server = await serve((_seen, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify(RELEASE)));
    });
    expect((await connect(server.url).api.getRelease('1'))?.version).toBe('1.0.0');
  });
});

describe('row 28: hostile JSON', () => {
  it('a hundred thousand levels are an answer of the wrong shape', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const server = await serve((_seen, response) => json(response, deep));
    expect(await failureOf(connect(server.url).api.chunkOptions())).toMatchObject({ code: 'server-answer-invalid' });
    const broken = await serve((_seen, response) => json(response, deep, 400));
    expect(await failureOf(connect(broken.url).api.chunkOptions())).toMatchObject({ status: 400 });
  });

  it('keys such as __proto__ change nothing', async () => {
    const server = await serve((_seen, response) =>
      json(
        response,
        '{"__proto__":{"version":"evil","polluted":true},"constructor":{"prototype":{"polluted":true}},"version":"1.0.0"}',
      ),
    );
    expect((await connect(server.url).api.getRelease('1'))?.version).toBe('1.0.0');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    const lacking = await serve((_seen, response) => json(response, '{"__proto__":{"version":"evil"}}'));
    expect(String(await failureOf(connect(lacking.url).api.getRelease('1')))).toContain('field "version"');
  });
});

it('row 29: an HTML page with status 200 is named as what it is, with the host', async () => {
  const server = await serve((_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!DOCTYPE html><html><title>Sign in</title></html>');
  });
  const failure = await failureOf(connect(server.url).api.root());
  expect(failure).toMatchObject({ code: 'server-answer-invalid' });
  expect(String(failure)).toContain(`it looks like HTML from 127.0.0.1:${server.port}`);
  expect(server.seen).toHaveLength(1);
});

it('row 31: a byte order mark is fine, and invalid bytes are replaced', async () => {
  const bodies = [
    Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(JSON.stringify(RELEASE))]),
    Buffer.concat([Buffer.from('{"version":"1.0'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
  ];
  const server = await serve((_seen, response, _request, nth) => void response.end(bodies[nth - 1]));
  const client = connect(server.url);
  expect((await client.api.getRelease('1'))?.version).toBe('1.0.0');
  expect((await client.api.getRelease('1'))?.version).toBe('1.0\ufffd\ufffd');
});

describe('row 40: hostile upload options', () => {
  it.each([
    ['concurrency', 0, 1],
    ['concurrency', 1e9, 32],
    ['chunkSize', 0, 64],
    ['chunkSize', -1, 64],
    ['chunkSize', 1e15, 64 << 20],
    ['chunksPerRequest', 0, 1],
    ['maxRequestSize', 1e18, 256 << 20],
  ] as const)('%s %d becomes %d, with a warning', async (name, value, expected) => {
    const server = await serve((_seen, response) => json(response, { ...CHUNK_OPTIONS, [name]: value }));
    const client = connect(server.url);
    expect((await client.api.chunkOptions())[name]).toBe(expected);
    expect(client.log.of('warning').join()).toContain(name);
  });

  it.each([
    [{ hashAlgorithm: 'md5' }, 'server-lacks-feature'],
    [{ url: 'javascript:alert(1)' }, 'token-host'],
    [{ url: 'http://' }, 'server-answer-invalid'],
    [{ url: 'file:///etc/passwd' }, 'token-host'],
  ])('%j is refused', async (change, code) => {
    const server = await serve((_seen, response) => json(response, { ...CHUNK_OPTIONS, ...change }));
    expect(await failureOf(connect(server.url).api.chunkOptions())).toMatchObject({ code });
  });

  it('a relative url is taken as Sentry means it', async () => {
    const server = await serve((_seen, response) =>
      json(response, { ...CHUNK_OPTIONS, url: 'organizations/acme/chunk-upload/' }),
    );
    expect((await connect(server.url).api.chunkOptions()).url).toBe(
      `${server.url}/api/0/organizations/acme/chunk-upload/`,
    );
  });
});

describe('row 62: names', () => {
  const failing = (code: string, times = 99) => {
    let nth = 0;
    const lookup = ((host: string, options: object, callback: (error: Error | null, ...rest: unknown[]) => void) => {
      nth += 1;
      if (nth > times) return realLookup('127.0.0.1', options as never, callback as never);
      callback(Object.assign(new Error(`getaddrinfo ${code} ${host}`), { code }));
    }) as unknown;
    return { lookup, asked: () => nth };
  };

  it('an unknown host is not asked for again: it is mistyped', async () => {
    const { asked, lookup } = failing('ENOTFOUND');
    const client = transportWith({ lookup }, 'http://sentry.invalid');
    const failure = await failureOf(client.api.root());
    expect(failure).toMatchObject({ code: 'network', hint: expect.stringContaining('input url') });
    expect(asked()).toBe(1);
  });

  it('an unknown proxy is named, not the server, and not asked for again', async () => {
    const { asked, lookup } = failing('ENOTFOUND');
    const env = { http_proxy: 'http://user:secret@proxy.invalid:3128' };
    const client = transportWith({ env, lookup }, 'http://sentry.test');
    const failure = await failureOf(client.api.root());
    expect(failure).toMatchObject({ code: 'proxy', hint: expect.stringMatching(/HTTP_PROXY.*NO_PROXY/) });
    expect(String(failure)).toMatch(/the proxy proxy\.invalid:3128 is not known \(ENOTFOUND\)$/);
    expect(asked()).toBe(1);
  });

  it('a resolver that is busy is asked again', async () => {
    const server = await serve((_seen, response) => json(response, RELEASE));
    const { asked, lookup } = failing('EAI_AGAIN', 2);
    const client = transportWith({ lookup }, `http://sentry.test:${server.port}`);
    expect((await client.api.getRelease('1'))?.version).toBe('1.0.0');
    expect(asked()).toBe(3);
  });
});

it('row 63: localhost works when only one of its addresses answers', async () => {
  const server = await serve((_seen, response) => json(response, RELEASE));
  const client = connect(`http://localhost:${server.port}`);
  expect((await client.api.getRelease('1'))?.version).toBe('1.0.0');
});

it('row 74: whatever bytes come back, no attempt hangs or crashes', async () => {
  let bytes = new Uint8Array();
  const url = await rawServer((socket) => {
    socket.once('data', () => socket.end(bytes));
  });
  const head = fc.constantFrom(
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 500 x\r\ncontent-length: 5\r\n\r\n',
    'HTTP/1.1 301 x\r\n',
    '',
  );
  await fc.assert(
    fc.asyncProperty(head, fc.uint8Array({ maxLength: 200 }), async (start, tail) => {
      bytes = Buffer.concat([Buffer.from(start), tail]);
      const client = testClient(url, { clock: fakeClock(), timeouts: TIMES });
      const started = Date.now();
      await client.api.getRelease('1').catch((error: unknown) => expect(error).toHaveProperty('code'));
      expect(Date.now() - started).toBeLessThan(6 * TIMES.attemptMs + 500);
      await client.close();
    }),
    { numRuns: 60 },
  );
}, 60_000);

it('a cancel while the connection is being set up is felt at once', async () => {
  const url = await rawServer(() => undefined);
  const client = transportWith({ connectMs: 20_000 }, url.replace('http:', 'https:'));
  const started = Date.now();
  const outcome = failureOf(client.api.root());
  const reason = new Error('cancelled');
  setTimeout(() => client.abort.abort(reason), 50);
  expect(await outcome).toBe(reason);
  await client.close();
  expect(Date.now() - started).toBeLessThan(5_000);
});
