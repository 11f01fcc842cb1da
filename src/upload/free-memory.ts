import * as threads from 'node:worker_threads';

interface TransferableBuffer {
  /** Moves the content to a new buffer of this length and leaves this one empty (ES2024; Node 21 and later). */
  transfer?(newLength: number): unknown;
}

/** Node 21 and later. True for Node's pool, of which small buffers are slices. */
const { isMarkedAsUntransferable } = threads as { isMarkedAsUntransferable?: (object: object) => boolean };

/** Smaller buffers may be constants of a module, and are not worth the call. */
const SMALLEST = 8 << 10;

/**
 * Gives the memory of these bytes back at once; nobody may look at them any more. Without it a thread holds 64 MiB of files
 * that it is done with before V8 thinks of collecting them, because their memory is outside of V8's heap.
 */
export function freeMemory(pieces: Iterable<Uint8Array>): void {
  if (isMarkedAsUntransferable === undefined) return;
  for (const { buffer } of pieces) {
    if (buffer.byteLength < SMALLEST || !(buffer instanceof ArrayBuffer) || isMarkedAsUntransferable(buffer)) continue;
    (buffer as TransferableBuffer).transfer?.(0);
  }
}
