import {
  BANG,
  blankLength,
  bomLength,
  DOUBLE_QUOTE,
  HASH,
  lineEndLength,
  SEMICOLON,
  SINGLE_QUOTE,
  SLASH,
  STAR,
  startsWithAt,
} from './bytes.js';
import { endOfBlockComment, endOfString } from './literals.js';

/** Where the snippet goes. */
export interface Insertion {
  /** Byte offset in the script. */
  readonly at: number;
  /**
   * `line`: a line of its own at a line start, what follows moves one line down. `inline`: code follows on the line of the
   * prologue, what follows on that line moves right. `end`: behind all code, nothing moves.
   */
  readonly kind: 'line' | 'inline' | 'end';
  /** Zero-based line and UTF-16 column of `at`, as JavaScript engines count. */
  readonly line: number;
  readonly column: number;
}

interface Prologue {
  /** First byte that is no comment, blank space or directive: the end of the file when there is none. */
  readonly codeStart: number;
  /** Behind the last directive with its semicolon, or behind the hashbang line. */
  readonly directivesEnd: number;
}

/**
 * Where the snippet goes in a script with a map: behind hashbang, comments and the whole directive prologue, in front of the
 * first code. A script without code takes it before its trailing reference comment.
 *
 * @param referenceStart offset of the last reference comment
 */
export function findInsertion(code: Uint8Array, referenceStart: number | undefined): Insertion {
  const { codeStart, directivesEnd } = readPrologue(code);
  if (codeStart === code.length) {
    const end = findEndInsertion(code, referenceStart, directivesEnd);
    return end.kind === 'line' ? place(code, end.at, 'line') : end;
  }
  const lineStart = findLineStart(code, codeStart);
  const blankBefore = skipBlanks(code, lineStart) >= codeStart;
  if (blankBefore && lineStart >= directivesEnd) return place(code, lineStart, 'line');
  return place(code, codeStart, 'inline');
}

/**
 * Where the snippet goes in a script without a map of its own: behind all code, so that no position changes. Whoever has a
 * map for it (a second script with the same map, a map on another server) can still use it. The reference comment must stay
 * behind all code too, or tools stop believing it.
 */
export function findEndInsertion(code: Uint8Array, referenceStart: number | undefined, from = 0): Insertion {
  if (referenceStart !== undefined) {
    const lineStart = findLineStart(code, referenceStart);
    const alone = skipBlanks(code, lineStart) >= referenceStart;
    if (alone && lineStart >= from && skipTrivia(code, referenceStart).end === code.length) {
      // Nothing is mapped by line there, so lines are not counted: it would take a walk over the whole script.
      return { at: lineStart, kind: 'line', line: 0, column: 0 };
    }
  }
  return { at: code.length, kind: 'end', line: 0, column: 0 };
}

function place(code: Uint8Array, at: number, kind: 'line' | 'inline'): Insertion {
  let line = 0;
  let lineStart = bomLength(code);
  for (let pos = lineStart; pos < at; ) {
    const length = lineEndLength(code, pos);
    pos += Math.max(length, 1);
    if (length > 0) {
      line++;
      lineStart = pos;
    }
  }
  return { at, kind, line, column: countUnits(code, lineStart, at) };
}

/** UTF-16 units of a UTF-8 range: what source maps count columns in. */
function countUnits(code: Uint8Array, start: number, end: number): number {
  let units = 0;
  for (let pos = start; pos < end; pos++) {
    const byte = code[pos] ?? 0;
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

/** Start of the line that `at` is on; behind a byte order mark on the first one. */
function findLineStart(code: Uint8Array, at: number): number {
  const first = bomLength(code);
  let pos = Math.max(at, first);
  while (pos > first) {
    const previous = code[pos - 1];
    if (previous === 0x0a || previous === 0x0d) break;
    if (pos - 3 >= first && code[pos - 3] === 0xe2 && lineEndLength(code, pos - 3) === 3) break;
    pos--;
  }
  return pos;
}

function skipBlanks(code: Uint8Array, from: number): number {
  let pos = from;
  for (let length = blankLength(code, pos); length > 0; length = blankLength(code, pos)) pos += length;
  return pos;
}

function readPrologue(code: Uint8Array): Prologue {
  const start = bomLength(code);
  let directivesEnd = start;
  let pos = start;
  if (code[pos] === HASH && code[pos + 1] === BANG) {
    while (pos < code.length && lineEndLength(code, pos) === 0) pos++;
    pos += lineEndLength(code, pos);
    directivesEnd = pos;
  }
  for (;;) {
    pos = skipTrivia(code, pos).end;
    const end = endOfDirective(code, pos);
    if (end < 0) return { codeStart: pos, directivesEnd };
    pos = end;
    directivesEnd = end;
  }
}

/**
 * Behind the directive at `pos`, its semicolon included; -1 when there is none. A string is a directive when it is a whole
 * statement: a semicolon, a brace or the end of the file follows, or a new line with something that cannot go on with the
 * expression (then a semicolon is inserted automatically).
 */
function endOfDirective(code: Uint8Array, pos: number): number {
  if (code[pos] !== DOUBLE_QUOTE && code[pos] !== SINGLE_QUOTE) return -1;
  const end = endOfString(code, pos);
  if (end < 0) return -1;
  const next = skipTrivia(code, end);
  const byte = code[next.end];
  if (byte === SEMICOLON) return next.end + 1;
  if (byte === undefined || byte === 0x7d) return end;
  return next.newLine && !continuesExpression(code, next.end) ? end : -1;
}

/** Bytes that cannot start a statement behind an operand: `.[(,?:*%&|^<>=/` and the backtick. */
const CONTINUING = new Set([...'.[(,?:*%&|^<>=/`'].map((character) => character.charCodeAt(0)));

function continuesExpression(code: Uint8Array, pos: number): boolean {
  const byte = code[pos] ?? 0;
  if (CONTINUING.has(byte)) return true;
  const next = code[pos + 1];
  // `++` and `--` never belong to the line before.
  if (byte === 0x2b || byte === 0x2d) return next !== byte;
  if (byte === BANG) return next === 0x3d;
  return isWord(code, pos, 'in') || isWord(code, pos, 'instanceof');
}

function isWord(code: Uint8Array, pos: number, word: string): boolean {
  if (!startsWithAt(code, word, pos)) return false;
  const next = code[pos + word.length] ?? 0;
  const goesOn = next >= 0x80 || /[\w$\\]/.test(String.fromCharCode(next));
  return !goesOn;
}

interface Trivia {
  readonly end: number;
  /** A line terminator was passed, also one inside a block comment. */
  readonly newLine: boolean;
}

/** Over blank space and comments. An unterminated block comment is left where it is. */
function skipTrivia(code: Uint8Array, start: number): Trivia {
  let pos = start;
  let newLine = false;
  for (;;) {
    const from = pos;
    pos = skipBlanks(code, pos);
    const lineEnd = lineEndLength(code, pos);
    if (lineEnd > 0) {
      newLine = true;
      pos += lineEnd;
    } else if (code[pos] === SLASH && code[pos + 1] === STAR) {
      const end = endOfBlockComment(code, pos);
      if (end < 0) return { end: pos, newLine };
      newLine ||= hasLineEnd(code, pos, end);
      pos = end;
    } else if (isLineComment(code, pos, newLine || start === bomLength(code))) {
      while (pos < code.length && lineEndLength(code, pos) === 0) pos++;
    }
    if (pos === from) return { end: pos, newLine };
  }
}

/** `//`, and the HTML-like comments of scripts: `<!--`, and `-->` at the start of a line. */
function isLineComment(code: Uint8Array, pos: number, opensLine: boolean): boolean {
  if (code[pos] === SLASH && code[pos + 1] === SLASH) return true;
  return startsWithAt(code, '<!--', pos) || (opensLine && startsWithAt(code, '-->', pos));
}

function hasLineEnd(code: Uint8Array, start: number, end: number): boolean {
  for (let pos = start; pos < end; pos++) if (lineEndLength(code, pos) > 0) return true;
  return false;
}
