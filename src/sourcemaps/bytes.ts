/** Byte values and byte searches that the scanners share. Everything works on UTF-8 bytes: V8 has no string over 512 MB. */

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const BANG = 0x21;
export const DOUBLE_QUOTE = 0x22;
export const HASH = 0x23;
export const DOLLAR = 0x24;
export const SINGLE_QUOTE = 0x27;
export const STAR = 0x2a;
export const SLASH = 0x2f;
export const SEMICOLON = 0x3b;
export const AT = 0x40;
export const BACKSLASH = 0x5c;
export const BACKTICK = 0x60;

/** The same memory as a Buffer, for its native searches. Copies nothing. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Length of a UTF-8 byte order mark at the start: 3 or 0. */
export function bomLength(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

/** U+2028 and U+2029 (E2 80 A8, E2 80 A9) end a line of JavaScript as LF does. */
export function isUnicodeLineEnd(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xe2 && bytes[at + 1] === 0x80 && (bytes[at + 2] === 0xa8 || bytes[at + 2] === 0xa9);
}

/** Length of the line terminator at `at` (CRLF counts as one): 0 when there is none. */
export function lineEndLength(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === LF) return 1;
  if (byte === CR) return bytes[at + 1] === LF ? 2 : 1;
  return byte === 0xe2 && isUnicodeLineEnd(bytes, at) ? 3 : 0;
}

/** Start of the next line terminator at or after `at`; the end of the bytes when there is none. */
export function findLineEnd(bytes: Uint8Array, at: number): number {
  const end = bytes.length;
  let pos = at;
  while (pos < end && lineEndLength(bytes, pos) === 0) pos++;
  return pos;
}

/** Length of the white space character of JavaScript at `at`, line terminators left out: 0 when there is none. */
export function blankLength(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === SPACE || byte === TAB || byte === 0x0b || byte === 0x0c) return 1;
  if (byte === undefined || byte < 0x80) return 0;
  const second = bytes[at + 1];
  const third = bytes[at + 2];
  if (byte === 0xc2) return second === 0xa0 ? 2 : 0;
  if (byte === 0xef) return second === 0xbb && third === 0xbf ? 3 : 0;
  if (byte === 0xe1) return second === 0x9a && third === 0x80 ? 3 : 0;
  if (byte === 0xe3) return second === 0x80 && third === 0x80 ? 3 : 0;
  if (byte !== 0xe2 || third === undefined) return 0;
  if (second === 0x80) return (third >= 0x80 && third <= 0x8a) || third === 0xaf ? 3 : 0;
  return second === 0x81 && third === 0x9f ? 3 : 0;
}

/** Whether `text` (ASCII) stands at `at`. */
export function startsWithAt(bytes: Uint8Array, text: string, at: number): boolean {
  if (at < 0 || at + text.length > bytes.length) return false;
  for (let index = 0; index < text.length; index++) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}
