import { appendFileSync } from 'node:fs';
import type { Counted } from './limits/ratelimit.js';

/** One request as it went; one line of the log file. */
export interface RequestRecord {
  /** From 1, in the order of arrival. */
  readonly n: number;
  /** ISO 8601, when it arrived (real time). */
  readonly time: string;
  readonly method: string;
  /** Without query. */
  readonly path: string;
  /** Without `?`; empty: none. */
  readonly query: string;
  /** 0: it was never answered. */
  readonly status: number;
  /** Milliseconds from arrival to the end of the answer. */
  readonly ms: number;
  /** Of the request body, as received. */
  readonly bytes: number;
  /** Of the answer's body. */
  readonly bytesOut: number;
  /** The config's name of the token; null: none, or an unknown one. */
  readonly token: string | null;
  /** True when an `Authorization` header was there at all; its value is never kept. */
  readonly authorization: boolean;
  /** The other headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON body; absent: none, or no JSON, or (in memory only) dropped for newer ones. */
  readonly json?: unknown;
  /** sha1 names of the chunks in a chunk request. */
  readonly chunks?: readonly string[];
  /** What it was counted as by the rate limiter; absent on servers without limits. */
  readonly limit?: Counted;
  /** Id of the fault that hit it. */
  readonly fault?: string;
}

/** Requests, newest last. */
export interface RequestLog {
  /** The newest, as many as the config keeps. */
  readonly entries: readonly RequestRecord[];
  add(record: RequestRecord): void;
  /** All there ever were. */
  count(): number;
  clear(): void;
}

/**
 * Bodies kept in memory, as bytes of their text. A client that polls with twenty thousand chunk names sends a megabyte each time;
 * kept without bound they would be most of the process.
 */
const MAX_JSON_BYTES = 8 * 1024 * 1024;

/** @param file gets one JSON line a request, written before the answer is out. */
export function createRequestLog(keep: number, file: string | undefined): RequestLog {
  const entries: RequestRecord[] = [];
  let count = 0;
  let jsonBytes = 0;
  /** Entries before this one have lost their JSON. */
  let firstWithJson = 0;

  const dropOldJson = (): void => {
    while (jsonBytes > MAX_JSON_BYTES && firstWithJson < entries.length - 1) {
      const entry = entries[firstWithJson];
      if (entry?.json !== undefined) {
        jsonBytes -= entry.bytes;
        const { json: _, ...rest } = entry;
        entries[firstWithJson] = rest;
      }
      firstWithJson += 1;
    }
  };

  const dropOldest = (): void => {
    const entry = entries.shift();
    if (entry?.json !== undefined) jsonBytes -= entry.bytes;
    firstWithJson = Math.max(0, firstWithJson - 1);
  };

  return {
    entries,
    count: () => count,
    clear: () => {
      entries.length = 0;
      jsonBytes = 0;
      firstWithJson = 0;
    },
    add: (record) => {
      count += 1;
      entries.push(record);
      if (record.json !== undefined) jsonBytes += record.bytes;
      if (entries.length > keep) dropOldest();
      dropOldJson();
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(record)}\n`);
    },
  };
}
