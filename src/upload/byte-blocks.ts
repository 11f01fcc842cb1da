/**
 * Bytes that grow, in blocks of one length (the last is shorter). What is added is copied and not kept, so that nothing has to
 * be joined in the end, when it would all be in memory twice.
 */
export class ByteBlocks {
  readonly #blockBytes: number;
  readonly #full: Uint8Array[] = [];
  #open: Uint8Array | undefined;
  #used = 0;
  #length = 0;

  /** @param blockBytes length of the blocks in bytes; at least 1 */
  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes;
  }

  /** All bytes so far. */
  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      this.#open ??= new Uint8Array(this.#blockBytes);
      const part = bytes.subarray(from, from + this.#blockBytes - this.#used);
      this.#open.set(part, this.#used);
      from += part.length;
      this.#used += part.length;
      if (this.#used === this.#blockBytes) this.#close(this.#open);
    }
    this.#length += bytes.length;
  }

  /** The blocks, in order. Nothing may be appended after it. */
  blocks(): readonly Uint8Array[] {
    if (this.#open !== undefined) this.#close(this.#open.subarray(0, this.#used));
    return this.#full;
  }

  #close(block: Uint8Array): void {
    this.#full.push(block);
    this.#open = undefined;
    this.#used = 0;
  }
}
