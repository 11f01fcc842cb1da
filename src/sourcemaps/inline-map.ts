import { asBuffer } from './bytes.js';
import { type Edit, replaceWith } from './edits.js';
import { MapFault } from './map-fault.js';
import type { Reference } from './reference.js';

/** A source map inside the reference itself. */
export interface InlineMap {
  /** The map's own bytes. */
  readonly bytes: Uint8Array;
  /** The edit that puts a changed map in its place, encoded as it was. */
  encode(pieces: readonly Uint8Array[]): Edit;
}

/** Encoding and decoding go through strings, which V8 limits to 512 MB; percent-encoding triples the length. */
const LONGEST_URL = 128 * 1024 * 1024;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
/** Bytes that a URL inside a comment must not hold as they are: control characters, blanks, quotes, `%`, non-ASCII. */
const UNSAFE = /[^!#$&()*+,\-./0-9:;=?@A-Z[\]_a-z~]/gu;

/**
 * Decodes a `data:` reference of any kind: base64 (both alphabets, padded or not) or percent-encoded, whatever its type and
 * charset say. JSON is UTF-8.
 *
 * @throws MapFault when it cannot be decoded
 */
export function decodeInlineMap(code: Uint8Array, { reference, comment }: Reference): InlineMap {
  if (!reference.endsWith(',')) throw new MapFault('its data URL has no comma');
  const start = comment.valueStart + reference.length;
  const end = comment.valueEnd;
  if (end - start > LONGEST_URL) throw new MapFault('its data URL is longer than 128 MB');
  if (!/;\s*base64\s*,$/i.test(reference)) return decodePercent(code, start, end);
  const text = asBuffer(code).subarray(start, end);
  // Percent signs are legal in a data URL's base64 too: `%3D` for the padding.
  const plain = text.includes('%') ? Buffer.from(percentDecode(text).toString('latin1')) : text;
  if (!isBase64(plain)) throw new MapFault('its data URL is no valid base64');
  return {
    bytes: Buffer.from(plain.toString('latin1'), 'base64'),
    encode: (pieces) => replaceWith(start, end, Buffer.concat(pieces).toString('base64')),
  };
}

function isBase64(text: Buffer): boolean {
  const CHUNK = 1 << 20;
  for (let at = 0; at + CHUNK < text.length; at += CHUNK) {
    if (!/^[A-Za-z0-9+/_-]*$/.test(text.toString('latin1', at, at + CHUNK))) return false;
  }
  const rest = text.length % CHUNK;
  return BASE64.test(text.toString('latin1', text.length - rest)) && text.length > 0;
}

function decodePercent(code: Uint8Array, start: number, end: number): InlineMap {
  return {
    bytes: percentDecode(asBuffer(code).subarray(start, end)),
    encode: (pieces) => {
      const text = Buffer.concat(pieces).toString('utf8');
      return replaceWith(start, end, text.replace(UNSAFE, encodeCharacter));
    },
  };
}

/** `encodeURIComponent` leaves the single quote, which engines refuse in a reference. */
function encodeCharacter(character: string): string {
  return character === "'" ? '%27' : encodeURIComponent(character);
}

/** A percent sign without two hex digits stands for itself, as browsers have it. */
function percentDecode(text: Buffer): Buffer {
  const out = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let pos = 0; pos < text.length; pos++) {
    const byte = text[pos] ?? 0;
    const value = byte === 0x25 ? hexValue(text[pos + 1]) * 16 + hexValue(text[pos + 2]) : Number.NaN;
    if (!Number.isNaN(value)) pos += 2;
    out[length++] = Number.isNaN(value) ? byte : value;
  }
  return out.subarray(0, length);
}

function hexValue(byte: number | undefined): number {
  const value = Number.parseInt(String.fromCharCode(byte ?? 0), 16);
  return value;
}
