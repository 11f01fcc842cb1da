import { createHash } from 'node:crypto';
import { asBuffer } from './bytes.js';
import { findMagicComment } from './magic-comment.js';

/** `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, lower case. */
export type DebugId = string;

const ID_LENGTH = 36;
const WITH_HYPHENS = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const WITHOUT_HYPHENS = /^[0-9a-f]{32}$/;
/** Enough to hold any id, so that a long value is not turned into text only to be refused. */
const LONGEST_VALUE = 64;

/** Reads an id as Sentry does: 32 hex digits in any case, with or without hyphens. Undefined when it is none. */
export function parseDebugId(text: string): DebugId | undefined {
  const id = text.trim().toLowerCase();
  if (WITH_HYPHENS.test(id)) return id;
  if (!WITHOUT_HYPHENS.test(id)) return undefined;
  return hyphenate(id);
}

/**
 * Whether an id may be in the code at all: part of both `debugId=` and `_sentryDebugIds`. Short and with a rare first letter it is
 * found, or not, four times as fast as one of them.
 */
const TRACE = 'bugId';

/** False when there is neither an id comment nor a snippet, which is so in every fresh build. */
export function mayHoldId(code: Uint8Array): boolean {
  return asBuffer(code).includes(TRACE);
}

/** The id in the last real `//# debugId=` comment. A value that is no id counts as none. */
export function findDebugId(code: Uint8Array): DebugId | undefined {
  const comment = findMagicComment(code, 'debugId');
  if (comment === undefined || comment.block || comment.sign !== '#') return undefined;
  const { valueStart, valueEnd } = comment;
  if (valueEnd - valueStart > LONGEST_VALUE) return undefined;
  return parseDebugId(asBuffer(code).toString('latin1', valueStart, valueEnd));
}

const MARKER = 'sentry-dbid-';
const REGISTRY = '_sentryDebugIds';
/** `_sentryDebugIds[stack]="…"` as injectors write it, minified or not. */
const ASSIGNMENT = /^_sentryDebugIds[\s|{})]*\[[^\]]{1,60}\]\s*=\s*["']([0-9a-fA-F-]{32,36})["']/;
const ASSIGNMENT_WINDOW = 160;

/**
 * The id of the runtime snippet that a bundler plugin, or an earlier injection, left in the code: `sentry-dbid-ID`, or the
 * assignment to `_sentryDebugIds`. When a bundle carries several (a vendored library that was injected on its own), the
 * first one counts: plugins put theirs at the top of the chunk.
 */
export function findSnippetId(code: Uint8Array): DebugId | undefined {
  const buffer = asBuffer(code);
  // Every snippet names the registry; this search is much the faster one.
  let at = buffer.indexOf(REGISTRY);
  if (at < 0) return undefined;
  const marker = findMarkerId(buffer);
  if (marker !== undefined) return marker;
  for (; at >= 0; at = buffer.indexOf(REGISTRY, at + REGISTRY.length)) {
    const match = ASSIGNMENT.exec(buffer.toString('latin1', at, at + ASSIGNMENT_WINDOW));
    const id = match?.[1] === undefined ? undefined : parseDebugId(match[1]);
    if (id !== undefined) return id;
  }
  return undefined;
}

function findMarkerId(buffer: Buffer): DebugId | undefined {
  for (let at = buffer.indexOf(MARKER); at >= 0; at = buffer.indexOf(MARKER, at + MARKER.length)) {
    const start = at + MARKER.length;
    const id = parseDebugId(buffer.toString('latin1', start, start + ID_LENGTH));
    if (id !== undefined) return id;
  }
  return undefined;
}

/**
 * The id of a script and its map, equal to that of sentry-cli ≥ 3.6.1 (observed): SHA-1 over `"js"`, the script's length as
 * 64-bit little endian, the script, `"sourcemap"`, the map's length, the map; over the script alone when it has no map.
 * Always the raw bytes before any change.
 */
export function computeDebugId(script: Uint8Array, map: Uint8Array | undefined): DebugId {
  const hash = createHash('sha1');
  if (map === undefined) {
    hash.update(script);
  } else {
    hash.update('js').update(lengthBytes(script)).update(script);
    hash.update('sourcemap').update(lengthBytes(map)).update(map);
  }
  return idFromDigest(hash.digest());
}

function lengthBytes(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return length;
}

/** The first 16 bytes of a digest as a name-based UUID (version 5, RFC variant). */
function idFromDigest(digest: Buffer): DebugId {
  const bytes = digest.subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return hyphenate(bytes.toString('hex'));
}

function hyphenate(hex: string): DebugId {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
