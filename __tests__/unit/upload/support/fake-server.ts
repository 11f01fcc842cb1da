import { createHash } from 'node:crypto';
import * as zlib from 'node:zlib';
import type {
  AssembleAnswer,
  AssembleRequest,
  ChunkEncoding,
  ChunkOptions,
  ChunkPart,
} from '../../../../src/sentry/types.js';

const zstdDecompressSync = (zlib as { zstdDecompressSync?: (data: Uint8Array) => Buffer }).zstdDecompressSync;

export const sentryOptions: ChunkOptions = {
  url: 'https://sentry.test/upload/',
  chunkSize: 8 << 20,
  chunksPerRequest: 64,
  maxRequestSize: 32 << 20,
  maxFileSize: 2 ** 32,
  concurrency: 4,
  compression: ['gzip'],
  namesMissingChunks: true,
};

/** Sentry's side of the upload in memory: keeps chunks by hash, refuses what breaks its limits, assembles for real. */
export class FakeServer {
  readonly options: ChunkOptions;
  readonly chunks = new Map<string, Buffer>();
  readonly archives: Buffer[] = [];
  readonly calls: string[] = [];
  readonly assembles: AssembleRequest[] = [];
  readonly requests: { encoding: ChunkEncoding; sha1s: string[]; bytes: number }[] = [];
  /** Answers given instead of the usual one, first come first served; undefined lets one call through. */
  readonly script: ((request: AssembleRequest) => AssembleAnswer | undefined)[] = [];
  /** Called before a chunk is kept; false drops it silently. */
  keep: (sha1: string) => boolean = () => true;
  finalState: AssembleAnswer['state'] = 'ok';
  open = 0;
  mostOpen = 0;

  constructor(options: Partial<ChunkOptions> = {}) {
    this.options = { ...sentryOptions, ...options };
  }

  get sentBytes(): number {
    return this.requests.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  chunkOptions(): Promise<ChunkOptions> {
    this.calls.push('options');
    return Promise.resolve(this.options);
  }

  async uploadChunks(_: ChunkOptions, parts: readonly ChunkPart[], encoding: ChunkEncoding): Promise<void> {
    this.calls.push('upload');
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    const bodies = parts.map(({ body }) => Buffer.from(decode(body, encoding)));
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.open--;
    const bytes = bodies.reduce((sum, body) => sum + body.length, 0);
    this.requests.push({ encoding, sha1s: parts.map(({ sha1 }) => sha1), bytes });
    if (parts.length === 0) throw new Error('empty request');
    if (parts.length > this.options.chunksPerRequest) throw new Error('Too many chunks');
    if (bytes > this.options.maxRequestSize) throw new Error('Request too large');
    parts.forEach(({ sha1 }, index) => {
      const body = bodies[index] ?? Buffer.alloc(0);
      if (body.length > this.options.chunkSize) throw new Error('Chunk size too large');
      if (createHash('sha1').update(body).digest('hex') !== sha1) throw new Error('Checksum mismatch');
      if (this.keep(sha1)) this.chunks.set(sha1, body);
    });
  }

  assemble(request: AssembleRequest): Promise<AssembleAnswer> {
    this.calls.push('assemble');
    this.assembles.push(request);
    const scripted = this.script.shift()?.(request);
    return Promise.resolve(scripted ?? this.answer(request));
  }

  answer({ checksum, chunks }: AssembleRequest): AssembleAnswer {
    const missingChunks = [...new Set(chunks)].filter((sha1) => !this.chunks.has(sha1));
    if (!this.options.namesMissingChunks) missingChunks.length = 0;
    if (missingChunks.length > 0) return { state: 'not_found', missingChunks, detail: undefined };
    if (!chunks.every((sha1) => this.chunks.has(sha1)))
      return { state: 'created', missingChunks: [], detail: undefined };
    const archive = Buffer.concat(chunks.map((sha1) => this.chunks.get(sha1) ?? Buffer.alloc(0)));
    if (createHash('sha1').update(archive).digest('hex') !== checksum) {
      return { state: 'error', missingChunks: [], detail: 'Reported checksum mismatch' };
    }
    this.archives.push(archive);
    return { state: this.finalState, missingChunks: [], detail: undefined };
  }
}

function decode(body: Uint8Array, encoding: ChunkEncoding): Uint8Array {
  if (encoding === 'gzip') return zlib.gunzipSync(body);
  if (encoding === 'zstd' && zstdDecompressSync !== undefined) return zstdDecompressSync(body);
  return body;
}
