/**
 * The first failure of an upload, wherever it happened. Whoever waits for something that may now never come waits for it
 * through `or`.
 */
export interface Stop {
  /** Notes the first failure; later ones are dropped. */
  readonly fail: (reason: unknown) => void;
  /** The promise's result, or the failure when that comes first. */
  or<T>(promise: Promise<T>): Promise<T>;
  /** Stops listening to the signal. */
  close(): void;
}

/** Fails also when the signal aborts. */
export function createStop(signal: AbortSignal): Stop {
  let fail: (reason: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // It is awaited only through `or`; a failure that nobody waits for must not end the process.
  failed.catch(() => {});
  const onAbort = (): void => fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return {
    fail,
    or: (promise) => Promise.race([promise, failed]),
    close: () => signal.removeEventListener('abort', onAbort),
  };
}
