import { Readable } from 'node:stream';
import { type Dispatcher, Pool } from 'undici';
import { trustedAuthorities } from './authorities.js';
import { type Connection, type Connector, createConnector } from './connect.js';
import { classify, codeOf, TransportFailure } from './failures.js';
import { type ProxyEnvironment, proxyFor } from './proxy.js';
import { duration, type Headers, headerOf } from './timing.js';

/** The bounds of one attempt. */
export interface AttemptLimits {
  /** Milliseconds from the last byte sent to the first of the answer. */
  readonly firstByteMs: number;
  /** Milliseconds for the whole attempt. */
  readonly attemptMs: number;
  /** Milliseconds in which some of the body must get away while it is sent. */
  readonly stallMs: number;
  /** Bytes of the answer's body, after decompression. */
  readonly maxBytes: number;
}

/** One request as it goes out; nothing in it is interpreted here. */
export interface Attempt {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Pieces of the body, sent one after the other without copying. */
  readonly body?: readonly Uint8Array[];
  readonly limits: AttemptLimits;
  readonly signal: AbortSignal;
}

/** One answer, read completely. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Sends requests; see {@link createTransport}. */
export interface Transport {
  /** Rejects with a {@link TransportFailure}, or with the signal's reason when that aborted. */
  send(attempt: Attempt): Promise<Answer>;
  close(): Promise<void>;
}

/** What a transport needs from the world. */
export interface TransportOptions {
  readonly env: ProxyEnvironment;
  /** Milliseconds for name, TCP, proxy and TLS together. @default 10000 */
  readonly connectMs?: number;
  /** For tests: makes connections instead of the network. */
  readonly connector?: Connector;
  /** For tests: resolves names instead of the system. */
  readonly lookup?: unknown;
}

/** Bodies go out in slices of this size, so that progress is seen and a stall is told from a slow line. */
const SLICE = 128 * 1024;

/**
 * The timeouts of undici are off: they restart with every byte, ours do not. Said here, Node's own limit for headers (of the same
 * size) need not be asked for, which would load its HTTP client.
 */
const POOL = { headersTimeout: 0, bodyTimeout: 0, pipelining: 1, maxHeaderSize: 16 << 10 } as const;

/** One pool of kept-alive connections per origin, direct or through the environment's proxy. */
export function createTransport(options: TransportOptions): Transport {
  const pools = new Map<string, Pool>();
  const alive = new Set<Connection>();
  const connectMs = options.connectMs ?? 10_000;
  const poolFor = (url: URL) => {
    let pool = pools.get(url.origin);
    if (pool === undefined) {
      const proxy = proxyFor(url, options.env);
      const { lookup } = options;
      const authorities = trustedAuthorities(options.env);
      const connect =
        options.connector ??
        createConnector({ connectMs, proxy, authorities, alive, ...(lookup === undefined ? {} : { lookup }) });
      pool = new Pool(url.origin, { ...POOL, connect });
      pools.set(url.origin, pool);
    }
    return pool;
  };
  return {
    send: (attempt) => sendOnce(poolFor(attempt.url), attempt),
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      for (const connection of alive) connection.destroy();
    },
  };
}

async function sendOnce(pool: Pool, attempt: Attempt): Promise<Answer> {
  const { limits, signal, url } = attempt;
  signal.throwIfAborted();
  const watch = new Watch(url.host, signal);
  try {
    watch.arm('attempt', limits.attemptMs, 'attempt-timeout', 'the attempt took longer than');
    if (attempt.body === undefined) armFirstByte(watch, limits);
    const sending = pool.request({
      method: attempt.method,
      path: url.pathname + url.search,
      headers: requestHeaders(attempt),
      body:
        attempt.body === undefined ? null : Readable.from(slices(attempt.body, watch, limits), { highWaterMark: 1 }),
      signal: watch.signal,
    });
    sending.catch(() => undefined); // when the race is lost, nobody else listens
    // undici notices an abort only when the connection stands; until then a silent host would keep us waiting.
    const answer = await Promise.race([sending, watch.stopped]);
    watch.disarm('phase');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: await readBody(answer, limits.maxBytes, url.host),
    };
  } catch (thrown) {
    throw watch.reason ?? classify(thrown, url.host);
  } finally {
    watch.end();
  }
}

function armFirstByte(watch: Watch, limits: AttemptLimits): void {
  watch.arm('phase', limits.firstByteMs, 'first-byte-timeout', 'no answer within');
}

function requestHeaders({ body, headers }: Attempt): Record<string, string> {
  if (body === undefined) return { ...headers };
  const length = body.reduce((sum, piece) => sum + piece.byteLength, 0);
  return { ...headers, 'content-length': String(length) };
}

/** Undici asks for the next slice when the socket took the last: each slice asked for is progress. */
async function* slices(body: readonly Uint8Array[], watch: Watch, limits: AttemptLimits): AsyncGenerator<Uint8Array> {
  for (const piece of body) {
    for (let start = 0; start < piece.byteLength; start += SLICE) {
      watch.arm('phase', limits.stallMs, 'stalled', 'the upload made no progress for');
      yield piece.subarray(start, start + SLICE);
    }
  }
  armFirstByte(watch, limits);
}

async function readBody(answer: Dispatcher.ResponseData, maxBytes: number, host: string): Promise<Uint8Array> {
  const tooLarge = (cause?: unknown) =>
    new TransportFailure('too-large', `${host} sent more than ${maxBytes} bytes where a short answer was expected`, {
      sent: true,
      cause,
    });
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of answer.body) {
      length += piece.length;
      if (length > maxBytes) throw tooLarge();
      pieces.push(piece);
    }
  } catch (thrown) {
    if (thrown instanceof TransportFailure) throw thrown;
    throw new TransportFailure('truncated', `${host} closed the connection in the middle of its answer`, {
      sent: true,
      cause: thrown,
    });
  }
  return decompress(Buffer.concat(pieces, length), headerOf(answer.headers, 'content-encoding'), maxBytes, {
    host,
    tooLarge,
  });
}

/** A few bytes of gzip can become gigabytes: the output is bounded before it is made. */
function decompress(
  body: Buffer,
  encoding: string | undefined,
  maxBytes: number,
  context: { readonly host: string; readonly tooLarge: (cause: unknown) => TransportFailure },
): Uint8Array {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (name === 'identity' || name === '' || body.length === 0) return body;
  // Loaded for an answer that needs it; most are short and come as they are.
  const { brotliDecompressSync, gunzipSync, inflateSync } = process.getBuiltinModule('node:zlib');
  const decode = { gzip: gunzipSync, 'x-gzip': gunzipSync, deflate: inflateSync, br: brotliDecompressSync }[name];
  try {
    if (decode !== undefined) return decode(body, { maxOutputLength: maxBytes });
  } catch (cause) {
    if (codeOf(cause) === 'ERR_BUFFER_TOO_LARGE') throw context.tooLarge(cause);
    throw new TransportFailure('truncated', `${context.host} sent a broken ${name} body`, { sent: true, cause });
  }
  throw new TransportFailure('encoding', `${context.host} sent a body in the unknown encoding ${name}`, { sent: true });
}

/** The timers of one attempt, as one signal. */
class Watch {
  readonly #controller = new AbortController();
  readonly #timers = new Map<'attempt' | 'phase', NodeJS.Timeout>();
  readonly #host: string;
  readonly #outer: AbortSignal;
  readonly #onAbort = () => this.#stop(this.#outer.reason);
  #ended = false;
  /** Rejects when the attempt is ended by a timer or from outside. */
  readonly stopped: Promise<never>;
  #reject: (reason: unknown) => void = () => undefined;
  /** Why the attempt was ended, when it was ended by a timer or from outside. */
  reason: unknown;

  constructor(host: string, outer: AbortSignal) {
    this.#host = host;
    this.#outer = outer;
    this.stopped = new Promise<never>((_resolve, reject) => {
      this.#reject = reject;
    });
    this.stopped.catch(() => undefined);
    outer.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  arm(slot: 'attempt' | 'phase', ms: number, kind: TransportFailure['kind'], text: string): void {
    this.disarm(slot);
    if (this.#ended) return;
    const expire = () =>
      this.#stop(new TransportFailure(kind, `${text} ${duration(ms)} (${this.#host})`, { sent: true }));
    this.#timers.set(slot, setTimeout(expire, ms));
  }

  disarm(slot: 'attempt' | 'phase'): void {
    clearTimeout(this.#timers.get(slot));
  }

  end(): void {
    this.#ended = true;
    this.disarm('attempt');
    this.disarm('phase');
    this.#outer.removeEventListener('abort', this.#onAbort);
  }

  #stop(reason: unknown): void {
    this.reason = reason;
    this.#controller.abort(reason);
    this.#reject(reason);
  }
}
