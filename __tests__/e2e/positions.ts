import { AnyMap, eachMapping, originalPositionFor, type SourceMapInput } from '@jridgewell/trace-mapping';

/** A script and its map, as texts. */
export interface ScriptWithMap {
  readonly code: string;
  readonly map: string;
}

/** How many mapped positions mean the same in both, and which do not (as text, for the test's message). */
export interface PositionComparison {
  readonly same: number;
  readonly different: readonly string[];
}

/** Asks the map before injection and the one after it for every mapped position: same source, line, column and name. */
export function comparePositions(before: ScriptWithMap, after: ScriptWithMap): PositionComparison {
  const [oldMap, newMap] = [parseMap(before.map), parseMap(after.map)];
  const [oldStarts, newStarts] = [lineStarts(before.code), lineStarts(after.code)];
  const { at, shift } = insertion(before.code, after.code);
  let same = 0;
  const different: string[] = [];
  eachMapping(oldMap, ({ generatedLine: line, generatedColumn: column }) => {
    const start = oldStarts[line - 1];
    if (start === undefined) return;
    const end = (oldStarts[line] ?? before.code.length + 1) - 1;
    // Maps that do not fit their script have columns behind the end of a line: those go where that end goes.
    const offset = Math.min(start + column, end);
    const moved = offset < at ? offset : offset + shift;
    if (offset < before.code.length && before.code[offset] !== after.code[moved])
      different.push(`${line}:${column} holds another character`);
    const place = positionOf(newStarts, moved);
    const expected = JSON.stringify(originalPositionFor(oldMap, { line, column }));
    const got = JSON.stringify(
      originalPositionFor(newMap, { ...place, column: place.column + start + column - offset }),
    );
    if (expected === got) same += 1;
    else different.push(`${line}:${column} was ${expected}, is ${got}`);
  });
  return { same, different };
}

function parseMap(text: string) {
  return new AnyMap(JSON.parse(text) as SourceMapInput);
}

/** Where the characters of the old text went: everything from `at` on moved by `shift`. Found by comparing, not by rules. */
function insertion(before: string, after: string): { at: number; shift: number } {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at += 1;
  const shift = after.indexOf(before.slice(at, at + 300), after.indexOf('_sentryDebugIds')) - at;
  // The inserted text may begin as the code after it does: those characters are code, and moved. A line break stays.
  while (at > 0 && before[at - 1] !== '\n' && before[at - 1] === after[at - 1 + shift]) at -= 1;
  return { at, shift };
}

/** Offset of the first character of each line. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Line (1-based) and column (0-based) of an offset. */
function positionOf(starts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) };
}
