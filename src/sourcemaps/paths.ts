import type { PlatformPath } from 'node:path';

/** Whether `child` is `parent` or below it. Both absolute and real; compared by segments, so `/a/bc` is not inside `/a/b`. */
export function isInside(parent: string, child: string, path: PlatformPath): boolean {
  const relative = path.relative(parent, child);
  return relative === '' || (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative));
}

const PRIVATE_FILE =
  /^(?:\.env(?:\..*)?|\.npmrc|\.yarnrc(?:\.yml)?|\.netrc|\.pypirc|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|.*\.(?:pem|key|p12|pfx))$/i;

/**
 * Whether a real path is inside the workspace and still nothing that a link or a map may lead to: a checkout's `.git/config` holds its
 * token, and git would not read it any more with a script's id in it; other names are of files that hold secrets.
 */
export function isPrivate(root: string, real: string, path: PlatformPath): boolean {
  const segments = path.relative(root, real).split(path.sep);
  return segments.some((segment) => segment.toLowerCase() === '.git') || PRIVATE_FILE.test(segments.at(-1) ?? '');
}

/** A path below `root` as users see it: relative, forward slashes; `.` for the root itself. */
export function shownName(root: string, absolute: string, path: PlatformPath): string {
  const relative = path.relative(root, absolute);
  return relative === '' ? '.' : toSlashes(relative, path);
}

/** Native separators to `/`. On Linux and macOS a backslash is a character of the file name and stays. */
export function toSlashes(text: string, path: PlatformPath): string {
  return path.sep === '\\' ? text.replaceAll('\\', '/') : text;
}

/** Joins a root-relative name and what is below it; the root itself is the empty name. */
export function joinName(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** The start of the paths of a folder's entries. A drive's or the file system's root ends in its separator already. */
export function withSeparator(folder: string, path: PlatformPath): string {
  return folder.endsWith(path.sep) ? folder : folder + path.sep;
}

/**
 * Order of the UTF-8 bytes, the order of the archive. JavaScript's own `<` compares UTF-16 units and puts emoji before
 * U+FFxx, which would make the bundle's checksum differ from the documented order.
 */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return weight(left) - weight(right);
  }
  return a.length - b.length;
}

/** Sorts in place by {@link compareBytes}; where no key holds a surrogate, JavaScript's own order is the same and much faster. */
export function sortByBytes<Item>(items: Item[], keyOf: (item: Item) => string): Item[] {
  if (items.some((item) => /[\ud800-\udfff]/.test(keyOf(item)))) {
    return items.sort((a, b) => compareBytes(keyOf(a), keyOf(b)));
  }
  return items.sort((a, b) => {
    const left = keyOf(a);
    const right = keyOf(b);
    return left < right ? -1 : left > right ? 1 : 0;
  });
}

/** Surrogates stand for code points above U+FFFF: moved behind all other units. */
function weight(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
