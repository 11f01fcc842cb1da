import type { IncomingMessage } from 'node:http';
import { isObject } from '../json.js';
import { detail } from './answer.js';

/** JSON bodies above this are refused; chunks never pass through here. */
const MAX_BYTES = 256 * 1024 * 1024;

/** The body of a request, read once and on demand. */
export interface RequestBody {
  /** Bytes that arrived so far. */
  received(): number;
  bytes(): Promise<Buffer>;
  /** What the framework makes of it: JSON, or the fields of a form. Throws 400 and 415 as it does. */
  data(): Promise<unknown>;
  /** Reads what is left and forgets it. */
  drain(): Promise<void>;
  /** The JSON that was read, for the log; undefined when nothing was read or it is none. */
  seen(): unknown;
  count(bytes: number): void;
}

/** Wraps a request. */
export function createBody(request: IncomingMessage): RequestBody {
  let received = 0;
  let whole: Promise<Buffer> | undefined;
  let buffer: Buffer | undefined;
  let parsed: unknown;
  const bytes = () => {
    whole ??= collect(request, (count) => {
      received += count;
    }).then((result) => {
      buffer = result;
      return result;
    });
    return whole;
  };
  return {
    received: () => received,
    count: (count) => {
      received += count;
    },
    bytes,
    data: async () => {
      parsed = parseData(request.headers['content-type'] ?? '', await bytes());
      return parsed;
    },
    drain: async () => {
      if (whole !== undefined || request.readableEnded) return;
      for await (const piece of request) received += (piece as Buffer).length;
    },
    seen: () => parsed ?? (buffer === undefined ? undefined : jsonOrUndefined(buffer)),
  };
}

async function collect(request: IncomingMessage, count: (bytes: number) => void): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    const bytes = piece as Buffer;
    count(bytes.length);
    size += bytes.length;
    if (size <= MAX_BYTES) pieces.push(bytes);
  }
  if (size > MAX_BYTES) throw detail(413, 'Request body too large');
  return Buffer.concat(pieces);
}

function parseData(contentType: string, bytes: Buffer): unknown {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (bytes.length === 0 && type === '') return {};
  if (type === 'application/json') return parseJson(bytes);
  if (type === 'application/x-www-form-urlencoded') return formFields(new URLSearchParams(bytes.toString('utf8')));
  if (type === 'multipart/form-data') return {};
  throw detail(415, `Unsupported media type "${contentType}" in request.`);
}

/** JSON as the framework parses it; an empty body is an error too, with Python's text. */
export function parseJson(bytes: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return JSON.parse(text) as unknown;
  } catch (error) {
    const reason = bytes.length === 0 ? 'Expecting value: line 1 column 1 (char 0)' : String((error as Error).message);
    throw detail(400, `JSON parse error - ${reason}`);
  }
}

function formFields(form: URLSearchParams): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const key of new Set(form.keys())) {
    const values = form.getAll(key);
    fields[key] = LIST_FIELDS.has(key) ? values : values.at(-1);
  }
  return fields;
}

const LIST_FIELDS = new Set(['projects', 'commits', 'refs', 'headCommits', 'chunks']);

function jsonOrUndefined(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** A body that must be a JSON object, or undefined. */
export function objectOrUndefined(value: unknown): { readonly [key: string]: unknown } | undefined {
  return isObject(value) ? value : undefined;
}
