import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseAssemble } from './bundles/schema.js';
import type { FastConfig } from './config.js';
import { type Answer, ApiError } from './http/answer.js';
import type { Stats } from './stats.js';

/** Chunk upload and assemble for benchmarks: only the names of chunks are remembered, bytes are counted and dropped. */
export interface FastMode {
  /** True when it has taken the request. */
  take(request: IncomingMessage, response: ServerResponse, path: string): boolean;
}

const MARK = Buffer.from('filename="');
/** From the mark to the end of a sha1 and its closing quote. */
const NAME_LENGTH = 41;

/** A fast mode with its own memory of names. */
export function createFastMode(config: FastConfig, stats: Stats): FastMode {
  const chunks = new Set<string>();
  const assembled = new Set<string>();
  const respond = (response: ServerResponse, { status, json }: Answer) => {
    const body = json === undefined ? '' : JSON.stringify(json);
    const type = json === undefined ? {} : { 'Content-Type': 'application/json' };
    response.writeHead(status, { ...type, 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
    stats.bytesOut += body.length;
  };
  return {
    take: (request, response, path) => {
      if (request.method !== 'POST') return false;
      if (path.endsWith('/chunk-upload/')) {
        stats.chunkRequests += 1;
        readNames(request, chunks, stats, () => respond(response, { status: 200 }));
        return true;
      }
      if (!path.endsWith('/artifactbundle/assemble/')) return false;
      stats.assembleRequests += 1;
      readAll(request, stats, (bytes) => respond(response, assemble(bytes, chunks, assembled, config)));
      return true;
    },
  };
}

/** Finds `filename="<sha1>"` in the stream, across the borders of its pieces. */
function readNames(request: IncomingMessage, chunks: Set<string>, stats: Stats, done: () => void): void {
  let tail: Buffer = Buffer.alloc(0);
  request.on('data', (piece: Buffer) => {
    stats.bytesIn += piece.length;
    if (tail.length > 0) {
      const border = Buffer.concat([tail, piece.subarray(0, MARK.length + NAME_LENGTH)]);
      // Marks that begin in the new piece are found there; here only those that begin in the tail count.
      scan(border, tail.length, chunks, stats);
    }
    scan(piece, piece.length - MARK.length - NAME_LENGTH + 1, chunks, stats);
    tail = piece.subarray(Math.max(0, piece.length - MARK.length - NAME_LENGTH + 1));
  });
  request.on('end', () => {
    scan(tail, tail.length, chunks, stats);
    done();
  });
}

/** Marks that begin before `end`. */
function scan(bytes: Buffer, end: number, chunks: Set<string>, stats: Stats): void {
  let at = bytes.indexOf(MARK);
  while (at >= 0 && at < end) {
    const name = bytes.toString('latin1', at + MARK.length, at + MARK.length + NAME_LENGTH);
    if (/^[0-9a-f]{40}"$/.test(name)) {
      chunks.add(name.slice(0, 40));
      stats.chunks += 1;
    }
    at = bytes.indexOf(MARK, at + MARK.length);
  }
}

function readAll(request: IncomingMessage, stats: Stats, done: (bytes: Buffer) => void): void {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => {
    stats.bytesIn += piece.length;
    pieces.push(piece);
  });
  request.on('end', () => done(Buffer.concat(pieces)));
}

function assemble(bytes: Buffer, chunks: Set<string>, assembled: Set<string>, config: FastConfig): Answer {
  try {
    const body = parseAssemble(bytes);
    const has = (sha1: string) => config.has === 'everything' || chunks.has(sha1);
    const missingChunks = [...new Set(body.chunks)].filter((sha1) => !has(sha1));
    if (missingChunks.length > 0) return { status: 200, json: { state: 'not_found', missingChunks } };
    const isKnown = assembled.has(body.checksum);
    if (!isKnown && body.chunks.length === 0) return { status: 200, json: { state: 'not_found', missingChunks: [] } };
    assembled.add(body.checksum);
    if (isKnown || config.finish === 'at-once') {
      return { status: 200, json: { state: 'ok', detail: null, missingChunks: [] } };
    }
    return { status: 200, json: { state: 'created', missingChunks: [] } };
  } catch (error) {
    if (error instanceof ApiError) return error.answer;
    throw error;
  }
}
