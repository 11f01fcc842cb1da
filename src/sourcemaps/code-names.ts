import { posix } from 'node:path';

/** Text that a pattern or `ext` may name beside scripts, in which a line of JavaScript would break something. */
const NO_CODE: ReadonlySet<string> = new Set(
  'css scss sass less styl html htm xhtml json xml svg txt md vue svelte'.split(' ').map((name) => `.${name}`),
);

/**
 * Whether JavaScript may be put into the file, by its extension. An unknown one counts as a script: the user named it. A snippet in front
 * of a stylesheet takes its first rule away; sentry-cli puts one there.
 */
export function isCode(name: string): boolean {
  return !NO_CODE.has(posix.extname(name).toLowerCase());
}
