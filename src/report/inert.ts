/**
 * Makes text that came from outside (file names, release names, a server's answer) harmless in the log. GitHub's runner
 * carries out commands that it finds there: `::name::` at the start of a line (after any whitespace), and the older `##[name]`
 * anywhere in a line.
 */

const LINE_BREAKS = /\r\n|[\r\n\v\f\u0085\u2028\u2029]/;

/** Control characters, and the marks that turn the direction of text; the tab stays. */
const UNPRINTABLE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The runner compares by the rules of the culture, which pass over invisible characters; so do we. */
const COMMAND_START = /^[\s\p{Cf}]*:\p{Cf}*:/u;

/** The lines of a text, each safe to print. */
export function inertLines(text: string): string[] {
  return text.split(LINE_BREAKS).map((line) => {
    const visible = printable(line).replace(/#(\p{Cf}*)#(\p{Cf}*)\[/gu, '#$1#$2 [');
    return COMMAND_START.test(visible) ? `| ${visible}` : visible;
  });
}

/** One line of text; line breaks become spaces, control characters their code. */
export function printable(text: string): string {
  return text.split(LINE_BREAKS).join(' ').replace(UNPRINTABLE, escapeCode);
}

/** The message of a workflow command: several lines stay several lines. */
export function commandData(text: string): string {
  const lines = text.split(LINE_BREAKS).map((line) => line.replace(UNPRINTABLE, escapeCode));
  return lines.join('\n').replace(/%/g, '%25').replace(/\n/g, '%0A');
}

/** The value of a workflow command's property. */
export function commandProperty(text: string): string {
  return printable(text).replace(/%/g, '%25').replace(/:/g, '%3A').replace(/,/g, '%2C');
}

function escapeCode(char: string): string {
  const code = char.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
}
