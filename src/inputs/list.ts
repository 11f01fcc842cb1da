/**
 * How a list is written in a workflow. `words`: entries never hold spaces (slugs, extensions), so newlines, commas and spaces
 * all separate. `paths`: as `words` on one line, but when there are several lines each line is one entry, which may then hold
 * spaces. `names`: only newlines and commas separate.
 */
export type ListStyle = 'words' | 'paths' | 'names';

/** An opening quote without its partner; the caller turns it into an error that names the input. */
export class UnclosedQuote extends Error {}

/**
 * Splits a list. Entries may be quoted with ' or "; commas inside braces belong to the entry, so that a glob such as
 * `dist/*.{js,map}` stays whole. Empty entries are dropped.
 */
export function parseList(value: string, style: ListStyle): string[] {
  const lines = value
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (style === 'paths' && lines.length > 1) return lines.map(wholeLine).filter((entry) => entry !== '');
  const separator = style === 'names' ? /,/ : /[\s,]/;
  return lines.flatMap((line) => splitLine(line, separator));
}

/** One entry a line: quotes around it and a comma after it are habits from other lists, not part of the path. */
function wholeLine(line: string): string {
  const entry = line.replace(/\s*,$/, '');
  const quote = entry.charAt(0);
  if (quote !== '"' && quote !== "'") return entry;
  if (entry.length < 2 || !entry.endsWith(quote)) throw new UnclosedQuote();
  return entry.slice(1, -1);
}

function splitLine(line: string, separator: RegExp): string[] {
  const entries: string[] = [];
  let at = 0;
  while (at < line.length) {
    const { entry, next } = readEntry(line, at, separator);
    if (entry !== '') entries.push(entry);
    at = next;
  }
  return entries;
}

function readEntry(line: string, start: number, separator: RegExp): { entry: string; next: number } {
  let at = start;
  while (at < line.length && /\s/.test(line.charAt(at))) at += 1;
  const first = line.charAt(at);
  if (first === '"' || first === "'") return readQuoted(line, at, first);
  let depth = 0;
  const from = at;
  for (; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === '{') depth += 1;
    else if (char === '}') depth = Math.max(0, depth - 1);
    else if (depth === 0 && separator.test(char)) break;
  }
  return { entry: line.slice(from, at).trim(), next: at + 1 };
}

function readQuoted(line: string, open: number, quote: string): { entry: string; next: number } {
  const close = line.indexOf(quote, open + 1);
  if (close === -1) throw new UnclosedQuote();
  return { entry: line.slice(open + 1, close), next: close + 1 };
}
