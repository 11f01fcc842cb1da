import { Crew } from '../../../src/upload/crew.js';
import type { Share } from '../../../src/upload/divide.js';
import { Packing } from '../../../src/upload/packing.js';
import { SlabPool } from '../../../src/upload/slab-pool.js';
import { createStop } from '../../../src/upload/stop.js';
import { makePlan, noise, removeBuilds } from './support/build.js';
import { plainUnit } from './support/plain-unit.js';

const MIB = 1 << 20;
const UNIT_BYTES = 3 * MIB;

afterEach(removeBuilds);

describe('packing in turns', () => {
  // So it is in a dry run, and where chunks repeat: no chunk keeps its slab, and all slabs are free as soon as they are let go.
  it('is not overtaken by the shares behind it, though nobody keeps slabs', async () => {
    const files = Array.from({ length: 10 }, (_, index) => [`${index}.js`, noise(index, UNIT_BYTES)] as const);
    const { units } = makePlan(Object.fromEntries(files));
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
      jobOf: ({ start, end, expectedBytes }) => ({
        units: units.slice(start, end),
        names: [{ js: `files/_/_/${start}.js`, map: undefined }],
        expectedBytes,
      }),
      relieve: () => {},
    });
    const shares = units.map(
      (_, index): Share => ({ number: index, start: index, end: index + 1, expectedBytes: UNIT_BYTES }),
    );
    try {
      await packing.run(shares);
    } finally {
      stop.close();
      await crew.close();
    }
    expect(packed).toEqual(shares.flatMap(({ number }) => [`${number}: 2`, `${number}: 2 more`]));
  });
});
