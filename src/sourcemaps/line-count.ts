import { LF, lineEndLength } from './bytes.js';

/** Whether the script has a line `line` (zero-based). Stops as soon as it knows. */
export function hasLine(code: Uint8Array, line: number): boolean {
  return line <= 0 || countLineFeeds(code, line) >= line || countLineEnds(code) >= line;
}

const LINE_FEEDS = 0x0a0a0a0a;
const LOW_BITS = 0x7f7f7f7f;
const HIGH_BITS = 0x80808080;

/** LF is nearly always the only line terminator: four bytes are looked at together. Counts at least up to `enough`. */
function countLineFeeds(code: Uint8Array, enough: number): number {
  let count = 0;
  const ragged = Math.min((4 - (code.byteOffset & 3)) & 3, code.length);
  for (let pos = 0; pos < ragged; pos++) if (code[pos] === LF) count++;
  const wordCount = (code.length - ragged) >> 2;
  const words = wordCount > 0 ? new Int32Array(code.buffer, code.byteOffset + ragged, wordCount) : new Int32Array();
  for (let index = 0; index < words.length && count < enough; index++) {
    const others = (words[index] ?? 0) ^ LINE_FEEDS;
    // The high bit of each byte that is zero now, and only of those.
    const found = ~(((others & LOW_BITS) + LOW_BITS) | others | LOW_BITS) & HIGH_BITS;
    if (found !== 0) count += countBits(found);
  }
  for (let pos = ragged + words.length * 4; pos < code.length; pos++) if (code[pos] === LF) count++;
  return count;
}

/** Of four high bits. */
function countBits(bits: number): number {
  return ((bits >>> 7) & 1) + ((bits >>> 15) & 1) + ((bits >>> 23) & 1) + (bits >>> 31);
}

/** All of JavaScript's line terminators. */
function countLineEnds(code: Uint8Array): number {
  let count = 0;
  for (let pos = 0; pos < code.length; ) {
    const length = lineEndLength(code, pos);
    if (length > 0) count++;
    pos += Math.max(length, 1);
  }
  return count;
}
