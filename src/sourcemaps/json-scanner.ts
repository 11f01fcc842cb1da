import { asBuffer, BACKSLASH, CR, DOUBLE_QUOTE, LF, SPACE, TAB } from './bytes.js';
import { MapFault, malformedAt } from './map-fault.js';

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LOWER_U = 0x75;

/** Half of V8's limit for a string: what is decoded here (names, sources, mappings written with escapes) is never near it. */
const LONGEST_TEXT = 256 * 1024 * 1024;
/** Deeper than any map; without a limit, a file of brackets would fill the memory. */
const DEEPEST = 1000;

/** Bytes that end the plain part of a string: quote, backslash, control characters. */
const SPECIAL = new Uint8Array(256).fill(1, 0, SPACE);
SPECIAL[DOUBLE_QUOTE] = 1;
SPECIAL[BACKSLASH] = 1;

const ESCAPES = new Uint8Array(256);
for (const character of '"\\/bfnrt') ESCAPES[character.charCodeAt(0)] = 1;

const HEX = /^[0-9a-fA-F]{4}$/;
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/**
 * Walks JSON at byte level without building values: a map of 30 MB is read in the time of a copy, and one over V8's string
 * limit is read at all. It accepts exactly what `JSON.parse` accepts (UTF-8 validity is checked before, by native code); a
 * {@link MapFault} tells where it is malformed. Every method takes the offset of a token and gives the offset behind it.
 */
export class JsonScanner {
  readonly bytes: Uint8Array;
  private readonly end: number;
  /** The same memory as words: strings are searched four bytes at a time. */
  private readonly words: Int32Array;
  private readonly shift: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.end = bytes.length;
    this.words = new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2);
    this.shift = bytes.byteOffset;
  }

  /** Behind the white space at `pos`. */
  skipBlank(pos: number): number {
    const { bytes } = this;
    let next = pos;
    for (; next < this.end; next++) {
      const byte = bytes[next] ?? 0;
      if (byte > SPACE || (byte !== SPACE && byte !== LF && byte !== CR && byte !== TAB)) break;
    }
    return next;
  }

  skipValue(pos: number): number {
    const byte = this.bytes[pos];
    if (byte === DOUBLE_QUOTE) return this.skipString(pos);
    if (byte === OPEN_BRACKET || byte === OPEN_BRACE) return this.skipNested(pos);
    return this.skipScalar(pos);
  }

  skipString(start: number): number {
    const { bytes, end } = this;
    if (bytes[start] !== DOUBLE_QUOTE) throw malformedAt(start);
    let pos = start + 1;
    for (;;) {
      pos = this.skipPlainWords(pos);
      if (pos >= end) throw malformedAt(end);
      const byte = bytes[pos] ?? 0;
      if (SPECIAL[byte] === 0) pos++;
      else if (byte === DOUBLE_QUOTE) return pos + 1;
      else if (byte === BACKSLASH) pos = this.skipEscape(pos);
      else throw malformedAt(pos);
    }
  }

  /** Over whole words that hold neither quote nor backslash nor control character; stays put between word borders. */
  private skipPlainWords(pos: number): number {
    const words = this.words;
    const shift = this.shift;
    if (((shift + pos) & 3) !== 0) return pos;
    const last = Math.floor((shift + this.end) / 4);
    let index = (shift + pos) / 4;
    for (; index < last; index++) {
      const word = words[index] ?? 0;
      const quote = word ^ 0x22222222;
      const backslash = word ^ 0x5c5c5c5c;
      // The high bit of a byte is set where `quote` or `backslash` has a zero byte, or the word one below 0x20.
      const hits =
        ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash) | ((word - 0x20202020) & ~word);
      if ((hits & 0x80808080) !== 0) break;
    }
    return index * 4 - shift;
  }

  private skipEscape(pos: number): number {
    const { bytes } = this;
    const mark = bytes[pos + 1] ?? 0;
    if (ESCAPES[mark] === 1) return pos + 2;
    if (mark !== LOWER_U || !HEX.test(asBuffer(bytes).toString('latin1', pos + 2, pos + 6))) throw malformedAt(pos);
    return pos + 6;
  }

  private skipScalar(start: number): number {
    const { bytes } = this;
    let end = start;
    for (; end < this.end; end++) {
      const byte = bytes[end] ?? 0;
      if (byte <= SPACE || byte === COMMA || byte === CLOSE_BRACKET || byte === CLOSE_BRACE || byte === COLON) break;
    }
    const text = end - start > 400 ? '' : asBuffer(bytes).toString('latin1', start, end);
    if (text !== 'null' && text !== 'true' && text !== 'false' && !NUMBER.test(text)) throw malformedAt(start);
    return end;
  }

  /** An array or object with all it holds; by a stack of its own, so that no depth of nesting breaks ours. */
  private skipNested(start: number): number {
    const { bytes } = this;
    const closers: number[] = [];
    let pos = start;
    for (;;) {
      const byte = bytes[pos];
      if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
        if (closers.push(byte + 2) > DEEPEST) throw malformedAt(pos);
        const inner = this.skipBlank(pos + 1);
        if (bytes[inner] !== byte + 2) {
          pos = byte === OPEN_BRACE ? this.skipKey(inner) : inner;
          continue;
        }
        closers.pop();
        pos = inner + 1;
      } else {
        pos = byte === DOUBLE_QUOTE ? this.skipString(pos) : this.skipScalar(pos);
      }
      pos = this.closeNested(pos, closers);
      if (closers.length === 0) return pos;
    }
  }

  /** Behind a value inside brackets: over all that close here, to the start of the next value. */
  private closeNested(from: number, closers: number[]): number {
    const { bytes } = this;
    let pos = from;
    while (closers.length > 0) {
      const closer = closers[closers.length - 1] ?? 0;
      pos = this.skipBlank(pos);
      if (bytes[pos] === COMMA) {
        pos = this.skipBlank(pos + 1);
        return closer === CLOSE_BRACE ? this.skipKey(pos) : pos;
      }
      if (bytes[pos] !== closer) throw malformedAt(pos);
      closers.pop();
      pos++;
    }
    return pos;
  }

  /** From a key to the start of its value. */
  private skipKey(pos: number): number {
    const colon = this.skipBlank(this.skipString(pos));
    if (this.bytes[colon] !== COLON) throw malformedAt(colon);
    return this.skipBlank(colon + 1);
  }

  /** Visits the elements of the array at `pos`; `visit` gets where one starts and says where it ends. */
  forEachElement(pos: number, visit: (start: number) => number): number {
    const { bytes } = this;
    if (bytes[pos] !== OPEN_BRACKET) throw malformedAt(pos);
    let next = this.skipBlank(pos + 1);
    if (bytes[next] === CLOSE_BRACKET) return next + 1;
    for (;;) {
      next = this.skipBlank(visit(next));
      if (bytes[next] === CLOSE_BRACKET) return next + 1;
      if (bytes[next] !== COMMA) throw malformedAt(next);
      next = this.skipBlank(next + 1);
    }
  }

  /** Visits the members of the object at `pos`; `visit` gets key and places, and says where the value ends. */
  forEachMember(pos: number, visit: (key: string, keyStart: number, valueStart: number) => number): number {
    const { bytes } = this;
    if (bytes[pos] !== OPEN_BRACE) throw malformedAt(pos);
    let next = this.skipBlank(pos + 1);
    if (bytes[next] === CLOSE_BRACE) return next + 1;
    for (;;) {
      const valueStart = this.skipKey(next);
      next = this.skipBlank(visit(this.keyAt(next), next, valueStart));
      if (bytes[next] === CLOSE_BRACE) return next + 1;
      if (bytes[next] !== COMMA) throw malformedAt(next);
      next = this.skipBlank(next + 1);
    }
  }

  /** Keys may be written with escapes. One that is longer than any we know needs no decoding. */
  private keyAt(start: number): string {
    const end = this.skipString(start);
    return end - start > 256 ? '' : this.textOf(start, end);
  }

  /** The text of the string `[start, end)`, quotes included in the range. */
  textOf(start: number, end: number): string {
    if (end - start > LONGEST_TEXT) throw new MapFault('a text in it that must be decoded is longer than 256 MB');
    const raw = asBuffer(this.bytes).toString('utf8', start + 1, end - 1);
    return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
  }
}
