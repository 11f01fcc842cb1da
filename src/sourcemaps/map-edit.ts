import { asBuffer, DOUBLE_QUOTE } from './bytes.js';
import type { DebugId } from './debug-id.js';
import { applyEdits, type Edit, replaceWith } from './edits.js';
import type { MapDocument, MapObject, Section } from './map-shape.js';
import { findLine, type Shift, shiftMappings } from './mappings.js';

/** The edits that bring a map in line with its injected script: id set, positions moved. Everything else keeps its bytes. */
export function editMap(map: MapDocument, debugId: DebugId, shift: Shift | undefined): Edit[] {
  return [...(shift === undefined ? [] : shiftMap(map.bytes, map, shift)), ...setDebugId(map, debugId)];
}

/** Both spellings are written: `debugId` is the standard's, `debug_id` what older Sentry servers read. */
function setDebugId(map: MapDocument, debugId: DebugId): Edit[] {
  const edits: Edit[] = [];
  let added = '';
  for (const key of ['debugId', 'debug_id']) {
    const member = map.members.get(key);
    if (member !== undefined) {
      const old = asBuffer(map.bytes).toString(
        'latin1',
        member.valueStart,
        Math.min(member.valueEnd, member.valueStart + 64),
      );
      if (old !== `"${debugId}"`) edits.push(replaceWith(member.valueStart, member.valueEnd, `"${debugId}"`));
    } else {
      added += formatMember(map, key, `"${debugId}"`);
    }
  }
  return added === '' ? edits : [...edits, insertAtEnd(map, added)];
}

/** Blank space that is taken over from the member before: a line break and a deep indent. */
const WIDEST_GAP = 100;

/** Text of a further member, with the comma before it, laid out as the map's last member is. */
export function formatMember(map: { readonly bytes: Uint8Array } & MapObject, key: string, value: string): string {
  const { bytes, lastMember } = map;
  if (lastMember === undefined) return `"${key}":${value}`;
  const { keyStart, valueStart } = lastMember;
  let gap = keyStart;
  while (gap > keyStart - WIDEST_GAP && isBlank(bytes[gap - 1])) gap--;
  const before = asBuffer(bytes).toString('latin1', gap, keyStart);
  let colonGap = valueStart;
  while (colonGap > valueStart - WIDEST_GAP && isBlank(bytes[colonGap - 1])) colonGap--;
  return `,${before}"${key}":${asBuffer(bytes).toString('latin1', colonGap, valueStart)}${value}`;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Behind the last member, before the white space that leads to the closing brace. */
export function insertAtEnd(map: MapObject, text: string): Edit {
  const at = map.lastMember?.valueEnd ?? map.end - 1;
  return replaceWith(at, at, text);
}

/** Moves the positions of a map, or of a section's map: then `shift` counts from the section's own start. */
function shiftMap(bytes: Uint8Array, map: MapObject, shift: Shift): Edit[] {
  if (map.sections !== undefined) return map.sections.flatMap((section) => shiftSection(bytes, section, shift));
  const { mappings } = map;
  const member = map.members.get('mappings');
  if (mappings === undefined || member === undefined) return [];
  const edits = shiftMappings(mappings.bytes, mappings.start, mappings.end, shift).map(toEdit);
  const ranges = shiftRanges(bytes, map, shift);
  if (mappings.bytes === bytes || edits.length === 0) return [...edits, ...ranges];
  // Written with escapes: the edited text takes the place of the whole value. VLQ needs no escapes.
  const text = Buffer.concat([Buffer.from('"'), ...applyEdits(mappings.bytes, edits), Buffer.from('"')]);
  return [{ start: member.valueStart, end: member.valueEnd, bytes: text }, ...ranges];
}

function toEdit({ start, end, text }: { start: number; end: number; text: string }): Edit {
  return replaceWith(start, end, text);
}

/** `rangeMappings` has a group per line too; what it says of segments stays, as no segment comes or goes. */
function shiftRanges(bytes: Uint8Array, map: MapObject, shift: Shift): Edit[] {
  const member = map.members.get('rangeMappings');
  if (member === undefined || shift.kind !== 'line' || bytes[member.valueStart] !== DOUBLE_QUOTE) return [];
  const line = findLine(bytes, member.valueStart + 1, member.valueEnd - 1, shift.line);
  return line < 0 ? [] : [replaceWith(line, line, ';')];
}

/**
 * A section that starts at or behind the insertion moves as a whole; one that starts before it moves inside. Columns of a
 * section's first line count from the section's own column.
 */
function shiftSection(bytes: Uint8Array, section: Section, shift: Shift): Edit[] {
  const { line, column, map } = section;
  if (shift.kind === 'line') {
    if (line >= shift.line) return [moveNumber(section.lineMember, line + 1)];
    return map === undefined ? [] : shiftMap(bytes, map, { kind: 'line', line: shift.line - line });
  }
  if (line > shift.line) return [];
  if (line === shift.line && column >= shift.column) return [moveNumber(section.columnMember, column + shift.by)];
  if (map === undefined) return [];
  const inner = line === shift.line ? shift.column - column : shift.column;
  return shiftMap(bytes, map, { kind: 'columns', line: shift.line - line, column: inner, by: shift.by });
}

function moveNumber(member: { readonly valueStart: number; readonly valueEnd: number }, value: number): Edit {
  return replaceWith(member.valueStart, member.valueEnd, String(value));
}

/**
 * Whether a range mapping starts before the insertion: it may reach over it, and would have to be cut in two there. Only a
 * prologue of comments and directives lies before, so that a range there is odd already.
 */
export function holdsRangeBefore({ bytes, members }: MapDocument, shift: Shift): boolean {
  const member = members.get('rangeMappings');
  if (member === undefined || bytes[member.valueStart] !== DOUBLE_QUOTE) return false;
  const from = member.valueStart + 1;
  const to = member.valueEnd - 1;
  const line = findLine(bytes, from, to, shift.kind === 'line' ? shift.line : shift.line + 1);
  const before = asBuffer(bytes).toString('latin1', from, line < 0 ? to : line);
  return /[^;]/.test(before);
}

/** Whether some section before the insertion names only a URL: then its map is not here to be moved. */
export function holdsUnmovable(map: MapObject, shift: Shift): boolean {
  return (map.sections ?? []).some((section, index, all) => {
    if (section.line > shift.line || (section.line === shift.line && shift.kind === 'line')) return false;
    if (section.map !== undefined) return false;
    const next = all[index + 1];
    return next === undefined || next.line > shift.line;
  });
}
