import { posix } from 'node:path';
import { sortByBytes } from './paths.js';
import type { SourceFile } from './types.js';

type Index = ReadonlyMap<string, readonly SourceFile[]>;

/** Maps of the same file name whose path differs from the wanted one in exactly one folder, sorted by name. */
export type Siblings = (wanted: string) => readonly SourceFile[];

/**
 * Finds `maps/a.js.map` where `code/a.js.map` is wanted: builds that keep maps out of the deployed tree put them so. The name that is
 * wanted must be that of no map.
 *
 * @param withFileName the maps that have a file name
 */
export function findSiblings(withFileName: (fileName: string) => readonly SourceFile[]): Siblings {
  const indexes = new Map<string, Index>();
  return (wanted) => {
    const fileName = posix.basename(wanted);
    const maps = withFileName(fileName);
    if (maps.length === 0) return maps;
    const index = indexes.get(fileName) ?? indexOf(maps);
    indexes.set(fileName, index);
    const found = gaps(wanted).flatMap((gap) => (index.has(gap) ? [index.get(gap) ?? []] : []));
    return found.length === 1 ? (found[0] ?? []) : sortByBytes(found.flat(), ({ name }) => name);
  };
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
