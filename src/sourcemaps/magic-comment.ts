import {
  AT,
  asBuffer,
  BACKSLASH,
  bomLength,
  CR,
  HASH,
  isUnicodeLineEnd,
  LF,
  lineEndLength,
  SLASH,
  SPACE,
  STAR,
  startsWithAt,
  TAB,
} from './bytes.js';
import { scanComments } from './tokenizer.js';

/** A comment that speaks to tools: `//# key=value`, `//@ key=value` or `/*# key=value *\/`. Offsets are bytes of the file. */
export interface MagicComment {
  /** Offset of the first slash. */
  readonly start: number;
  /** End of the comment, line terminator left out. */
  readonly end: number;
  readonly valueStart: number;
  /** The value ends at white space, or where the comment ends. */
  readonly valueEnd: number;
  readonly block: boolean;
  /** `#`, or the old `@`. */
  readonly sign: '#' | '@';
}

/** Bytes at the end of a file that are searched before the whole file is. */
const TAIL_BYTES = 4096;

/**
 * The last comment of the form `//# key=value` in a file. Strings, templates, regular expressions and comments inside
 * other comments don't count. Nearly always the end of the file proves the answer; where it cannot, the tokenizer decides.
 */
export function findMagicComment(code: Uint8Array, key: string): MagicComment | undefined {
  const found = findByTail(code, key, true);
  return found === 'unsure' ? findByTokens(code, key) : found;
}

/**
 * The same, from the last bytes of a file alone.
 *
 * @param tail the last bytes; offsets in the answer count from its start
 * @returns `'unsure'` when only the whole file can tell
 */
export function findMagicCommentInTail(tail: Uint8Array, key: string): MagicComment | 'unsure' | undefined {
  return findByTail(tail, key, false);
}

function findByTail(code: Uint8Array, key: string, whole: boolean): MagicComment | 'unsure' | undefined {
  const needle = `${key}=`;
  const buffer = asBuffer(code);
  let at = lastIndexOf(buffer, needle, buffer.length);
  while (at >= 0) {
    const comment = shapeAt(code, at, needle.length);
    if (comment !== undefined) return isProven(buffer, comment, whole) ? comment : 'unsure';
    at = lastIndexOf(buffer, needle, at);
  }
  return whole ? undefined : 'unsure';
}

/** Last occurrence that starts before `before`. The end of the file comes first: most files have it there. */
function lastIndexOf(buffer: Buffer, needle: string, before: number): number {
  if (before === 0) return -1;
  if (before > TAIL_BYTES) {
    const tail = buffer.subarray(before - TAIL_BYTES, before + needle.length - 1).lastIndexOf(needle);
    if (tail >= 0) return before - TAIL_BYTES + tail;
  }
  return buffer.subarray(0, before + needle.length - 1).lastIndexOf(needle);
}

/** The magic comment whose key stands at `keyAt`, if the text around it has that form. */
function shapeAt(code: Uint8Array, keyAt: number, keyLength: number): MagicComment | undefined {
  let sign = keyAt - 1;
  while (code[sign] === SPACE || code[sign] === TAB) sign--;
  const start = sign - 2;
  const mark = code[sign];
  const second = code[sign - 1];
  if (start < 0 || (mark !== HASH && mark !== AT) || code[start] !== SLASH) return undefined;
  if (second !== SLASH && second !== STAR) return undefined;
  const block = second === STAR;
  const valueStart = keyAt + keyLength;
  const valueEnd = findValueEnd(code, valueStart, block);
  const end = findCommentEnd(code, valueEnd, block);
  return { start, end, valueStart, valueEnd, block, sign: mark === HASH ? '#' : '@' };
}

function findValueEnd(code: Uint8Array, start: number, block: boolean): number {
  let end = start;
  for (; end < code.length; end++) {
    const byte = code[end] ?? 0;
    if (byte <= SPACE && (byte === SPACE || (byte >= TAB && byte <= CR))) break;
    if (byte === 0xe2 && isUnicodeLineEnd(code, end)) break;
    if (block && byte === STAR && code[end + 1] === SLASH) break;
  }
  return end;
}

function findCommentEnd(code: Uint8Array, from: number, block: boolean): number {
  let end = from;
  if (block) {
    while (end < code.length && !(code[end] === STAR && code[end + 1] === SLASH)) end++;
    return Math.min(end + 2, code.length);
  }
  while (end < code.length && lineEndLength(code, end) === 0) end++;
  return end;
}

/**
 * Whether the comment is one for certain, without a look at the code before its line. What could swallow it (a template, a
 * block comment, a string with continued lines) would have to close behind it, so it is enough that nothing does. On a line
 * with code before it, a string, a regular expression or another line comment could hold it as well.
 */
function isProven(buffer: Buffer, comment: MagicComment, whole: boolean): boolean {
  if (comment.block) return false;
  const rest = buffer.subarray(comment.start + 2);
  if (rest.includes('`') || rest.includes('*/')) return false;
  const lineStart = findLineStart(buffer, comment.start);
  if (lineStart === 0 && !whole) return false;
  const before = buffer.subarray(lineStart, comment.start);
  if (isBlank(before, lineStart === 0)) return !endsWithContinuation(buffer, lineStart);
  const line = buffer.subarray(comment.start + 2, comment.end);
  const closes = line.includes('"') || line.includes("'") || line.includes('/');
  return (
    !closes && !before.includes('//') && !before.includes('<!--') && !before.includes('-->') && !before.includes('#!')
  );
}

/** LF and CR only: a line that starts behind U+2028 counts as longer, which is the careful side. */
function findLineStart(buffer: Buffer, at: number): number {
  let start = at;
  while (start > 0 && buffer[start - 1] !== LF && buffer[start - 1] !== CR) start--;
  return start;
}

function isBlank(text: Uint8Array, atFileStart: boolean): boolean {
  for (let index = atFileStart ? bomLength(text) : 0; index < text.length; index++) {
    if (text[index] !== SPACE && text[index] !== TAB) return false;
  }
  return true;
}

function endsWithContinuation(buffer: Buffer, lineStart: number): boolean {
  let last = lineStart - 1;
  while (last >= 0 && (buffer[last] === LF || buffer[last] === CR)) last--;
  return last >= 0 && buffer[last] === BACKSLASH;
}

/**
 * The answer of the tokenizer. Code that makes no sense to it (a file that is no JavaScript, or not yet) still gets the last
 * comment that was found: no browser would run that file, and a reference that is wrong finds no map.
 */
function findByTokens(code: Uint8Array, key: string): MagicComment | undefined {
  const needle = `${key}=`;
  let last: MagicComment | undefined;
  scanComments(code, (start, end, block) => {
    const mark = code[start + 2];
    if (mark !== HASH && mark !== AT) return;
    let keyAt = start + 3;
    while (code[keyAt] === SPACE || code[keyAt] === TAB) keyAt++;
    if (!startsWithAt(code, needle, keyAt)) return;
    const valueStart = keyAt + needle.length;
    const valueEnd = Math.min(findValueEnd(code, valueStart, block), block ? end - 2 : end);
    last = { start, end, valueStart, valueEnd, block, sign: mark === HASH ? '#' : '@' };
  });
  return last;
}
