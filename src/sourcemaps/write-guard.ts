import { ActionError } from '../errors.js';

/** Two numbers that all threads share: how many of them are replacing files, and whether nobody may begin any more. */
const WRITING = 0;
const CLOSED = 1;

/** Memory for {@link whileWriting} and {@link stopWriting}. */
export function createWriteGuard(): SharedArrayBuffer {
  return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
}

/**
 * Does `write`, which {@link stopWriting} waits for. A thread that is terminated stops between two calls of the file system:
 * without this a cancelled run left a script with an id whose map had none, and a temporary file beside it.
 *
 * @throws ActionError `cancelled` when the run is being ended; then nothing was written
 */
export function whileWriting(guard: SharedArrayBuffer | undefined, write: () => void): void {
  if (guard === undefined) {
    write();
    return;
  }
  const cells = new Int32Array(guard);
  // Counted before it is asked: whoever closes either sees this thread, or this thread sees the end.
  Atomics.add(cells, WRITING, 1);
  try {
    if (Atomics.load(cells, CLOSED) === 1) throw new ActionError('cancelled', 'The run is being ended');
    write();
  } finally {
    Atomics.sub(cells, WRITING, 1);
    Atomics.notify(cells, WRITING);
  }
}

/**
 * Lets nobody begin to replace files any more, and blocks until those who had begun are done: milliseconds, and at most
 * `mostMs`, because a signal's grace is short. To be called by the thread that ends the others.
 */
export function stopWriting(guard: SharedArrayBuffer, mostMs = 500): void {
  const cells = new Int32Array(guard);
  Atomics.store(cells, CLOSED, 1);
  const until = performance.now() + mostMs;
  for (let writing = Atomics.load(cells, WRITING); writing > 0; writing = Atomics.load(cells, WRITING)) {
    if (Atomics.wait(cells, WRITING, writing, Math.max(0, until - performance.now())) === 'timed-out') return;
  }
}
