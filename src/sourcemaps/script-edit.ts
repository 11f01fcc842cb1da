import { LF } from './bytes.js';
import type { DebugId } from './debug-id.js';
import { type Edit, replaceWith } from './edits.js';
import type { Insertion } from './insertion.js';
import type { Shift } from './mappings.js';
import { snippetFor } from './snippet.js';

/** The edits of a script, and how they move its positions. */
export interface ScriptEdit {
  readonly edits: readonly Edit[];
  readonly shift: Shift | undefined;
}

/** Snippet at `insertion`, and the id comment at the end. */
export function injectScript(code: Uint8Array, debugId: DebugId, insertion: Insertion): ScriptEdit {
  const eol = findEol(code);
  const snippet = snippetFor(debugId);
  const comment = debugIdComment(code, debugId, eol);
  const { at, kind, line, column } = insertion;
  switch (kind) {
    case 'line':
      return { edits: [replaceWith(at, at, snippet + eol), comment], shift: { kind: 'line', line } };
    case 'inline':
      // The snippet is ASCII: its length is its width in UTF-16 units.
      return {
        edits: [replaceWith(at, at, snippet), comment],
        shift: { kind: 'columns', line, column, by: snippet.length },
      };
    case 'end': {
      const before = endsLine(code) ? '' : eol;
      return {
        edits: [replaceWith(at, at, `${before}${snippet}${eol}//# debugId=${debugId}${eol}`)],
        shift: undefined,
      };
    }
  }
}

/** Only the id comment: for a script whose snippet is there already. */
export function appendDebugId(code: Uint8Array, debugId: DebugId): readonly Edit[] {
  return [debugIdComment(code, debugId, findEol(code))];
}

function debugIdComment(code: Uint8Array, debugId: DebugId, eol: string): Edit {
  const before = endsLine(code) ? '' : eol;
  return replaceWith(code.length, code.length, `${before}//# debugId=${debugId}${eol}`);
}

function endsLine(code: Uint8Array): boolean {
  const last = code[code.length - 1];
  return last === undefined || last === 0x0a || last === 0x0d;
}

/** The file's own line ending: that of its first line. */
function findEol(code: Uint8Array): '\n' | '\r\n' {
  const first = code.indexOf(LF);
  return first > 0 && code[first - 1] === 0x0d ? '\r\n' : '\n';
}
