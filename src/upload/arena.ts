import { markAsUntransferable } from 'node:worker_threads';

/** Holds the files of a group of ordinary size; a bigger file gets memory of its own. */
const ARENA_BYTES = 2 << 20;
/** The scanners look at four bytes at a time: files start at such a border. */
const ALIGNMENT = 8;

/**
 * Memory for the files that are worked on, used again for the next ones: a buffer per file would cost a page fault for every
 * 4 KiB, and have V8 collect garbage because of memory outside of its heap.
 */
export class Arena {
  readonly #memory = Buffer.allocUnsafeSlow(ARENA_BYTES);
  #used = 0;

  constructor() {
    // freeMemory gives buffers back; this one stays.
    markAsUntransferable(this.#memory.buffer);
  }

  /** Bytes of this length, with any content. They are good until {@link Arena.reset}. */
  readonly allocate = (bytes: number): Buffer => {
    const end = this.#used + bytes;
    if (end > ARENA_BYTES) return Buffer.allocUnsafeSlow(bytes);
    const part = this.#memory.subarray(this.#used, end);
    this.#used = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    return part;
  };

  /** Takes all memory back: nobody may look at what was allocated before. */
  reset(): void {
    this.#used = 0;
  }
}
