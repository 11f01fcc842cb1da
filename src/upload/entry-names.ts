import type { Unit } from '../sourcemaps/types.js';

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
  if (PLAIN.test(url)) return `files/_/_/${url.slice(2)}`;
  const parsed = parse(url.startsWith('~/') ? url.slice(2) : url);
  if (parsed === undefined) return `files/_/_/${encodeURIComponent(url)}`;
  const scheme = parsed.protocol.slice(0, -1);
  const home = parsed.host === '~' ? '_/_' : `${scheme}/${parsed.host === '' ? '_' : parsed.host}`;
  const path = parsed.pathname.startsWith('/') ? parsed.pathname : `/${parsed.pathname}`;
  return `files/${home}${path}${parsed.hash}`.replace(DOT_SEGMENT, (dots) => dots.replaceAll('.', '%2E'));
}

function parse(url: string): URL | undefined {
  try {
    return new URL(url, 'http://~');
  } catch {
    return undefined;
  }
}

/** Gives out entry names once: a name that is taken gets `.1`, `.2`, … */
class NameRegister {
  readonly #taken = new Set<string>();

  take(url: string): string {
    const name = entryName(url);
    let unique = name;
    for (let suffix = 1; this.#taken.has(unique); suffix++) unique = `${name}.${suffix}`;
    this.#taken.add(unique);
    return unique;
  }
}

/** Archive names of all units, unique over the whole set. */
export function nameUnits(units: readonly Unit[]): readonly UnitNames[] {
  const register = new NameRegister();
  return units.map(({ js, map }) => ({ js: js && register.take(js.url), map: map && register.take(map.url) }));
}
