import type { Crew } from './crew.js';
import { type Share, slabsFor, slabsPerTurn } from './divide.js';
import type { Job, JobResult, PackedChunk, PackedUnits, PackJob } from './jobs.js';
import type { SlabPool } from './slab-pool.js';
import type { Stop } from './stop.js';

/** Takes what was packed, in order. What it keeps of the slabs it must hold. */
export interface Consumer {
  /** The next share; of one that is packed in turns, the chunks of the first. */
  take(packed: PackedUnits, share: Share): void;
  /** Further chunks of the share taken last. Without it nothing is packed in turns. */
  takeMore?(chunks: readonly PackedChunk[], share: Share): void;
}

export interface PackingDeps {
  readonly crew: Pick<Crew, 'run'>;
  readonly pool: SlabPool;
  readonly stop: Stop;
  readonly consumer: Consumer;
  jobOf(share: Share): Omit<PackJob, 'kind' | 'slabs' | 'turns'>;
  /** Called when packing stands still for want of slabs. */
  relieve(): void;
  /** Bytes of shares that are packed in turns at once; one may be bigger. */
  readonly bytesInTurns: number;
}

/** A share that is packed in turns: its files stay in memory until the last of them. */
interface InTurns {
  readonly bytes: number;
  readonly end: Promise<void>;
}

/**
 * Packs shares on the crew, as far ahead as slabs allow, and hands them on in order. Jobs may end in any order; the archive
 * is the same for any number of threads.
 */
export class Packing {
  readonly #deps: PackingDeps;
  #atWork = 0;

  constructor(deps: PackingDeps) {
    this.#deps = deps;
  }

  /** Resolves when every share is consumed. */
  async run(shares: readonly Share[]): Promise<void> {
    const { pool, stop } = this.#deps;
    let inOrder: Promise<void> = Promise.resolve();
    let inTurns: InTurns[] = [];
    for (const share of shares) {
      const perTurn = this.#perTurn(share);
      if (perTurn !== undefined) inTurns = await this.#makeRoom(inTurns, share);
      const granted = pool.acquire(perTurn ?? slabsFor(share, pool.slabs.slabBytes));
      this.relieve();
      inOrder = this.#pack(share, await stop.or(granted), perTurn !== undefined, inOrder);
      inOrder.catch(stop.fail);
      if (perTurn !== undefined) inTurns.push({ bytes: share.expectedBytes, end: inOrder });
    }
    await stop.or(inOrder);
  }

  /** Has slabs freed when packing can only go on that way. */
  relieve(): void {
    if (this.#atWork === 0 && this.#deps.pool.starved) this.#deps.relieve();
  }

  /** Waits until the share may be read, too; returns those that may still be under way. */
  async #makeRoom(inTurns: readonly InTurns[], { expectedBytes }: Share): Promise<InTurns[]> {
    const { bytesInTurns, stop } = this.#deps;
    const left = [...inTurns];
    let bytes = left.reduce((sum, share) => sum + share.bytes, expectedBytes);
    while (bytes > bytesInTurns) {
      const first = left.shift();
      if (first === undefined) break;
      await stop.or(first.end);
      bytes -= first.bytes;
    }
    return left;
  }

  #perTurn(share: Share): number | undefined {
    const { pool, consumer } = this.#deps;
    return consumer.takeMore && slabsPerTurn(share, pool.slabs.slabBytes, pool.count);
  }

  async #pack(share: Share, slabs: readonly number[], inTurns: boolean, before: Promise<void>): Promise<void> {
    const { consumer, jobOf, pool, stop } = this.#deps;
    const turns = inTurns ? { turns: share.number } : {};
    const job = this.#run({ kind: 'pack', ...jobOf(share), slabs, ...turns });
    const [packed] = await Promise.all([job, before]);
    consumer.take(packed, share);
    let held = slabs;
    for (let { more } = packed; more; ) {
      // Asked for before the ones at hand are let go: else a share behind takes them, and waits for this one.
      const granted = pool.acquireFirst(held.length);
      this.#letGo(held);
      held = await stop.or(granted);
      const next = await this.#run({ kind: 'continue', turns: share.number, slabs: held });
      consumer.takeMore?.(next.chunks, share);
      more = next.more;
    }
    this.#letGo(held);
  }

  async #run<J extends Job>(job: J): Promise<JobResult<J>> {
    this.#atWork++;
    try {
      return await this.#deps.crew.run(job);
    } finally {
      this.#atWork--;
      this.relieve();
    }
  }

  #letGo(slabs: readonly number[]): void {
    for (const slab of slabs) this.#deps.pool.letGo(slab);
    this.relieve();
  }
}
