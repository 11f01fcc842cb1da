import { BACKSLASH, BACKTICK, CR, DOLLAR, LF, lineEndLength, SLASH, STAR } from './bytes.js';

/** Ends of JavaScript's literals and comments. Each takes the offset of the opening mark and gives the offset behind the end. */

/** Behind the closing quote; -1 when the line or the file ends first. U+2028 and U+2029 are allowed inside since ES2019. */
export function endOfString(code: Uint8Array, start: number): number {
  const quote = code[start];
  for (let pos = start + 1; pos < code.length; pos++) {
    const byte = code[pos];
    if (byte === quote) return pos + 1;
    if (byte === BACKSLASH) pos += code[pos + 1] === CR && code[pos + 2] === LF ? 2 : 1;
    else if (byte === LF || byte === CR) return -1;
  }
  return -1;
}

/** Behind the closing slash, flags left out; -1 when the line ends first: then it was no regular expression. */
export function endOfRegularExpression(code: Uint8Array, start: number): number {
  let inClass = false;
  for (let pos = start + 1; pos < code.length && lineEndLength(code, pos) === 0; pos++) {
    const byte = code[pos];
    if (byte === BACKSLASH) {
      // A backslash does not join lines here: a slash on the next line would be taken for the end.
      if (lineEndLength(code, pos + 1) > 0) return -1;
      pos++;
    } else if (byte === 0x5b) inClass = true;
    else if (byte === 0x5d) inClass = false;
    else if (byte === SLASH && !inClass) return pos + 1;
  }
  return -1;
}

/**
 * From behind the opening backtick, or behind the `}` of a substitution: behind the closing backtick, or behind the next `${`
 * (then the byte before the answer is the brace); -1 when the file ends first.
 */
export function endOfTemplateChunk(code: Uint8Array, from: number): number {
  for (let pos = from; pos < code.length; pos++) {
    const byte = code[pos];
    if (byte === BACKSLASH) pos++;
    else if (byte === BACKTICK) return pos + 1;
    else if (byte === DOLLAR && code[pos + 1] === 0x7b) return pos + 2;
  }
  return -1;
}

/** Behind the closing mark of a block comment; -1 when the file ends first. */
export function endOfBlockComment(code: Uint8Array, start: number): number {
  for (let pos = start + 2; pos < code.length; pos++) {
    if (code[pos] === STAR && code[pos + 1] === SLASH) return pos + 2;
  }
  return -1;
}
