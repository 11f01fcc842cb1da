import { ActionError } from '../errors.js';
import { pairOthers } from '../sourcemaps/pair-others.js';
import type { Unit } from '../sourcemaps/types.js';
import { type Bundle, BundleBuilder, type BundleChunk } from './bundle.js';
import type { Share } from './divide.js';
import type { PackedChunk, PackedUnits } from './jobs.js';
import type { Outcome } from './outcome.js';
import type { Consumer } from './packing.js';
import { megabytes } from './progress.js';
import type { Session } from './session.js';
import { bytesAt } from './slab-writer.js';

/**
 * Packs all units into as many bundles as the server's limits ask for, and passes every chunk to the courier: first those that
 * were foreseen, then the others, which can be paired when the first were read.
 *
 * @param onPaired told every unit, once all are known
 */
export async function packBundles(
  session: Session,
  outcome: Outcome,
  onPaired?: (units: readonly Unit[]) => void,
): Promise<readonly Bundle[]> {
  const { plan, progress, stop } = session;
  const line = new Line(session);
  const consumer: Consumer = {
    take: (packed, share) => {
      outcome.add(packed.outcomes, share.units);
      if (packed.entries > 0) line.add(packed, share);
      progress.packed(outcome.files, packed.bytes);
    },
    takeMore: (chunks, share) => line.addChunks(chunks, share),
  };
  await session.pack(session.add(plan.foreseen), consumer);
  const { settled, units, diagnoses } = await stop.or(pairOthers(plan, outcome, session.scan));
  onPaired?.([...settled, ...units]);
  outcome.learn(diagnoses);
  await session.pack(session.add(units), consumer);
  line.close();
  return line.bundles;
}

/** Bundles in the making, one after another. */
class Line {
  readonly bundles: Bundle[] = [];
  readonly #session: Session;
  #builder: BundleBuilder | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  add(packed: PackedUnits, share: Share): void {
    this.#builderFor(packed, share).add(packed);
    this.addChunks(packed.chunks, share);
  }

  /** Adds chunks of the share added last. */
  addChunks(chunks: readonly PackedChunk[], share: Share): void {
    const { pool, courier } = this.#session;
    const contents = chunks.map(({ place }) => bytesAt(pool.slabs, place));
    this.#builder?.addChunks(chunks, share.number, contents);
    for (const { sha1, length, place } of chunks) {
      pool.hold(place);
      courier.add({ sha1, length, place });
    }
  }

  /** Ends the open bundle. */
  close(): void {
    if (this.#builder === undefined) return;
    const { bundle, tail } = this.#builder.finish(this.#session.request, this.#session.settings.method);
    this.#send(tail);
    this.bundles.push(bundle);
    this.#builder = undefined;
  }

  #builderFor(packed: PackedUnits, share: Share): BundleBuilder {
    const { maxArchiveBytes, maxChunkBytes } = this.#session.settings;
    if (this.#builder?.hasRoomFor(packed, maxArchiveBytes)) return this.#builder;
    this.close();
    const builder = new BundleBuilder(maxChunkBytes);
    this.#send(builder.start());
    if (!builder.hasRoomFor(packed, maxArchiveBytes)) throw tooBig(this.#session, packed, share);
    this.#builder = builder;
    return builder;
  }

  #send(chunks: readonly BundleChunk[]): void {
    for (const { sha1, length, from } of chunks) {
      if (typeof from !== 'number') this.#session.courier.add({ sha1, length, place: { bytes: from } });
    }
  }
}

function tooBig({ settings }: Session, packed: PackedUnits, { units: [unit] }: Share): ActionError {
  const name = unit?.js?.name ?? unit?.map?.name ?? 'a file';
  return new ActionError(
    'server-limits',
    `${name} with its source map takes ${megabytes(packed.bytes)}; the server takes ${megabytes(settings.maxArchiveBytes)} at most.`,
    { hint: 'Split the script into smaller ones, or leave it out with `ignore`.' },
  );
}
