import fc from 'fast-check';
import { Crew } from '../../../src/upload/crew.js';
import type { Share } from '../../../src/upload/divide.js';
import type { Job, JobResult, PackedChunk, PackedUnits } from '../../../src/upload/jobs.js';
import { Packing } from '../../../src/upload/packing.js';
import { SlabPool } from '../../../src/upload/slab-pool.js';
import { createStop } from '../../../src/upload/stop.js';
import { makePlan, noise, removeBuilds, unitsOf } from './support/build.js';
import { plainUnit } from './support/plain-unit.js';

const MIB = 1 << 20;
const BIG = 3 * MIB;
const SMALL = MIB / 2;

afterEach(removeBuilds);

describe('packing in turns', () => {
  // So it is in a dry run, and where chunks repeat: no chunk keeps its slab, and all slabs are free as soon as they are let go.
  it('is not overtaken by the shares behind it, though nobody keeps slabs', async () => {
    const sizes = [BIG, ...Array<number>(10).fill(SMALL), BIG];
    const names = sizes.map((_, index) => `${String.fromCharCode(97 + index)}.js`);
    const units = unitsOf(
      makePlan(Object.fromEntries(sizes.map((bytes, index) => [names[index] ?? '', noise(index, bytes)]))),
    );
    const pool = new SlabPool(8, MIB);
    const crew = new Crew(undefined, plainUnit);
    const edit = { inject: true, dryRun: false, stripPrefix: [], workspace: '/', workingDirectory: '/' };
    crew.setup({ options: { edit, maxChunkBytes: MIB, targetBytes: undefined, method: 0 }, slabs: pool.slabs });
    const stop = createStop(AbortSignal.timeout(20_000));
    const packed: string[] = [];
    const packing = new Packing({
      crew,
      pool,
      stop,
      consumer: {
        take: ({ chunks }, { number }) => packed.push(`${number}: ${chunks.length}`),
        takeMore: (chunks, { number }) => packed.push(`${number}: ${chunks.length} more`),
      },
      jobOf: (share) => ({ ...share, names: [{ js: `files/_/_/${names[share.number]}`, map: undefined }] }),
      relieve: () => {},
      bytesInTurns: 2 * BIG,
    });
    const shares = sizes.map(
      (expectedBytes, index): Share => ({ number: index, units: units.slice(index, index + 1), expectedBytes }),
    );
    try {
      await packing.run(shares);
    } finally {
      stop.close();
      await crew.close();
    }
    const inTurns = (number: number) => [`${number}: 2`, `${number}: 2 more`];
    expect(packed).toEqual([...inTurns(0), ...names.slice(1, -1).map((_, index) => `${index + 1}: 1`), ...inTurns(11)]);
  });
});

it('has no more bytes of big shares in memory than it may, but one share however big it is', async () => {
  const pool = new SlabPool(8, MIB);
  const stop = createStop(AbortSignal.timeout(20_000));
  const underWay = new Map<number, number>();
  let most: number[] = [];
  const answer = async (job: Job): Promise<unknown> => {
    if (job.kind !== 'pack' && job.kind !== 'continue') throw new Error(job.kind);
    if (job.kind === 'pack' && job.turns !== undefined) underWay.set(job.turns, job.expectedBytes);
    const sum = [...underWay.values()].reduce((all, bytes) => all + bytes, 0);
    most = [...most, sum / MIB];
    for (let wait = 0; wait < 5; wait++) await new Promise(setImmediate);
    const more = job.kind === 'pack' && job.turns !== undefined;
    if (!more && job.turns !== undefined) underWay.delete(job.turns);
    return { chunks: [], more };
  };
  const packing = new Packing({
    crew: { run: <J extends Job>(job: J) => answer(job) as Promise<JobResult<J>> },
    pool,
    stop,
    consumer: { take: () => {}, takeMore: () => {} },
    jobOf: ({ expectedBytes }) => ({ units: [], names: [], expectedBytes }),
    relieve: () => {},
    bytesInTurns: 8 * MIB,
  });
  const shares = [4, 4, 4, 20, 3, 3].map(
    (mib, index): Share => ({ number: index, units: [{}], expectedBytes: mib * MIB }),
  );
  await packing.run(shares).finally(() => stop.close());
  // Two of four together, the big one alone.
  expect(Math.max(...most.filter((sum) => sum !== 20))).toBe(8);
  expect(most).toContain(20);
});

/** A crew that packs nothing: each job takes some turns of the event loop, and says that its slabs are full. */
function pretendedCrew(turnsOf: (share: number) => number, delays: () => number) {
  const left = new Map<number, number>();
  const chunksOf = (slabs: readonly number[]): PackedChunk[] =>
    slabs.map((slab) => ({ sha1: '', length: 1, place: { slab, offset: 0, length: 1 } }));
  const answer = async (job: Job): Promise<unknown> => {
    for (let wait = delays(); wait > 0; wait--) await new Promise(setImmediate);
    if (job.kind === 'pack') {
      if (job.turns !== undefined) left.set(job.turns, turnsOf(job.turns));
      return { chunks: chunksOf(job.slabs), more: job.turns !== undefined && turnsOf(job.turns) > 0 };
    }
    if (job.kind !== 'continue') throw new Error(job.kind);
    const rest = (left.get(job.turns) ?? 0) - 1;
    left.set(job.turns, rest);
    return { chunks: chunksOf(job.slabs), more: rest > 0 };
  };
  return { run: <J extends Job>(job: J) => answer(job) as Promise<JobResult<J>> };
}

it('comes to its end whatever the sizes of shares, the pace of threads and how long slabs are kept', async () => {
  const shares = fc.array(
    fc.record({ slabs: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 })), turns: fc.nat({ max: 3 }) }),
    {
      minLength: 1,
      maxLength: 30,
    },
  );
  const paces = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(shares, paces, paces, fc.integer({ min: 4, max: 12 }), async (sizes, threads, keeping, count) => {
      const cycle = (list: readonly number[]) => {
        let next = 0;
        return () => list[next++ % list.length] ?? 0;
      };
      const pool = new SlabPool(count, MIB);
      const stop = createStop(AbortSignal.timeout(5_000));
      const keeps = cycle(keeping);
      const taken: number[] = [];
      const keep = async ({ place }: PackedChunk): Promise<void> => {
        pool.hold(place);
        const turns = keeps();
        for (let wait = turns; wait > 0; wait--) await new Promise(setImmediate);
        pool.release(place);
      };
      const consume = (chunks: readonly PackedChunk[], { number }: Share): void => {
        if (taken.at(-1) !== number) taken.push(number);
        for (const chunk of chunks) void keep(chunk);
      };
      const packing = new Packing({
        crew: pretendedCrew((share) => sizes[share]?.turns ?? 0, cycle(threads)),
        pool,
        stop,
        consumer: { take: ({ chunks }: PackedUnits, share) => consume(chunks, share), takeMore: consume },
        jobOf: ({ expectedBytes }) => ({ units: [], names: [], expectedBytes }),
        relieve: () => {},
        bytesInTurns: 2 * BIG,
      });
      try {
        await packing.run(
          sizes.map(
            ({ slabs }, index): Share => ({
              number: index,
              units: [{}],
              expectedBytes: Math.floor((slabs * MIB) / 1.1),
            }),
          ),
        );
      } finally {
        stop.close();
      }
      expect(taken).toEqual(sizes.map((_, index) => index));
    }),
  );
});
