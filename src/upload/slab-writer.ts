import { createHash } from 'node:crypto';
import type { ChunkPlace, PackedChunk, Slabs } from './jobs.js';

/** The bytes at `place`, as a view. */
export function bytesAt(slabs: Slabs, place: ChunkPlace): Uint8Array {
  if ('bytes' in place) return place.bytes;
  return new Uint8Array(slabs.memory, place.slab * slabs.slabBytes + place.offset, place.length);
}

const EMPTY = new Uint8Array();

/** The slab being filled. */
interface OpenSlab {
  readonly slab: number | undefined;
  readonly bytes: Uint8Array;
  used: number;
}

/**
 * Lays groups into slabs and cuts them into chunks. A group that fits in what is left of a slab is one chunk; a bigger one
 * is cut every `maxChunkBytes`, counted from its start, so that its chunks depend on nothing but itself. No chunk ever
 * crosses a slab.
 */
export class SlabWriter {
  readonly #slabs: Slabs;
  readonly #maxChunkBytes: number;
  readonly #free: number[];
  #open: OpenSlab | undefined;

  constructor(slabs: Slabs, given: readonly number[], maxChunkBytes: number) {
    this.#slabs = slabs;
    this.#free = [...given];
    this.#maxChunkBytes = maxChunkBytes;
  }

  /** More slabs to fill. */
  give(slabs: readonly number[]): void {
    this.#free.push(...slabs);
  }

  /**
   * Writes one group, given as its total length and its pieces in order, chunk by chunk. When the slabs are full it says so;
   * if it is not given more before it goes on, it takes memory of its own.
   */
  *write(length: number, pieces: Iterable<Uint8Array>): Generator<PackedChunk | 'full', void> {
    let left = length;
    let target: Uint8Array = EMPTY;
    let filled = 0;
    for (const piece of pieces) {
      let from = 0;
      while (from < piece.length) {
        if (filled === target.length) {
          if (filled > 0) yield this.#seal(target);
          left -= filled;
          filled = 0;
          const bytes = Math.min(left, this.#maxChunkBytes);
          if (this.#needsSlab(bytes) && this.#free.length === 0) yield 'full';
          target = this.#room(bytes);
        }
        const part = piece.subarray(from, from + target.length - filled);
        target.set(part, filled);
        filled += part.length;
        from += part.length;
      }
    }
    if (filled > 0) yield this.#seal(target);
  }

  #needsSlab(bytes: number): boolean {
    return this.#open === undefined || this.#open.bytes.length - this.#open.used < bytes;
  }

  /** Room for one chunk; it is the caller's. */
  #room(bytes: number): Uint8Array {
    const { slabBytes, memory } = this.#slabs;
    if (this.#open === undefined || this.#needsSlab(bytes)) {
      const slab = this.#free.shift();
      const view =
        slab === undefined
          ? new Uint8Array(new SharedArrayBuffer(slabBytes))
          : new Uint8Array(memory, slab * slabBytes, slabBytes);
      this.#open = { slab, bytes: view, used: 0 };
    }
    const room = this.#open.bytes.subarray(this.#open.used, this.#open.used + bytes);
    this.#open.used += bytes;
    return room;
  }

  #seal(bytes: Uint8Array): PackedChunk {
    const sha1 = createHash('sha1').update(bytes).digest('hex');
    const slab = this.#open?.slab;
    const { slabBytes } = this.#slabs;
    const place: ChunkPlace =
      slab === undefined ? { bytes } : { slab, offset: bytes.byteOffset - slab * slabBytes, length: bytes.length };
    return { sha1, length: bytes.length, place };
  }
}
