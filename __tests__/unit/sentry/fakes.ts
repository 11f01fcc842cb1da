import type { Clock } from '../../../src/clock.js';
import type { Log } from '../../../src/log.js';

/** A clock that only sleeping moves: delays are captured, not slept. */
export interface FakeClock extends Clock {
  readonly slept: number[];
  advance(ms: number): void;
}

export function fakeClock(start = Date.parse('2026-03-01T12:00:00Z'), random: () => number = () => 0.5): FakeClock {
  let now = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    random,
    advance: (ms) => {
      now += ms;
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      await Promise.resolve();
      now += ms;
    },
  };
}

/** A real clock whose sleeps are `factor` times shorter; its now runs on as if they had been slept in full. */
export function scaledClock(factor: number, random: () => number = Math.random): Clock & { readonly slept: number[] } {
  let ahead = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => Date.now() + ahead,
    random,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        slept.push(ms);
        const onAbort = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(() => {
          ahead += ms - ms / factor;
          signal?.removeEventListener('abort', onAbort);
          resolve();
        }, ms / factor);
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
  };
}

export interface MemoryLog extends Log {
  /** `level: text` in order. */
  readonly lines: string[];
  /** The lines of one level, without it. */
  of(level: 'debug' | 'info' | 'notice' | 'warning' | 'error'): string[];
}

export function memoryLog(): MemoryLog {
  const lines: string[] = [];
  const write = (level: string) => (message: string) => {
    lines.push(`${level}: ${message}`);
  };
  return {
    lines,
    of: (level) => lines.filter((line) => line.startsWith(`${level}: `)).map((line) => line.slice(level.length + 2)),
    debug: write('debug'),
    info: write('info'),
    notice: write('notice'),
    warning: write('warning'),
    error: write('error'),
  };
}
