import { MapFault } from './map-fault.js';

/** Edits of a `mappings` text. Offsets are bytes in the text. */
export interface MappingsEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What was inserted into the script, as far as positions care. */
export type Shift =
  /** A whole line before line `line` (zero-based). */
  | { readonly kind: 'line'; readonly line: number }
  /** `by` UTF-16 units on line `line`, in front of column `column`. */
  | { readonly kind: 'columns'; readonly line: number; readonly column: number; readonly by: number };

const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int8Array(256).fill(-1);
for (let value = 0; value < 64; value++) VALUES[DIGITS.charCodeAt(value)] = value;

/** Digits of one number: 13 hold 64 bits, which is where sentry-cli stops too. */
const LONGEST_NUMBER = 13;

/*
 * Mappings are checked by a table: one look-up per byte, and code runs only where something is counted (lines, sources,
 * names) or wrong. It is the hottest loop of the injection: a third of a map's bytes are mappings.
 *
 * A state is a field and the number of digits read of it. States of the fields 0 to 4: `field * 14 + digits` for a number that
 * goes on, `BETWEEN + field` when the number before field `field` is complete (field 0: at the start of a segment).
 */
const FIELDS = 5;
const PER_FIELD = LONGEST_NUMBER + 1;
const BETWEEN = FIELDS * PER_FIELD;
const BROKEN = BETWEEN + FIELDS + 1;
const STATES = BROKEN + 1;
/** Set in a table entry when the byte needs code. */
const EVENT = 0x80;
const SOURCE_FIELD = 1;
const NAME_FIELD = 4;
/** Entries: plain; without names; without sources; without either. */
const TABLES = [buildTable(true, true), buildTable(true, false), buildTable(false, true), buildTable(false, false)];

function buildTable(hasSources: boolean, hasNames: boolean): Uint8Array {
  const table = new Uint8Array(STATES * 256).fill(BROKEN | EVENT);
  for (let field = 0; field <= FIELDS; field++) {
    const between = BETWEEN + field;
    // A segment has one, four or five numbers.
    if (field === 0 || field === 1 || field === 4 || field === 5) {
      table[between * 256 + COMMA] = BETWEEN;
      table[between * 256 + SEMICOLON] = BETWEEN | EVENT;
    }
    if (field === FIELDS) continue;
    for (let digits = 0; digits < LONGEST_NUMBER; digits++) {
      const state = digits === 0 ? between : field * PER_FIELD + digits;
      // `A`, "the same as before", is what most segments say: no event, unless there is nothing it could mean.
      const same = digits === 0 && (field === SOURCE_FIELD ? hasSources : hasNames);
      for (let value = 0; value < 64; value++) addDigit(table, state, field, digits, value, same && value === 0);
    }
  }
  return table;
}

function addDigit(
  table: Uint8Array,
  state: number,
  field: number,
  digits: number,
  value: number,
  silent: boolean,
): void {
  const counted = field === SOURCE_FIELD || field === NAME_FIELD;
  const next = value >= 32 ? field * PER_FIELD + digits + 1 : BETWEEN + field + 1;
  table[state * 256 + DIGITS.charCodeAt(value)] = next | (counted && !silent ? EVENT : 0);
}

/** What a check of mappings found out. */
export interface MappingsFacts {
  /** Zero-based last line with a segment; -1 when there is none. */
  readonly lastLine: number;
}

/**
 * Checks a `mappings` text: base64 digits, numbers per segment, and that every source and name it points to exists.
 *
 * @throws MapFault that names the line
 */
export function checkMappings(
  bytes: Uint8Array,
  start: number,
  end: number,
  sources: number,
  names: number,
): MappingsFacts {
  const check: Check = { ...START, sources, names };
  for (let from = start; from < end; from += BLOCK_BYTES)
    checkBlock(check, bytes, from, Math.min(from + BLOCK_BYTES, end));
  if (!isComplete(check.state)) throw new MapFault(`its mappings break off in line ${check.line + 1}`);
  return { lastLine: findLastLine(bytes, start, end, check.line) };
}

/** Where a check stands between two blocks. */
interface Check {
  readonly sources: number;
  readonly names: number;
  state: number;
  line: number;
  source: number;
  name: number;
  /** Of the number that is being read: what its digits gave so far, and what the next one counts. */
  value: number;
  scale: number;
}

const START = { state: BETWEEN, line: 0, source: 0, name: 0, value: 0, scale: 1 };
/**
 * Bytes that are checked in one call. V8 compiles a function that is called often as a whole; a single loop over all is compiled
 * in the middle of a run, for that run alone: it threw that code away at the end of hundreds of maps.
 */
const BLOCK_BYTES = 1024;

function checkBlock(check: Check, bytes: Uint8Array, from: number, to: number): void {
  const { sources, names } = check;
  const table = TABLES[(sources === 0 ? 2 : 0) + (names === 0 ? 1 : 0)] ?? new Uint8Array();
  let { state, line, source, name, value, scale } = check;
  for (let pos = from; pos < to; pos++) {
    const byte = bytes[pos] ?? 0;
    const before = state;
    state = table[(state << 8) | byte] ?? 0;
    if (state < EVENT) continue;
    state &= ~EVENT;
    if (byte === SEMICOLON && state === BETWEEN) {
      line++;
      continue;
    }
    if (state === BROKEN) throw brokenSegment(before, byte, line);
    const digit = VALUES[byte] ?? 0;
    value += (digit & 31) * scale;
    scale *= 32;
    if (digit >= 32) continue;
    const delta = signed(value);
    value = 0;
    scale = 1;
    if (state === BETWEEN + SOURCE_FIELD + 1) {
      source += delta;
      if (source < 0 || source >= sources) throw missing('source', source, sources, line);
    } else {
      name += delta;
      if (name < 0 || name >= names) throw missing('name', name, names, line);
    }
  }
  check.state = state;
  check.line = line;
  check.source = source;
  check.name = name;
  check.value = value;
  check.scale = scale;
}

function isComplete(state: number): boolean {
  const field = state - BETWEEN;
  return field === 0 || field === 1 || field === 4 || field === 5;
}

function brokenSegment(state: number, byte: number, line: number): MapFault {
  const place = `in line ${line + 1} of its mappings`;
  if (VALUES[byte] === -1 && byte !== COMMA && byte !== SEMICOLON) {
    return new MapFault(`there is a byte 0x${byte.toString(16).padStart(2, '0')}, no base64 digit, ${place}`);
  }
  if (state < BETWEEN) return new MapFault(`a number is cut or too big ${place}`);
  return new MapFault(`a segment has a wrong number of fields ${place}`);
}

function missing(what: 'source' | 'name', index: number, count: number, line: number): MapFault {
  return new MapFault(`a segment in line ${line + 1} of its mappings points to ${what} #${index}, but it has ${count}`);
}

/** `lines` separators were seen; those behind the last segment don't count. */
function findLastLine(bytes: Uint8Array, start: number, end: number, lines: number): number {
  let line = lines;
  for (let pos = end - 1; pos >= start; pos--) {
    const byte = bytes[pos];
    if (byte === SEMICOLON) line--;
    else if (byte !== COMMA) return line;
  }
  return -1;
}

/** The value of a number whose lowest bit is its sign. */
function signed(value: number): number {
  return value % 2 === 1 ? -(value - 1) / 2 : value / 2;
}

/**
 * The edits that move a `mappings` text (checked before) by `shift`. Other lines keep their bytes: columns start anew on every
 * line, and the other numbers of a segment count from the segment before, wherever that is.
 */
export function shiftMappings(bytes: Uint8Array, start: number, end: number, shift: Shift): MappingsEdit[] {
  const lineStart = findLine(bytes, start, end, shift.line);
  if (lineStart < 0 || start === end) return [];
  if (shift.kind === 'line') return [{ start: lineStart, end: lineStart, text: ';' }];
  return shiftColumns(bytes, lineStart, end, shift.column, shift.by);
}

/** Start of a line; -1 when the text ends before it. */
export function findLine(bytes: Uint8Array, start: number, end: number, line: number): number {
  let pos = start;
  for (let left = line; left > 0; left--) {
    while (pos < end && bytes[pos] !== SEMICOLON) pos++;
    if (pos >= end) return -1;
    pos++;
  }
  return pos;
}

/** Segments may be unsorted: each that stands at or behind the column moves, whatever comes before it. */
function shiftColumns(bytes: Uint8Array, lineStart: number, end: number, column: number, by: number): MappingsEdit[] {
  const edits: MappingsEdit[] = [];
  let old = 0;
  let moved = 0;
  let pos = lineStart;
  while (pos < end && bytes[pos] !== SEMICOLON) {
    if (bytes[pos] === COMMA) {
      pos++;
      continue;
    }
    const field = readNumber(bytes, pos, end);
    old += field.value;
    const target = old >= column ? old + by : old;
    if (target - moved !== field.value) edits.push({ start: pos, end: field.end, text: encodeNumber(target - moved) });
    moved = target;
    pos = field.end;
    while (pos < end && bytes[pos] !== COMMA && bytes[pos] !== SEMICOLON) pos++;
  }
  return edits;
}

function readNumber(bytes: Uint8Array, start: number, limit: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  let pos = start;
  while (pos < limit) {
    const digit = VALUES[bytes[pos++] ?? 0] ?? 0;
    value += (digit & 31) * scale;
    scale *= 32;
    if (digit < 32) break;
  }
  return { value: signed(value), end: pos };
}

/** A number in base64 VLQ. */
export function encodeNumber(value: number): string {
  let rest = value < 0 ? -value * 2 + 1 : value * 2;
  let text = '';
  do {
    const digit = rest % 32;
    rest = Math.floor(rest / 32);
    text += DIGITS.charAt(rest > 0 ? digit + 32 : digit);
  } while (rest > 0);
  return text;
}
