import type { SourceFile, Unit } from '../sourcemaps/types.js';

/** Names inside the archive of one unit's files. */
export interface UnitNames {
  readonly js: string | undefined;
  readonly map: string | undefined;
}

/** `~/` and segments of characters that a URL path keeps as they are; none starts with a dot, so none is `.` or `..`. */
const PLAIN = /^~(?:\/[\w@+$!,;=()&*'~-][\w@+$!,;=()&*'~.-]*)+$/;

/** What a URL parser leaves of them: in a host (`//../a.js`), an opaque path (`app:a/../b`), a fragment. */
const DOT_SEGMENT = /(?<=\/)\.{1,2}(?=[/#]|$)/g;

/**
 * Where a file with this URL lies in the archive: `~/js/app.js` is `files/_/_/js/app.js`, `https://host/a.js` is
 * `files/https/host/a.js`. WHATWG rules decide escapes and dot segments; the query is dropped, the fragment stays
 * (as sentry-cli 3.8.0 does, observed).
 */
export function entryName(url: string): string {
  if (PLAIN.test(url)) return plainName(url);
  const parsed = parse(url.startsWith('~/') ? url.slice(2) : url);
  if (parsed === undefined) return `files/_/_/${encodeURIComponent(url)}`;
  const scheme = parsed.protocol.slice(0, -1);
  const home = parsed.host === '~' ? '_/_' : `${scheme}/${parsed.host === '' ? '_' : parsed.host}`;
  const path = parsed.pathname.startsWith('/') ? parsed.pathname : `/${parsed.pathname}`;
  return `files/${home}${path}${parsed.hash}`.replace(DOT_SEGMENT, (dots) => dots.replaceAll('.', '%2E'));
}

function plainName(url: string): string {
  return `files/_/_/${url.slice(2)}`;
}

function parse(url: string): URL | undefined {
  try {
    return new URL(url, 'http://~');
  } catch {
    return undefined;
  }
}

/**
 * The archive names of a set of files, each of which is given out once: where another file has it already, a name gets `.1`,
 * `.2`, … Only names that are not those of their URLs are kept; there are seldom any, and the set may have 100,000 files.
 */
export class EntryNames {
  /** By URL, which no two files of a set share. */
  readonly #others = new Map<string, string>();
  readonly #allPlain: boolean;

  constructor(files: readonly SourceFile[]) {
    // Plain URLs differ where their names do.
    this.#allPlain = files.every(({ url }) => PLAIN.test(url));
    if (this.#allPlain) return;
    const taken = new Set<string>();
    for (const { url } of files) {
      const name = entryName(url);
      let unique = name;
      for (let suffix = 1; taken.has(unique); suffix++) unique = `${name}.${suffix}`;
      taken.add(unique);
      if (unique !== name) this.#others.set(url, unique);
    }
  }

  /** The names of one unit's files. */
  of({ js, map }: Unit): UnitNames {
    return { js: js && this.#nameOf(js.url), map: map && this.#nameOf(map.url) };
  }

  #nameOf(url: string): string {
    return this.#allPlain ? plainName(url) : (this.#others.get(url) ?? entryName(url));
  }
}
