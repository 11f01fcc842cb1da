import type { Unit } from '../sourcemaps/types.js';
import { hashText, surelyEndsChunk, surelyStartsChunk } from './cuts.js';

/** Units that one worker packs in one job. */
export interface Share {
  /** Position among the shares. */
  readonly number: number;
  readonly units: readonly Unit[];
  /** Bytes that the packed units are expected to take. */
  readonly expectedBytes: number;
}

export interface DivideRules {
  /** Shares end only at borders of chunks of this target; undefined: anywhere. */
  readonly targetBytes: number | undefined;
  /** A share ends at the first border after this much. */
  readonly shareBytes: number;
}

/** What editing and zip headers add to a unit, about. */
const EXTRA_PER_UNIT = 1024;
const GROWTH = 1.02;
/** A share ends at the first border after so many units, however small they are. */
const SHARE_UNITS = 64;

/** URL that stands for a unit where it is hashed. */
export function urlOf({ js, map }: Unit): string {
  return js?.url ?? map?.url ?? '';
}

/** Divides units, in archive order, into shares of work, whose numbers begin with `first`. */
export function divide(units: readonly Unit[], { targetBytes, shareBytes }: DivideRules, first = 0): readonly Share[] {
  const shares: Share[] = [];
  let start = 0;
  let expectedBytes = 0;
  const close = (end: number): void => {
    if (end > start) shares.push({ number: first + shares.length, units: units.slice(start, end), expectedBytes });
    start = end;
    expectedBytes = 0;
  };
  units.forEach((unit, index) => {
    const onDisk = (unit.js?.size ?? 0) + (unit.map?.size ?? 0);
    const expected = Math.ceil(onDisk * GROWTH) + EXTRA_PER_UNIT;
    const isFull = expectedBytes + expected > shareBytes || index - start >= SHARE_UNITS;
    if (isFull && (targetBytes === undefined || surelyStartsChunk(onDisk, targetBytes))) close(index);
    expectedBytes += expected;
    const isEnough = expectedBytes * 2 > shareBytes || (index - start) * 2 > SHARE_UNITS;
    if (targetBytes !== undefined && isEnough && surelyEndsChunk(hashText(urlOf(unit)), onDisk, targetBytes)) {
      close(index + 1);
    }
  });
  close(units.length);
  return shares;
}

/**
 * Slabs for one turn of a share that would take more than a quarter of all; undefined for other shares. A unit that took every slab
 * would have to wait until all are free, and everybody would wait for it.
 */
export function slabsPerTurn(share: Share, slabBytes: number, slabCount: number): number | undefined {
  const most = Math.max(1, slabCount >> 2);
  return share.units.length === 1 && slabsFor(share, slabBytes) > most ? most : undefined;
}

/** Slabs that a share is expected to fill. Chunks don't cross slabs, so a little of each is lost. */
export function slabsFor(share: Share, slabBytes: number): number {
  return Math.ceil((share.expectedBytes * 1.1) / slabBytes);
}
