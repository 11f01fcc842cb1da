import { asBuffer, LF, lineEndLength } from './bytes.js';

/** Whether the script has a line `line` (zero-based). Stops as soon as it knows. */
export function hasLine(code: Uint8Array, line: number): boolean {
  const buffer = asBuffer(code);
  let left = line;
  for (let at = buffer.indexOf(LF); at >= 0 && left > 0; at = buffer.indexOf(LF, at + 1)) left--;
  return left <= 0 || countLineEnds(code) >= line;
}

/** All of JavaScript's line terminators; LF, nearly always the only one, was counted the fast way before. */
function countLineEnds(code: Uint8Array): number {
  let count = 0;
  for (let pos = 0; pos < code.length; ) {
    const length = lineEndLength(code, pos);
    if (length > 0) count++;
    pos += Math.max(length, 1);
  }
  return count;
}
