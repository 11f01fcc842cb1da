import type { Group } from './groups.js';

/** Groups that one worker packs in one job. */
export interface Batch {
  /** Index of the first group. */
  readonly start: number;
  /** Index after the last group. */
  readonly end: number;
  /** Slabs that the packed groups are expected to fill. */
  readonly slabs: number;
}

/** What editing and zip headers add to a unit, about. */
const EXTRA_PER_UNIT = 1024;
/** A job that packs this much is worth a message to a worker. */
const BATCH_UNITS = 128;

function expectedBytes({ bytes, start, end }: Group): number {
  return Math.ceil(bytes * 1.02) + (end - start) * EXTRA_PER_UNIT;
}

/** Divides groups into jobs of about one slab; a group that needs several slabs is a job of its own. */
export function planBatches(groups: readonly Group[], slabBytes: number, maxChunkBytes: number): readonly Batch[] {
  const batches: Batch[] = [];
  const chunksPerSlab = Math.floor(slabBytes / maxChunkBytes);
  let start = 0;
  let filled = 0;
  let units = 0;
  const close = (end: number): void => {
    if (end === start) return;
    const slabs = Math.max(1, Math.ceil(Math.ceil(filled / maxChunkBytes) / chunksPerSlab));
    batches.push({ start, end, slabs });
    start = end;
    filled = 0;
    units = 0;
  };
  groups.forEach((group, index) => {
    const expected = expectedBytes(group);
    if (filled + expected > slabBytes || units >= BATCH_UNITS) close(index);
    filled += expected;
    units += group.end - group.start;
  });
  close(groups.length);
  return batches;
}
