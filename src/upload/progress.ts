import type { Clock } from '../clock.js';
import type { Log } from '../log.js';

const INTERVAL_MS = 1000;

/** `1234567` → `1.2 MB` */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** Says how far the upload is, at most once a second, so that a big build does not flood the log. */
export class Progress {
  readonly #log: Log;
  readonly #clock: Clock;
  #next: number;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
    this.#next = clock.now() + INTERVAL_MS;
  }

  report(files: number, total: number, packedBytes: number, sentBytes: number): void {
    const now = this.#clock.now();
    if (now < this.#next) return;
    this.#next = now + INTERVAL_MS;
    this.#log.info(
      `Packed ${files} of ${total} files (${megabytes(packedBytes)}), sent ${megabytes(sentBytes)} compressed`,
    );
  }
}
