/** The sandbox's own time: caches, windows and dates follow it, so a test can freeze and move it. */
export interface SandboxClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Moves it forward (or back), frozen or not. */
  advance(ms: number): void;
  /** Stops it at a time. */
  freeze(atMs: number): void;
}

/** A clock over a source of time, shifted by `skewMs`. */
export function createClock(source: () => number, skewMs: number): SandboxClock {
  let shift = skewMs;
  let frozen: number | undefined;
  return {
    now: () => (frozen ?? source()) + shift,
    advance: (ms) => {
      shift += ms;
    },
    freeze: (atMs) => {
      frozen = atMs;
      shift = 0;
    },
  };
}
