import { sortByBytes } from './paths.js';

/** How artifact URLs are made; one for the whole run. */
export interface UrlOptions {
  /** @default '~' */
  readonly urlPrefix: string;
  readonly urlSuffix: string;
}

/**
 * Artifact URL of a file: prefix, with one trailing slash cut, `/`, the path below the pattern's base folder, suffix. Never
 * percent-encoded: that is the form sentry-cli 3.8.0 sends and Sentry's server compares stack frames with.
 */
export function artifactUrl(relative: string, options: UrlOptions): string {
  const prefix = options.urlPrefix.endsWith('/') ? options.urlPrefix.slice(0, -1) : options.urlPrefix;
  return `${prefix}/${relative}${options.urlSuffix}`;
}

/** What decides a file's URL. */
export interface Addressed {
  /** Path below the pattern's base folder. */
  readonly relative: string;
  /** Path below the workspace; unique. */
  readonly name: string;
}

/** A URL that several files wanted. */
export interface UrlCollision {
  readonly url: string;
  /** Name of the file that has the URL. */
  readonly winner: string;
  /** The others, each with the URL that it has instead. */
  readonly moved: readonly { readonly name: string; readonly url: string }[];
}

/**
 * Gives each file a URL of its own. Where several want the same, the one with the lowest name keeps it; the others take
 * their path below the workspace: they stay in the bundle, because debug ids find them whatever their URL is. sentry-cli
 * drops all but one of them without a word.
 */
export function assignUrls<File extends Addressed>(
  files: readonly File[],
  options: UrlOptions,
): { urls: Map<File, string>; collisions: UrlCollision[] } {
  const urls = new Map(files.map((file) => [file, artifactUrl(file.relative, options)]));
  const taken = new Set(urls.values());
  if (taken.size === files.length) return { urls, collisions: [] };
  const wanted = new Map<string, File[]>();
  for (const [file, url] of urls) {
    const group = wanted.get(url);
    if (group === undefined) wanted.set(url, [file]);
    else group.push(file);
  }
  const contested = sortByBytes([...wanted], ([url]) => url).filter(([, group]) => group.length > 1);
  return { urls, collisions: contested.map(([url, group]) => settle(url, group, { urls, taken, options })) };
}

function settle<File extends Addressed>(
  url: string,
  group: File[],
  state: { urls: Map<File, string>; taken: Set<string>; options: UrlOptions },
): UrlCollision {
  const [winner, ...others] = sortByBytes(group, ({ name }) => name);
  const moved = others.map((file) => {
    const free = freeUrl(file.name, state.taken, state.options);
    state.taken.add(free);
    state.urls.set(file, free);
    return { name: file.name, url: free };
  });
  return { url, winner: winner?.name ?? '', moved };
}

function freeUrl(name: string, taken: ReadonlySet<string>, options: UrlOptions): string {
  const url = artifactUrl(name, options);
  for (let copy = 1, free = url; ; copy += 1) {
    if (!taken.has(free)) return free;
    free = artifactUrl(`${name}.${copy}`, options);
  }
}
