import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { header, type OrgExchange } from '../http/exchange.js';
import { boundaryOf, createMultipart, type PartSink } from '../http/multipart.js';

/** One part of a chunk request, on disk as it arrived. */
export interface SpooledPart {
  readonly name: string;
  readonly filename: string;
  readonly path: string;
  /** Bytes on the wire. Above the spool's limit only the first are on disk. */
  size: number;
  /** Of the bytes on the wire. */
  sha1: string;
}

/**
 * Writes the file parts of a request to disk while they arrive, so that memory does not grow with chunks nor connections.
 * Parts with other names, or without a file name, are ignored, as the server does.
 * @param maxParts later ones are counted but not written.
 */
export async function spool(exchange: OrgExchange, names: readonly string[], maxParts: number): Promise<SpooledPart[]> {
  const parts: SpooledPart[] = [];
  const boundary = boundaryOf(header(exchange.request, 'content-type') ?? '');
  if (boundary === undefined) {
    await exchange.body.drain();
    return parts;
  }
  // A gzip part may be a little larger than what it holds; nothing honest is twice as large.
  const limit = exchange.services.options.chunkSize * 2;
  let open: PartSink | undefined;
  const parser = createMultipart(boundary, ({ name, filename }) => {
    if (name === undefined || filename === undefined || filename === '' || !names.includes(name)) return undefined;
    const part = { name, filename, path: exchange.services.store.scratch(), size: 0, sha1: '' };
    parts.push(part);
    open = parts.length > maxParts ? undefined : fileSink(part, limit);
    return open;
  });
  try {
    for await (const piece of exchange.request) {
      exchange.body.count((piece as Buffer).length);
      parser.write(piece as Buffer);
    }
    parser.end();
  } catch (error) {
    open?.end();
    await discardAll(exchange, parts);
    throw error;
  }
  return parts;
}

function fileSink(part: SpooledPart, limit: number): PartSink {
  const fd = openSync(part.path, 'w');
  const hash = createHash('sha1');
  let closed = false;
  return {
    write: (bytes) => {
      if (part.size < limit) {
        writeSync(fd, bytes);
        hash.update(bytes);
      }
      part.size += bytes.length;
    },
    end: () => {
      if (closed) return;
      closed = true;
      closeSync(fd);
      part.sha1 = hash.digest('hex');
    },
  };
}

/** Removes what is left of a request's parts. */
export async function discardAll(exchange: OrgExchange, parts: readonly { readonly path: string }[]): Promise<void> {
  for (const part of parts) await exchange.services.store.discard(part.path);
}
