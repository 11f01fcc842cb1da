import { type Batch, planBatches } from './batches.js';
import type { Crew } from './crew.js';
import type { Group } from './groups.js';
import type { GroupInput, PackedGroup, WorkOptions } from './jobs.js';
import type { SlabPool } from './slab-pool.js';
import type { Stop } from './stop.js';

export interface PackingDeps {
  readonly crew: Crew;
  readonly pool: SlabPool;
  readonly options: WorkOptions;
  readonly stop: Stop;
  inputOf(group: Group): GroupInput;
  /** Takes a packed group, in order. What it keeps of the slabs it must hold. */
  consume(packed: PackedGroup, group: Group): void;
  /** Called when packing stands still for want of slabs. */
  relieve(): void;
}

/**
 * Packs groups on the crew, as far ahead as slabs allow, and hands them on in order. Jobs may end in any order; the archive
 * is the same for any number of threads.
 */
export class Packing {
  readonly #deps: PackingDeps;
  #underWay = 0;

  constructor(deps: PackingDeps) {
    this.#deps = deps;
  }

  /** Resolves when every group is consumed. */
  async run(groups: readonly Group[]): Promise<void> {
    const { pool, options, stop } = this.#deps;
    let inOrder: Promise<void> = Promise.resolve();
    for (const batch of planBatches(groups, pool.slabs.slabBytes, options.maxChunkBytes)) {
      const granted = pool.acquire(batch.slabs);
      this.relieve();
      const slabs = await stop.or(granted);
      const before = inOrder;
      inOrder = this.#pack(groups, batch, slabs, before);
      inOrder.catch(stop.fail);
    }
    await stop.or(inOrder);
  }

  /** Has slabs freed when packing can only go on that way. */
  relieve(): void {
    if (this.#underWay === 0 && this.#deps.pool.starved) this.#deps.relieve();
  }

  async #pack(groups: readonly Group[], batch: Batch, slabs: readonly number[], before: Promise<void>): Promise<void> {
    const { crew, pool, inputOf, consume } = this.#deps;
    this.#underWay++;
    const mine = groups.slice(batch.start, batch.end);
    const job = crew.run({ kind: 'pack', groups: mine.map(inputOf), slabs });
    const [packed] = await Promise.all([job, before]);
    mine.forEach((group, index) => {
      const result = packed[index];
      if (result !== undefined) consume(result, group);
    });
    this.#underWay--;
    for (const slab of slabs) pool.letGo(slab);
    this.relieve();
  }
}
