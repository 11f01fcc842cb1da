import type { Clock } from '../clock.js';
import type { Log } from '../log.js';

const INTERVAL_MS = 1000;

/** `1234567` → `1.2 MB` */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** What progress counts. */
export interface ProgressSource {
  readonly log: Log;
  readonly clock: Clock;
  /** Files of the whole upload. */
  readonly files: number;
  /** Bytes that the server has acknowledged so far, compressed. */
  sentBytes(): number;
}

/** Says how far the upload is and how fast it goes, at most once a second, so that a big build does not flood the log. */
export class Progress {
  readonly #source: ProgressSource;
  #saidAt: number;
  #saidBytes = 0;
  #packedFiles = 0;
  #packedBytes = 0;

  constructor(source: ProgressSource) {
    this.#source = source;
    this.#saidAt = source.clock.now();
  }

  /** More was packed: all files so far, and the bytes that were added. */
  packed(files: number, bytes: number): void {
    this.#packedFiles = files;
    this.#packedBytes += bytes;
    this.tell();
  }

  /** Something went on; says so when a second has passed since the last line. */
  tell(): void {
    const { clock, files, log } = this.#source;
    const now = clock.now();
    const passedMs = now - this.#saidAt;
    if (passedMs < INTERVAL_MS) return;
    const sent = this.#source.sentBytes();
    const perSecond = ((sent - this.#saidBytes) * 1000) / passedMs;
    this.#saidAt = now;
    this.#saidBytes = sent;
    log.info(
      `Packed ${this.#packedFiles} of ${files} files (${megabytes(this.#packedBytes)}), ` +
        `sent ${megabytes(sent)} compressed (${megabytes(perSecond)}/s)`,
    );
  }
}
