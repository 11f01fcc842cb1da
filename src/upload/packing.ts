import type { Crew } from './crew.js';
import { type Share, slabsFor } from './divide.js';
import type { PackedUnits, PackJob } from './jobs.js';
import type { SlabPool } from './slab-pool.js';
import type { Stop } from './stop.js';

export interface PackingDeps {
  readonly crew: Crew;
  readonly pool: SlabPool;
  readonly stop: Stop;
  jobOf(share: Share): Omit<PackJob, 'kind' | 'slabs'>;
  /** Takes a packed share, in order. What it keeps of the slabs it must hold. */
  consume(packed: PackedUnits, share: Share): void;
  /** Called when packing stands still for want of slabs. */
  relieve(): void;
}

/**
 * Packs shares on the crew, as far ahead as slabs allow, and hands them on in order. Jobs may end in any order; the archive
 * is the same for any number of threads.
 */
export class Packing {
  readonly #deps: PackingDeps;
  #underWay = 0;

  constructor(deps: PackingDeps) {
    this.#deps = deps;
  }

  /** Resolves when every share is consumed. */
  async run(shares: readonly Share[]): Promise<void> {
    const { pool, stop } = this.#deps;
    let inOrder: Promise<void> = Promise.resolve();
    for (const share of shares) {
      const granted = pool.acquire(slabsFor(share, pool.slabs.slabBytes));
      this.relieve();
      inOrder = this.#pack(share, await stop.or(granted), inOrder);
      inOrder.catch(stop.fail);
    }
    await stop.or(inOrder);
  }

  /** Has slabs freed when packing can only go on that way. */
  relieve(): void {
    if (this.#underWay === 0 && this.#deps.pool.starved) this.#deps.relieve();
  }

  async #pack(share: Share, slabs: readonly number[], before: Promise<void>): Promise<void> {
    const { crew, pool, jobOf, consume } = this.#deps;
    this.#underWay++;
    const job = crew.run({ kind: 'pack', ...jobOf(share), slabs });
    const [packed] = await Promise.all([job, before]);
    consume(packed, share);
    this.#underWay--;
    for (const slab of slabs) pool.letGo(slab);
    this.relieve();
  }
}
