import { posix } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { escapeGlob, expandBraces, hasMagic } from './glob.js';

/** Extensions of scripts when `ext` is not given; `map` always comes on top. As sentry-cli 3.8.0's upload. */
export const DEFAULT_EXTENSIONS: readonly string[] = ['js', 'cjs', 'mjs', 'jsbundle', 'bundle'];

export interface FilterOptions {
  /** Extensions without dot; empty means {@link DEFAULT_EXTENSIONS}. */
  readonly ext: readonly string[];
  /** gitignore rules: those of `ignore_file`, then `ignore`. */
  readonly ignore: readonly string[];
  /** The patterns after `!`, with `/` as separator. */
  readonly exclusions: readonly string[];
  /** The working directory's path below the root; empty when it is the root. */
  readonly workingDirectory: string;
  /** Whether the text names an existing path, seen from the working directory: then `[` and `*` in it are plain characters. */
  exists(text: string): boolean;
}

/** Which files belong to the set. Paths use `/`; `below` is seen from the pattern's folder, `name` from the root. */
export interface Filter {
  /** Whether the name ends in one of the extensions. */
  takes(fileName: string): boolean;
  ignores(below: string, name: string, isFolder: boolean): boolean;
  /** Index of the `!` pattern that leaves this path out, or -1. */
  excludedBy(name: string, isFolder: boolean): number;
}

/** Builds the filter of a run. Throws what the `ignore` package throws on a rule it cannot read. */
export function createFilter(options: FilterOptions): Filter {
  const exclusions = options.exclusions.map((text) => rules(exclusionRules(text, options)));
  return {
    takes: extensionTest(options.ext),
    ignores: ignoreTest(options),
    excludedBy: (name, isFolder) =>
      exclusions.length === 0 ? -1 : exclusions.findIndex((rule) => rule.ignores(isFolder ? `${name}/` : name)),
  };
}

function extensionTest(ext: readonly string[]): (fileName: string) => boolean {
  const wanted = (ext.length === 0 ? DEFAULT_EXTENSIONS : ext).map((text) => text.replace(/^\*?\./, ''));
  const simple = new Set([...wanted.filter((text) => !text.includes('.')), 'map']);
  const compound = wanted.filter((text) => text.includes('.')).map((text) => `.${text}`);
  return (fileName) =>
    simple.has(fileName.slice(fileName.lastIndexOf('.') + 1)) || compound.some((suffix) => fileName.endsWith(suffix));
}

/**
 * gitignore rules count below the pattern's folder, as in sentry-cli. A rule with a slash inside also counts from the working
 * directory, because `dist/vendor` is how one writes it beside `sourcemaps: dist`. Plain names (the default) are the common
 * case and need no pattern engine.
 */
function ignoreTest(options: FilterOptions): Filter['ignores'] {
  const lines = options.ignore.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) return () => false;
  if (lines.every(isPlainName)) {
    const names = new Set(lines);
    return (below) => names.has(below.slice(below.lastIndexOf('/') + 1));
  }
  const belowFolder = rules(lines);
  const paths = lines.filter((line) => isPath(line) || /^![^/]+\/?$/.test(line));
  const belowRoot = paths.some(isPath) ? rules(paths.map((line) => rooted(line, options))) : undefined;
  return (below, name, isFolder) => {
    const slash = isFolder ? '/' : '';
    return belowFolder.ignores(below + slash) || (belowRoot?.ignores(name + slash) ?? false);
  };
}

function isPlainName(line: string): boolean {
  return !/[*?[\]{}!\\/#\s]/.test(line);
}

/** Whether a rule has a slash between two names: then it says where the file is, not only what it is called. */
function isPath(line: string): boolean {
  return /[^!/]\/[^/]/.test(line);
}

function rules(lines: readonly string[]): Ignore {
  return ignore({ ignorecase: false }).add([...lines]);
}

/** A rule of the working directory as a rule of the root. */
function rooted(line: string, options: FilterOptions): string {
  const negated = line.startsWith('!');
  const text = negated ? line.slice(1) : line;
  if (!isPath(text)) return line;
  const joined = posix.join('/', escapeGlob(options.workingDirectory), text);
  return negated ? `!${joined}` : joined;
}

/**
 * A `!` pattern as gitignore rules of the root: a folder leaves out all below it; a bare name (`!legacy`, `!*.test.js`)
 * counts at any depth, a path (`!./legacy`, `!dist/legacy`) from the working directory. The place in the list is no matter.
 */
function exclusionRules(text: string, options: FilterOptions): string[] {
  const literal = hasMagic(text) && options.exists(text);
  return (literal ? [escapeGlob(text)] : expandBraces(text)).map((pattern) => {
    if (!pattern.slice(0, -1).includes('/') && pattern !== '.' && pattern !== '..')
      return pattern.replace(/^[#!]/, '\\$&');
    const base = escapeGlob(options.workingDirectory);
    const joined = posix.normalize(pattern.startsWith('/') ? `.${pattern}` : posix.join(base, pattern));
    if (joined === '.' || joined === './') return '*';
    return joined.startsWith('../') ? '/\\..' : `/${joined}`;
  });
}
