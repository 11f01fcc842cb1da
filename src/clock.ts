/** Time and chance, passed as an argument so that tests own them. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when that aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A number in [0, 1). */
  random(): number;
}

/** `process.uptime` never goes back; `performance.now`, which does not either, would be loaded for this. */
const STARTED_AT = Date.now() - process.uptime() * 1000;

/**
 * The clock of the machine. Its time goes on evenly from that at the start: where a runner's clock is set meanwhile, a wait that
 * a server asked for would end too early, or last for hours.
 */
export const systemClock: Clock = {
  now: () => Math.round(STARTED_AT + process.uptime() * 1000),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};
