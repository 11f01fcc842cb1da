/** Removal of path prefixes from the `sources` of a map, as sentry-cli's `--strip-prefix` and `--strip-common-prefix` do it. */

const ABSOLUTE = /^(?:\/|\\\\|[a-zA-Z]:[\\/])/;

/** A source with `sourceRoot` in front, unless it is a path or URL of its own. */
export function withSourceRoot(sourceRoot: string, source: string): string {
  if (sourceRoot === '' || source.startsWith('/') || /^https?:/.test(source)) return source;
  return `${sourceRoot}${sourceRoot.endsWith('/') ? '' : '/'}${source}`;
}

/** The first prefix that a source starts with is removed; a prefix means a folder, with or without its slash. */
export function stripPrefix(source: string, prefixes: readonly string[]): string {
  for (const prefix of prefixes) {
    const folder = prefix.endsWith('/') ? prefix : `${prefix}/`;
    if (source.startsWith(folder)) return source.slice(folder.length);
  }
  return source;
}

/** The longest folder that all absolute sources share, with a slash at the end; never the root alone. */
export function findCommonPrefix(sources: readonly string[]): string | undefined {
  const folders = sources
    .filter((source) => ABSOLUTE.test(source))
    .map((source) => source.slice(0, lastSlash(source) + 1));
  const [first, ...others] = folders;
  if (first === undefined) return undefined;
  let common = first;
  for (const folder of others) {
    const shared = common.slice(0, sharedLength(common, folder));
    common = shared.slice(0, lastSlash(shared) + 1);
  }
  return /^[\\/]*$/.test(common) ? undefined : common;
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

function lastSlash(path: string): number {
  return Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
}
