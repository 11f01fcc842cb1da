import { Crew } from '../../../src/upload/crew.js';
import type { PackJob } from '../../../src/upload/jobs.js';
import { SlabPool } from '../../../src/upload/slab-pool.js';
import { makePlan, noise, removeBuilds, unitsOf } from './support/build.js';
import { plainUnit } from './support/plain-unit.js';

const MIB = 1 << 20;

afterEach(removeBuilds);

/** Jobs of one 3 MiB script each, which have one slab of 1 MiB a turn. */
function jobsInTurns(count: number, pool: SlabPool): PackJob[] {
  const plan = makePlan(Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}.js`, noise(i, 3 * MIB)])));
  return unitsOf(plan).map((unit, index) => ({
    kind: 'pack',
    units: [unit],
    names: [{ js: `files/_/_/${index}.js`, map: undefined }],
    expectedBytes: 3 * MIB,
    slabs: [index % pool.count],
    turns: index,
  }));
}

describe('a crew', () => {
  // The main thread takes jobs when a worker has four ahead: of ten it surely has one to go on with.
  it.each([0, 1, 2])('goes on with jobs in turns on the thread that holds them, with %i workers', async (count) => {
    const url = new URL('./support/plain-worker.mjs', import.meta.url);
    const crew = new Crew(count === 0 ? undefined : { url, count, execArgv: [] }, plainUnit);
    const pool = new SlabPool(16, MIB);
    const options = { inject: true, dryRun: false, stripPrefix: [], workspace: '/', workingDirectory: '/' };
    crew.start();
    crew.setup({
      options: { edit: options, maxChunkBytes: MIB, targetBytes: undefined, method: 0 },
      slabs: pool.slabs,
    });
    expect(crew.threads).toBe(count);
    try {
      // Until a thread is ready, this one does all it may: a job that is left to a thread shows that one is.
      await crew.run({ kind: 'pack', units: [], names: [], expectedBytes: 1 << 30, slabs: [] });
      const firsts = await Promise.all(jobsInTurns(10, pool).map((job) => crew.run(job)));
      expect(firsts.map(({ chunks, more }) => [chunks.length, more])).toEqual(Array(10).fill([1, true]));
      for (const [turns, slabs] of firsts.entries()) {
        // One at a time, so that nothing else wakes the crew up.
        const second = await crew.run({ kind: 'continue', turns, slabs: [turns] });
        expect([slabs.chunks.length, second.chunks.length, second.more]).toEqual([1, 1, true]);
        const last = await crew.run({ kind: 'continue', turns, slabs: [turns, turns + 1] });
        expect([last.chunks.length, last.more]).toEqual([2, false]);
      }
    } finally {
      await crew.close();
    }
  });

  it('does not wait for a thread that is still starting', async () => {
    const never = "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => undefined);";
    const crew = new Crew({
      url: new URL(`data:text/javascript,${encodeURIComponent(never)}`),
      count: 1,
      execArgv: [],
    });
    crew.start();
    try {
      expect(await crew.run({ kind: 'scan', scripts: [] })).toEqual([]);
    } finally {
      await crew.close();
    }
  });
});
