import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Clock, systemClock } from '../../src/clock.js';
import { createSentryClient, type SentryClient, type SentryClientOptions } from '../../src/sentry/client.js';
import type { ChunkOptions } from '../../src/sentry/types.js';
import { type MemoryLog, memoryLog } from '../unit/sentry/fakes.js';

/** One request as a test server saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Unix milliseconds of arrival. */
  readonly at: number;
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly seen: Seen[];
  close(): Promise<void>;
}

type Handler = (seen: Seen, response: ServerResponse, request: IncomingMessage, nth: number) => void | Promise<void>;

/** A server whose every answer the test decides; the body is read before, unless `raw`. */
export async function testServer(
  handle: Handler,
  options: { readonly raw?: boolean; readonly host?: string; readonly port?: number } = {},
): Promise<TestServer> {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    try {
      if (options.raw !== true) for await (const piece of request) pieces.push(piece as Buffer);
    } catch {
      return; // the client went away
    }
    const record: Seen = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(pieces),
      at: Date.now(),
    };
    seen.push(record);
    await handle(record, response, request, seen.length);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

export interface TestClient extends SentryClient {
  readonly log: MemoryLog;
  readonly abort: AbortController;
}

/** A client of `url` with scaled times; what is not given is as in production. */
export function testClient(url: string, options: Partial<SentryClientOptions> = {}): TestClient {
  const log = memoryLog();
  const abort = new AbortController();
  const clock: Clock = options.clock ?? systemClock;
  const client = createSentryClient({
    baseUrl: url,
    org: 'acme',
    authToken: 'sntryu_test-token',
    allows: (target) => target.origin === url,
    userAgent: 'sentry-release-action/0.0.0',
    env: {},
    log,
    clock,
    signal: abort.signal,
    deadlineAt: clock.now() + 60_000,
    ...options,
  });
  return { ...client, log, abort };
}

/** Closes after each test what it gave to the function answered, the last first. Call it once, at the top of a file. */
export function closeAfterEach(): <Closable extends { close(): unknown }>(closable: Closable) => Closable {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const closable of open.splice(0).reverse()) await closable.close();
  });
  return (closable) => {
    open.push(closable);
    return closable;
  };
}

/** What was thrown, as an object to match on. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
    },
    (thrown: unknown) => thrown,
  );
}

export const RELEASE = { version: '1.0.0', projects: [{ id: 1, slug: 'web' }] };
export const CHUNK_OPTIONS = {
  url: '/api/0/organizations/acme/chunk-upload/',
  chunkSize: 8 * 1024 * 1024,
  chunksPerRequest: 64,
  maxRequestSize: 32 * 1024 * 1024,
  concurrency: 8,
  hashAlgorithm: 'sha1',
  compression: ['gzip', 'zstd'],
  accept: ['artifact_bundles_v2'],
};

/** The same, as the client holds them after a look at the server's url. */
export const chunkOptionsOf = (url: string): ChunkOptions => ({
  url: `${url}/api/0/organizations/acme/chunk-upload/`,
  chunkSize: 8 << 20,
  chunksPerRequest: 64,
  maxRequestSize: 32 << 20,
  maxFileSize: undefined,
  concurrency: 8,
  compression: [],
  namesMissingChunks: true,
});
