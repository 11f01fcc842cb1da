/**
 * Where the archive is cut into chunks. Each border looks only at the unit before or after it, at its name and its edited
 * size. So a file that stays the same gives the same chunk in the next release, whatever was added, removed or changed
 * elsewhere; and a build that is injected already is cut as it was while it was being injected.
 */

const KIB = 1024;
const MIN_TARGET = 64 * KIB;
const MAX_TARGET = 512 * KIB;
/** Builds up to this many units get the smallest target. */
const UNITS_OF_MIN_TARGET = 16_384;

/**
 * The chunk size for a build, in bytes: small chunks re-send little when one file changes, many of them cost round trips and
 * the server's time, which looks up and joins them one by one. It follows the number of units, which editing does not change,
 * in powers of two, so that a build that grows a little keeps its borders.
 */
export function targetFor(units: number): number {
  let target = MIN_TARGET;
  for (let limit = UNITS_OF_MIN_TARGET; units > limit && target < MAX_TARGET; limit *= 2) target *= 2;
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

/** A big unit begins a chunk of its own, so that it is not sent again because of a small neighbour. */
export function startsChunk(bytes: number, targetBytes: number): boolean {
  return bytes >= targetBytes;
}

/**
 * A chunk ends after a unit with a chance proportional to the unit's size, so that chunks come out near the target whatever
 * the files' sizes. The size counts as a power of two, so that an edit of a few bytes moves no border.
 */
export function endsChunk(hash: number, bytes: number, targetBytes: number): boolean {
  return hash / 2 ** 32 < 2 ** Math.floor(Math.log2(bytes + 1)) / targetBytes;
}

/**
 * Whether a unit of this size on disk surely ends a chunk once it is edited, and whether it surely begins one. Work is
 * divided at such borders only: it must not add borders of its own. Edits lengthen files; half the size is a safe guess.
 */
export function surelyEndsChunk(hash: number, bytesOnDisk: number, targetBytes: number): boolean {
  return endsChunk(hash, bytesOnDisk / 2, targetBytes);
}

export function surelyStartsChunk(bytesOnDisk: number, targetBytes: number): boolean {
  return startsChunk(bytesOnDisk / 2, targetBytes);
}
