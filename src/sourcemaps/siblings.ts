import { sortByBytes } from './paths.js';
import type { SourceFile } from './types.js';

type Index = ReadonlyMap<string, readonly SourceFile[]>;

/** One for each list of maps, made when it is first asked for. */
const indexes = new WeakMap<readonly SourceFile[], Index>();

/**
 * Maps of the same file name whose path differs from the wanted one in exactly one folder: `code/a.js.map` and
 * `maps/a.js.map`. Builds that keep maps out of the deployed tree put them so.
 *
 * @param wanted the name of none of the maps
 * @param sameFileName maps with the file name of `wanted`, sorted by name; always the same list for it
 */
export function siblings(wanted: string, sameFileName: readonly SourceFile[]): readonly SourceFile[] {
  if (sameFileName.length === 0) return sameFileName;
  const index = indexes.get(sameFileName) ?? indexOf(sameFileName);
  indexes.set(sameFileName, index);
  const found = gaps(wanted).flatMap((gap) => (index.has(gap) ? [index.get(gap) ?? []] : []));
  return found.length === 1 ? (found[0] ?? []) : sortByBytes(found.flat(), ({ name }) => name);
}

/** Looked up, not compared one by one: a build may have thousands of `index.js` and as many maps. */
function indexOf(maps: readonly SourceFile[]): Index {
  const index = new Map<string, SourceFile[]>();
  for (const map of maps) {
    for (const gap of gaps(map.name)) {
      const list = index.get(gap);
      if (list === undefined) index.set(gap, [map]);
      else list.push(map);
    }
  }
  return index;
}

/** Folders of a path that is looked at: of deeper ones there would be too many gaps. */
const MOST_FOLDERS = 32;

/** The path without one of its folders, for each: `/x/a.js.map` and `code//a.js.map` of `code/x/a.js.map`. */
function gaps(name: string): string[] {
  const parts = name.split('/');
  return parts.length > MOST_FOLDERS
    ? []
    : parts.slice(1).map((_, gap) => parts.map((part, index) => (index === gap ? '' : part)).join('/'));
}
