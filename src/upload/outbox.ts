import type { ChunkOptions, ChunkPart } from '../sentry/types.js';
import { freeMemory } from './free-memory.js';

/** A request in the making: encoded chunks, one after another in a buffer that is used again and again. */
export interface Envelope {
  readonly buffer: Uint8Array;
  readonly parts: (ChunkPart & { readonly length: number })[];
  /** Bytes of the buffer that are taken. */
  used: number;
  /** Bytes of the chunks before they were encoded. */
  rawBytes: number;
}

/** Longest request body; far above what 32 MiB of scripts compress to. It is not zeroed, so only what is written to takes memory. */
const ENVELOPE_BYTES = 8 << 20;

/**
 * Fills requests with encoded chunks, greedily and in order. The chunks are copied into buffers that are kept for later
 * requests: left to the garbage collector they would pile up, because their memory is outside of V8's heap.
 */
export class Outbox {
  readonly #limits: Pick<ChunkOptions, 'chunksPerRequest' | 'maxRequestSize'>;
  readonly #full: Envelope[] = [];
  readonly #spare: Uint8Array[] = [];
  #open: Envelope | undefined;
  #bytes = 0;

  constructor(limits: Pick<ChunkOptions, 'chunksPerRequest' | 'maxRequestSize'>) {
    this.#limits = limits;
  }

  /** Encoded bytes that are not acknowledged yet. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#full.length === 0 && this.#open === undefined;
  }

  /** Takes encoded chunks that lie one after another in `encoded`, which is freed. */
  add(
    chunks: readonly { readonly sha1: string; readonly length: number }[],
    lengths: readonly number[],
    encoded: Uint8Array,
  ): void {
    let at = 0;
    chunks.forEach(({ sha1, length }, index) => {
      const size = lengths[index] ?? 0;
      const envelope = this.#envelopeFor(length, size);
      const body = envelope.buffer.subarray(envelope.used, envelope.used + size);
      body.set(encoded.subarray(at, at + size));
      envelope.parts.push({ sha1, length, body });
      envelope.used += size;
      envelope.rawBytes += length;
      at += size;
    });
    this.#bytes += encoded.length;
    freeMemory([encoded]);
  }

  /** The next request; with `evenIfNotFull` also one that has room left. */
  take(evenIfNotFull: boolean): Envelope | undefined {
    if (this.#open !== undefined && (evenIfNotFull || this.#open.parts.length >= this.#limits.chunksPerRequest))
      this.#seal();
    return this.#full.shift();
  }

  /** Gives an envelope back once the server has acknowledged it. */
  done(envelope: Envelope): void {
    this.#bytes -= envelope.used;
    if (envelope.buffer.length === ENVELOPE_BYTES) this.#spare.push(envelope.buffer);
  }

  #envelopeFor(rawBytes: number, size: number): Envelope {
    const { chunksPerRequest, maxRequestSize } = this.#limits;
    const open = this.#open;
    if (open !== undefined) {
      const fits = open.used + size <= open.buffer.length && open.rawBytes + rawBytes <= maxRequestSize;
      if (fits && open.parts.length < chunksPerRequest) return open;
      this.#seal();
    }
    const buffer =
      (size <= ENVELOPE_BYTES ? this.#spare.pop() : undefined) ??
      Buffer.allocUnsafeSlow(Math.max(ENVELOPE_BYTES, size));
    this.#open = { buffer, parts: [], used: 0, rawBytes: 0 };
    return this.#open;
  }

  #seal(): void {
    if (this.#open !== undefined) this.#full.push(this.#open);
    this.#open = undefined;
  }
}
