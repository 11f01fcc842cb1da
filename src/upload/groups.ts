import type { Unit } from '../sourcemaps/types.js';

/**
 * Units whose bytes are uploaded together: one chunk, or several when they don't fit in one. Only names and sizes known
 * before editing decide where a group ends, and each border only looks at the units beside it. So a file that stays the same
 * gives the same chunk in the next release, whatever was added, removed or changed elsewhere.
 */
export interface Group {
  /** Index of the first unit. */
  readonly start: number;
  /** Index after the last unit. */
  readonly end: number;
  /** Bytes on disk, before editing. */
  readonly bytes: number;
  /** Hash of the first unit's URL. */
  readonly key: number;
}

export interface GroupRules {
  /** Size around which groups end; undefined: only `maxBytes` ends a group. */
  readonly targetBytes: number | undefined;
  /** A group that would pass this ends before the unit that does; a single unit may be bigger. */
  readonly maxBytes: number;
}

const KIB = 1024;
const MIN_TARGET = 64 * KIB;
const MAX_TARGET = 512 * KIB;
/** The server looks every chunk up by its hash and joins them one by one, so their number stays in the thousands. */
const CHUNKS_AIMED_AT = 4096;

/**
 * The group size for a build: small groups re-send little when one file changes, many of them cost round trips and the
 * server's time. A power of two, so that a build that grows a little keeps its borders.
 */
export function targetFor(totalBytes: number): number {
  let target = MIN_TARGET;
  while (target < MAX_TARGET && totalBytes / target > CHUNKS_AIMED_AT) target *= 2;
  return target;
}

/** 32-bit hash of a string: FNV-1a with a final mix, so that names which differ in the last letter are far apart. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Bytes of a unit's files on disk. */
export function unitBytes(unit: Unit): number {
  return (unit.js?.size ?? 0) + (unit.map?.size ?? 0);
}

/**
 * A group ends after a unit with a chance proportional to the unit's size: groups come out near the target, and a big unit
 * stands alone instead of being sent again because of a small neighbour. The size is taken as a power of two so that an edit
 * of a few bytes moves no border.
 */
function endsGroup(hash: number, bytes: number, targetBytes: number): boolean {
  return hash / 2 ** 32 < 2 ** Math.floor(Math.log2(bytes + 1)) / targetBytes;
}

/** Divides units, in archive order, into groups. */
export function groupUnits(units: readonly Unit[], rules: GroupRules): readonly Group[] {
  const { targetBytes, maxBytes } = rules;
  const groups: Group[] = [];
  let start = 0;
  let bytes = 0;
  let key = 0;
  const close = (end: number): void => {
    if (end > start) groups.push({ start, end, bytes, key });
    start = end;
    bytes = 0;
  };
  units.forEach((unit, index) => {
    const size = unitBytes(unit);
    const hash = hashText(unit.js?.url ?? unit.map?.url ?? '');
    if (bytes + size > maxBytes || (targetBytes !== undefined && size >= targetBytes)) close(index);
    if (start === index) key = hash;
    bytes += size;
    if (targetBytes !== undefined && endsGroup(hash, size, targetBytes)) close(index + 1);
  });
  close(units.length);
  return groups;
}
