import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect garbage sooner, in every thread: the action shall stay small beside the build it runs after. Call it before anything
 * big is done. What it costs in time was not measurable (bench/RESULTS.md).
 *
 * - The young generation stays at its first size. By default it grows to 48 MB per thread while many small objects are made.
 * - The old one is collected when it has grown by half. By default it may grow to a multiple of what was alive.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=50');
}
