import { posix } from 'node:path';
import { sortByBytes } from './paths.js';
import { findSiblings, type Siblings } from './siblings.js';
import type { SourceFile } from './types.js';
import type { Maps, Probe } from './unpaired.js';

/** What pairing may look at besides the files of the set. */
export interface PairOptions {
  readonly urlSuffix: string;
  /** Whether a name that is no file of the set exists on disk, inside the root. @default nothing is looked up */
  readonly probe?: Probe;
}

/** The maps of a set, for all ways to look one up. */
export interface MapIndex extends Maps {
  readonly byUrl: ReadonlyMap<string, SourceFile>;
  readonly siblings: Siblings;
  readonly options: PairOptions;
}

/** Scripts that get a suggestion of the nearest map. */
const MAX_SUGGESTIONS = 200;

/** Indexes maps, in whatever order they are given. */
export function indexMaps(maps: readonly SourceFile[], options: PairOptions): MapIndex {
  const sorted = sortByBytes([...maps], ({ name }) => name);
  const byFileName = lazyGroups(sorted, ({ name }) => posix.basename(name));
  const byFolder = lazyGroups(sorted, ({ name }) => posix.dirname(name));
  return {
    byName: new Map(sorted.map((map) => [map.name, map])),
    byUrl: new Map(sorted.map((map) => [map.url, map])),
    withFileName: byFileName,
    siblings: findSiblings(byFileName),
    inFolder: (folder) => byFolder(folder).map(({ name }) => posix.basename(name)),
    options,
    suggestions: { left: MAX_SUGGESTIONS },
  };
}

function lazyGroups(maps: readonly SourceFile[], keyOf: (map: SourceFile) => string) {
  let groups: Map<string, SourceFile[]> | undefined;
  return (key: string): readonly SourceFile[] => {
    if (groups === undefined) {
      groups = new Map();
      for (const map of maps) {
        const group = groups.get(keyOf(map));
        if (group === undefined) groups.set(keyOf(map), [map]);
        else group.push(map);
      }
    }
    return groups.get(key) ?? [];
  };
}
