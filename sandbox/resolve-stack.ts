/** One line of a stack as the engine reported it. */
export interface RawFrame {
  /** Path or URL of the script. */
  readonly filename: string;
  /** As the engine names it; undefined at the top level. */
  readonly function: string | undefined;
  /** 1-based. */
  readonly lineno: number;
  /** 1-based. */
  readonly colno: number;
  /** The line of the stack text, when there was one. */
  readonly text?: string;
}

export interface ParsedStack {
  /** What stands before the first frame: `TypeError: x is not a function`. */
  readonly message: string;
  /** Innermost call first. */
  readonly frames: readonly RawFrame[];
}

const POSITION = /^(.*?):(\d+):(\d+)$/;

/** Reads the stack text of V8 (`at f (file:1:2)`), Firefox and Safari (`f@file:1:2`). Other lines are not frames. */
export function parseStack(stack: string): ParsedStack {
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => parseFrame(line) !== undefined);
  const message = lines.slice(0, first < 0 ? lines.length : first).join('\n');
  return { message, frames: lines.flatMap((line) => parseFrame(line) ?? []) };
}

function parseFrame(line: string): RawFrame | undefined {
  return parseV8(line) ?? parseGecko(line);
}

function parseV8(line: string): RawFrame | undefined {
  const text = line.trim();
  if (!text.startsWith('at ')) return undefined;
  const rest = text.slice(3).replace(/^async /, '');
  const named = /^(.*?) \((.*)\)$/.exec(rest);
  return frame(named?.[2] ?? rest, named?.[1]?.replace(/^(async|new) /, ''), text);
}

function parseGecko(line: string): RawFrame | undefined {
  const text = line.trim();
  // A url may hold an `@`, too; without a function name the line starts with the url.
  const bare = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const at = bare ? -1 : text.indexOf('@');
  if (at < 0 && !bare) return undefined;
  return frame(text.slice(at + 1), text.slice(0, Math.max(0, at)).replace(/^async\*/, '') || undefined, text);
}

function frame(place: string, name: string | undefined, text: string): RawFrame | undefined {
  const [, filename, lineno, colno] = POSITION.exec(place) ?? [];
  if (filename === undefined || filename === '') return undefined;
  const anonymous = name === '<anonymous>' || name === '';
  return { filename, function: anonymous ? undefined : name, lineno: Number(lineno), colno: Number(colno), text };
}
