import type { ChunkEncoding, ChunkOptions, SentryApi } from '../sentry/types.js';
import type { Crew } from './crew.js';
import type { ChunkPlace } from './jobs.js';
import { type Envelope, Outbox } from './outbox.js';
import type { SlabPool } from './slab-pool.js';

/** A chunk on its way to the server. */
export interface Parcel {
  readonly sha1: string;
  readonly length: number;
  readonly place: ChunkPlace;
}

export interface CourierDeps {
  readonly api: Pick<SentryApi, 'uploadChunks'>;
  readonly options: ChunkOptions;
  readonly encoding: ChunkEncoding;
  readonly crew: Crew;
  readonly pool: SlabPool;
  /** Which of these chunks the server lacks; undefined when it does not say. */
  ask(sha1s: readonly string[]): Promise<ReadonlySet<string> | undefined>;
  /** Called when something finished: slabs may be free. */
  onProgress(): void;
  /** Called once, with the first failure; nothing is sent after it. */
  onFailure(reason: unknown): void;
}

/** `ask`: only what the server lacks is sent; `send`: everything is; `dry`: nothing is. */
export type CourierMode = 'ask' | 'send' | 'dry';

/** A question covers this much, or this many chunks: small enough that answers come while files are still being read. */
const QUESTION_BYTES = 6 << 20;
const QUESTION_CHUNKS = 256;
/** Bytes of chunks encoded in one job. */
const ENCODE_BYTES = 512 << 10;
/** Encoded bytes that wait for the network; above it nothing is encoded, so slabs stay taken and reading pauses. */
const MAX_OUTBOX_BYTES = 8 << 20;
/** Requests under way at once, whatever more the server allows: each holds its body in memory. */
const MAX_REQUESTS = 4;

/**
 * Takes chunks in archive order, asks the server which of them it lacks, and encodes and sends those, all at the same time.
 * The first failure stops it.
 */
export class Courier {
  readonly #deps: CourierDeps;
  #mode: CourierMode;
  readonly #seen = new Set<string>();
  #window: Parcel[] = [];
  #windowBytes = 0;
  readonly #toEncode: Parcel[] = [];
  readonly #outbox: Outbox;
  /** Bytes of the chunks that are being encoded: how small they become is not known yet. */
  #encodingBytes = 0;
  #encoding = 0;
  #asking = 0;
  #sending = 0;
  #flushing = false;
  #failed = false;
  readonly #waiting: (() => void)[] = [];
  /** Hashes of the chunks that were sent. */
  readonly sent = new Set<string>();
  questions = 0;
  uploadedBytes = 0;
  wireBytes = 0;

  constructor(deps: CourierDeps, mode: CourierMode) {
    this.#deps = deps;
    this.#mode = mode;
    this.#outbox = new Outbox(deps.options);
  }

  /** Called when no slab is free and nothing is being packed: does what gives slabs back, however little it is. */
  relieve(): void {
    if (this.#asking + this.#encoding + this.#sending === 0) this.ask();
    this.#pump();
  }

  /** Takes a chunk and the hold of its slab. One that came before is let go at once. */
  add(parcel: Parcel): void {
    if (this.#seen.has(parcel.sha1) || this.#mode === 'dry') {
      this.#deps.pool.release(parcel.place);
      return;
    }
    this.#seen.add(parcel.sha1);
    if (this.#mode === 'send') {
      this.#toEncode.push(parcel);
      this.#pump();
      return;
    }
    this.#window.push(parcel);
    this.#windowBytes += parcel.length;
    if (this.#windowBytes >= QUESTION_BYTES || this.#window.length >= QUESTION_CHUNKS) this.ask();
  }

  /** Sends a chunk again, whatever was known about it. */
  resend(parcel: Parcel): void {
    this.#toEncode.push(parcel);
    this.#pump();
  }

  /** Asks about the chunks that wait for the window to fill. */
  ask(): void {
    const parcels = this.takeWindow();
    if (parcels.length === 0) return;
    this.questions++;
    this.#asking++;
    this.#track(this.#askAbout(parcels), () => {
      this.#asking--;
    });
  }

  /** Takes back the chunks that were not asked about, with their holds. */
  takeWindow(): readonly Parcel[] {
    const parcels = this.#window;
    this.#window = [];
    this.#windowBytes = 0;
    return parcels;
  }

  /** Gives chunks back unsent. */
  discard(parcels: Iterable<Parcel>): void {
    for (const { place } of parcels) this.#deps.pool.release(place);
    this.#deps.onProgress();
  }

  /** Resolves when everything taken so far is answered and sent; never, after a failure. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#flushing = true;
      this.#pump();
    });
  }

  async #askAbout(parcels: readonly Parcel[]): Promise<void> {
    const missing = await this.#deps.ask(parcels.map(({ sha1 }) => sha1));
    if (missing === undefined) this.#mode = 'send';
    for (const parcel of parcels) {
      if (missing === undefined || missing.has(parcel.sha1)) this.#toEncode.push(parcel);
      else this.#deps.pool.release(parcel.place);
    }
  }

  /** Starts whatever can be started. */
  #pump(): void {
    if (this.#failed) return;
    while (this.#toEncode.length > 0 && this.#outbox.bytes + this.#encodingBytes < MAX_OUTBOX_BYTES) {
      if (!this.#startEncoding()) break;
    }
    while (this.#sending < Math.min(this.#deps.options.concurrency, MAX_REQUESTS)) {
      const envelope = this.#outbox.take(this.#isLastRequest());
      if (envelope === undefined) break;
      this.#startSending(envelope);
    }
    this.#report();
  }

  /** A job's worth of chunks goes to the crew; false when a fuller job is worth waiting for. */
  #startEncoding(): boolean {
    let bytes = 0;
    let count = 0;
    for (const { length } of this.#toEncode) {
      if (bytes >= ENCODE_BYTES) break;
      bytes += length;
      count++;
    }
    const more = this.#asking > 0 || (this.#mode === 'send' && !this.#flushing && !this.#deps.pool.starved);
    if (bytes < ENCODE_BYTES && more) return false;
    const parcels = this.#toEncode.splice(0, count);
    this.#encodingBytes += bytes;
    this.#encoding++;
    this.#track(this.#encode(parcels), () => {
      this.#encodingBytes -= bytes;
      this.#encoding--;
    });
    return true;
  }

  async #encode(parcels: readonly Parcel[]): Promise<void> {
    const { crew, encoding, pool } = this.#deps;
    const { bytes, lengths } = await crew.run({ kind: 'encode', encoding, chunks: parcels.map(({ place }) => place) });
    this.#outbox.add(parcels, lengths, bytes);
    for (const { place } of parcels) pool.release(place);
  }

  /** True when no fuller request can come: nothing is on its way, or nothing can be before something is sent. */
  #isLastRequest(): boolean {
    if (this.#encoding > 0) return false;
    if (this.#outbox.bytes >= MAX_OUTBOX_BYTES && this.#sending === 0) return true;
    return this.#flushing && this.#asking + this.#toEncode.length === 0;
  }

  #startSending(envelope: Envelope): void {
    this.#sending++;
    this.#track(this.#send(envelope), () => {
      this.#sending--;
    });
  }

  async #send(envelope: Envelope): Promise<void> {
    const { api, options, encoding } = this.#deps;
    await api.uploadChunks(options, envelope.parts, encoding);
    for (const { sha1, length, body } of envelope.parts) {
      this.wireBytes += body.length;
      if (this.sent.has(sha1)) continue;
      this.sent.add(sha1);
      this.uploadedBytes += length;
    }
    this.#outbox.done(envelope);
  }

  #track(work: Promise<void>, done: () => void): void {
    work
      .catch((reason: unknown) => {
        if (!this.#failed) this.#deps.onFailure(reason);
        this.#failed = true;
      })
      .finally(() => {
        done();
        this.#pump();
        this.#deps.onProgress();
      });
  }

  /** Tells those who wait when all is done. */
  #report(): void {
    const busy = this.#asking + this.#encoding + this.#sending + this.#toEncode.length;
    if (busy > 0 || !this.#outbox.isEmpty || !this.#flushing) return;
    this.#flushing = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
