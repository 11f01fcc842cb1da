import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import type { FaultAction } from '../faults/types.js';
import type { Answer } from './answer.js';

/** An answer ready for the wire. */
export interface Outgoing {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly file?: string;
}

/** Turns an answer into bytes. */
export function toOutgoing(answer: Answer, extra: Readonly<Record<string, string>>): Outgoing {
  const { status } = answer;
  const headers = { ...extra, ...answer.headers };
  if (answer.file !== undefined) return { status, headers, body: Buffer.alloc(0), file: answer.file };
  if (answer.text !== undefined) return { status, headers, body: Buffer.from(answer.text) };
  if (answer.json === undefined) return { status, headers, body: Buffer.alloc(0) };
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(answer.json)),
  };
}

/** The body a fault gives, or undefined. */
export function faultBody(action: FaultAction): Buffer | undefined {
  if (action.bodyBase64 !== undefined) return Buffer.from(action.bodyBase64, 'base64');
  if (action.bodyZeros !== undefined) return zeros(action.bodyZeros, action.headers);
  if (action.body === undefined) return undefined;
  return Buffer.from(typeof action.body === 'string' ? action.body : JSON.stringify(action.body));
}

function zeros(count: number, headers: FaultAction['headers']): Buffer {
  const gzip = Object.entries(headers ?? {}).some(
    ([name, value]) => /^content-encoding$/i.test(name) && value === 'gzip',
  );
  const plain = Buffer.alloc(count, '0');
  return gzip ? gzipSync(plain) : plain;
}

/** Writes an answer, with what a fault does to the writing. Returns the bytes of the body that were sent. */
export async function writeOutgoing(response: ServerResponse, out: Outgoing, effects: FaultAction): Promise<number> {
  if (response.destroyed || response.socket?.destroyed) return 0;
  const { socket } = response;
  const sent = await writeBody(response, out, effects);
  if (effects.closeAfter === true) socket?.destroySoon();
  return sent;
}

async function writeBody(response: ServerResponse, out: Outgoing, effects: FaultAction): Promise<number> {
  if (out.file !== undefined) {
    const { size } = await stat(out.file);
    response.writeHead(out.status, { ...out.headers, 'Content-Length': size });
    await pipeline(createReadStream(out.file), response).catch(() => undefined);
    return size;
  }
  const { body } = out;
  response.writeHead(out.status, out.status === 204 ? out.headers : { ...out.headers, 'Content-Length': body.length });
  if (effects.truncate !== undefined) return cutOff(response, body.subarray(0, effects.truncate));
  if (effects.drip !== undefined) return drip(response, body, effects.drip);
  await new Promise<void>((resolve) => {
    response.once('close', resolve);
    response.end(body, resolve);
  });
  return body.length;
}

/** Long enough for the bytes to leave before the connection goes. */
const FLUSH_MS = 10;

async function cutOff(response: ServerResponse, part: Buffer): Promise<number> {
  response.flushHeaders();
  if (part.length > 0) await new Promise<void>((resolve) => response.write(part, () => resolve()));
  await new Promise((resolve) => setTimeout(resolve, FLUSH_MS));
  response.socket?.destroy();
  return part.length;
}

async function drip(response: ServerResponse, body: Buffer, pace: { bytes: number; everyMs: number }): Promise<number> {
  const step = Math.max(1, pace.bytes);
  let sent = 0;
  while (sent < body.length && !response.destroyed && response.socket?.destroyed !== true) {
    response.write(body.subarray(sent, sent + step));
    sent = Math.min(body.length, sent + step);
    await new Promise((resolve) => setTimeout(resolve, pace.everyMs));
  }
  response.end();
  return sent;
}
