import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { type Answer, ApiError, plainError } from '../http/answer.js';
import { header, type OrgExchange } from '../http/exchange.js';
import { createQueue } from '../http/queue.js';
import { DecodeError, decode } from './compression.js';
import { discardAll, type SpooledPart, spool } from './spool.js';

type Encoding = 'gzip' | 'zstd';

/** Decoding holds whole chunks in memory; two at a time keep that small however many connections there are. */
const decoding = createQueue(2);

/** `POST …/chunk-upload/`: 200 with an empty body, also when no part was recognised. */
export async function uploadChunks(exchange: OrgExchange): Promise<Answer> {
  const { options } = exchange.services;
  const encoding = await requestEncoding(exchange);
  const parts = await spool(exchange, options.chunkParts, options.chunksPerRequest);
  try {
    const effects = exchange.chunkEffects(parts.map((part) => part.filename));
    if (effects.status !== undefined) throw injected(effects.status, effects.body, effects.headers);
    checkForm(exchange, parts, encoding);
    const ordered = [...parts].sort((a, b) => Number(a.name === 'file_gzip') - Number(b.name === 'file_gzip'));
    await decodeAll(exchange, ordered, encoding);
    await storeAll(exchange, ordered, effects.swallow);
    return { status: 200 };
  } finally {
    await discardAll(exchange, parts);
  }
}

function injected(status: number, body: unknown, headers: Readonly<Record<string, string>> | undefined): ApiError {
  const content = typeof body === 'string' ? { text: body } : { json: body };
  return new ApiError({ status, ...(headers === undefined ? {} : { headers }), ...content });
}

async function requestEncoding(exchange: OrgExchange): Promise<Encoding | undefined> {
  const given = header(exchange.request, 'content-encoding')?.toLowerCase();
  if (given === undefined || given === '' || !exchange.services.options.contentEncoding) return undefined;
  if (given === 'gzip' || given === 'zstd') return given;
  await exchange.body.drain();
  throw plainError(400, 'Unsupported Content-Encoding');
}

function checkForm(exchange: OrgExchange, parts: readonly SpooledPart[], encoding: Encoding | undefined): void {
  if (encoding !== undefined && parts.some((part) => part.name === 'file_gzip')) {
    throw plainError(400, 'Cannot combine Content-Encoding with file_gzip field');
  }
  if (parts.length > exchange.services.options.chunksPerRequest) throw plainError(400, 'Too many chunks');
}

/** Leaves every part decoded on disk; limits count decoded bytes. */
async function decodeAll(exchange: OrgExchange, parts: readonly SpooledPart[], encoding: Encoding | undefined) {
  const { options } = exchange.services;
  let total = 0;
  for (const part of parts) {
    const partEncoding = part.name === 'file_gzip' ? 'gzip' : encoding;
    if (partEncoding !== undefined) await decoding(() => decodePart(part, partEncoding, options.chunkSize));
    if (part.size > options.chunkSize) throw plainError(options.chunkTooLargeStatus, 'Chunk size too large');
    total += part.size;
    if (total > options.maxRequestSize) throw plainError(400, 'Request too large');
  }
}

async function decodePart(part: SpooledPart, encoding: Encoding, maxBytes: number): Promise<void> {
  try {
    const bytes = await decode(encoding, await readFile(part.path), maxBytes);
    await writeFile(part.path, bytes);
    part.size = bytes.length;
    part.sha1 = createHash('sha1').update(bytes).digest('hex');
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    if (error.kind === 'invalid') throw plainError(400, `Invalid ${encoding} payload`);
    part.size = maxBytes + 1;
  }
}

/** Parts before a wrong one stay stored, as on the server. */
async function storeAll(exchange: OrgExchange, parts: readonly SpooledPart[], swallow: true | readonly number[] = []) {
  const { store } = exchange.services;
  const { chunks, slug } = exchange.org;
  for (const [index, part] of parts.entries()) {
    if (part.sha1 !== part.filename) throw plainError(400, 'Checksum mismatch');
    if (swallow === true || swallow.includes(index) || chunks.has(part.sha1)) continue;
    const path = await store.keepChunk(slug, part.sha1, part.path);
    chunks.set(part.sha1, { sha1: part.sha1, size: part.size, path });
  }
}
