import type { ChunkPlace, Slabs } from './jobs.js';

interface Waiter {
  readonly count: number;
  resolve(slabs: readonly number[]): void;
}

/**
 * Gives slabs out and takes them back: the back-pressure of the upload. Reading stops when the network cannot keep up,
 * because no slab is free. A slab is free again when everybody who held a part of it has let go.
 */
export class SlabPool {
  readonly slabs: Slabs;
  readonly count: number;
  readonly #free: number[];
  readonly #holds: Int32Array;
  readonly #waiting: Waiter[] = [];

  constructor(count: number, slabBytes: number) {
    this.slabs = { memory: new SharedArrayBuffer(count * slabBytes), slabBytes };
    this.count = count;
    this.#free = Array.from({ length: count }, (_, index) => index);
    this.#holds = new Int32Array(count);
  }

  /** True while somebody waits for slabs. */
  get starved(): boolean {
    return this.#waiting.length > 0;
  }

  /** Up to `count` slabs, each held once; never more than there are, so that it cannot wait for ever. */
  acquire(count: number): Promise<readonly number[]> {
    return new Promise((resolve) => {
      this.#waiting.push({ count: Math.min(count, this.count), resolve });
      this.#serve();
    });
  }

  /**
   * The same, before all others that wait: for a share that the shares behind it wait for, with the slabs they hold. It must
   * ask for no more than it had before, which come back without anybody's help.
   */
  acquireFirst(count: number): Promise<readonly number[]> {
    return new Promise((resolve) => {
      this.#waiting.unshift({ count: Math.min(count, this.count), resolve });
      this.#serve();
    });
  }

  /** Holds the slab of a chunk once more. */
  hold(place: ChunkPlace): void {
    if ('slab' in place) this.#holds[place.slab] = (this.#holds[place.slab] ?? 0) + 1;
  }

  /** Undoes one {@link SlabPool.hold}. */
  release(place: ChunkPlace): void {
    if ('slab' in place) this.letGo(place.slab);
  }

  /** Gives one hold of a slab back. */
  letGo(slab: number): void {
    const holds = (this.#holds[slab] ?? 0) - 1;
    this.#holds[slab] = holds;
    if (holds > 0) return;
    this.#free.push(slab);
    this.#serve();
  }

  #serve(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || next.count > this.#free.length) return;
      this.#waiting.shift();
      const slabs = this.#free.splice(-next.count, next.count);
      for (const slab of slabs) this.#holds[slab] = 1;
      next.resolve(slabs);
    }
  }
}
