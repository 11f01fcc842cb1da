import { parseUrl } from '../parse-url.js';

/**
 * Markdown made of text that may hold anything. Everything Markdown, GitHub's extensions (mentions, issue numbers, formulas, emoji
 * names) or HTML could act on becomes a character reference, which shows as the character and does nothing.
 */

/** Longest single text in a summary, counted as it is written. */
const MAX_TEXT = 300;

/**
 * A colon is left alone where it ends a word or stands in a time, so that the text stays readable where it is printed as it is;
 * elsewhere it could make an emoji or a link.
 */
const ACTIVE = /[&<>"`|*_[\]\\~$@]|#(?=\w)|(?<!\d):(?=\S)/g;

/** What would begin a list, a heading or a rule when the text begins a line. */
const STARTS_BLOCK = /^(?:[-+=#]|\d(?=\d*[.)](?:\s|$)))/;

/** Text, safe anywhere on a line, also in a table; at most `max` characters as written. */
export function text(value: string, max = MAX_TEXT): string {
  const line = value
    .slice(0, max + 1)
    .replace(/[\s\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, ' ')
    .trim();
  const inert = line.replace(ACTIVE, reference).replace(STARTS_BLOCK, reference);
  return inert.length <= max ? inert : `${inert.slice(0, max).replace(/&[#\d]*$|[\ud800-\udbff]$/, '')}…`;
}

/** Text in a fixed-width font. */
export function code(value: string, max = MAX_TEXT): string {
  return `<code>${text(value, max)}</code>`;
}

/** A link when the address is http or https, else only the content. `content` is Markdown already. */
export function link(content: string, url: string | null | undefined): string {
  const parsed = url && /^https?:\/\//i.test(url) && url.length <= 2000 ? parseUrl(url) : undefined;
  if (parsed === undefined) return content;
  return `<a href="${parsed.href.replace(ACTIVE, reference)}">${content}</a>`;
}

/** A table; cells are Markdown already. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly string[] = [],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => align[index] ?? '---')), ...rows.map(line)].join('\n');
}

/** A block that opens on a click. The blank lines are what makes Markdown inside it work. */
export function details(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

function reference(char: string): string {
  return `&#${char.charCodeAt(0)};`;
}
