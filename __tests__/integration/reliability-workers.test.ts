import { Crew } from '../../src/upload/crew.js';
import type { CrewOptions, PackJob } from '../../src/upload/jobs.js';
import { SlabPool } from '../../src/upload/slab-pool.js';

/** Row 64 of docs/reliability.md: a worker thread that dies, however it does. One that is out of memory ends as one that throws. */

/** Too big for the calling thread, by what it says. */
const JOB: PackJob = { kind: 'pack', units: [], names: [], expectedBytes: 1 << 30, slabs: [] };

const EDIT = { inject: true, dryRun: false, stripPrefix: [], workspace: '/', workingDirectory: '/' };
const SETUP: CrewOptions = {
  options: { edit: EDIT, maxChunkBytes: 1 << 20, targetBytes: undefined, method: 0 },
  slabs: new SlabPool(1, 1 << 20).slabs,
};

/** A crew of one thread that runs this when it is given its first job. */
function crewOf(code: string): Crew {
  const module = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (message) => { if ('job' in message) { ${code} } });
    parentPort.postMessage({ ready: true });`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(module)}`);
  return new Crew({ url, count: 1, execArgv: [] });
}

it.each([
  ['throws', "throw new Error('broken by a defect')", 'broken by a defect'],
  ['throws what is no Error', "throw 'just a text'", 'just a text'],
  ['ends itself', 'process.exit(7)', 'it ended with code 7'],
  ['has a rejection that nobody handles', "Promise.reject(new Error('nobody looked'))", 'nobody looked'],
])(
  'row 64: a thread that %s ends every job with its reason, at once; no later one hangs',
  async (_how, code, reason) => {
    const crew = crewOf(code);
    crew.start();
    crew.setup(SETUP);
    try {
      const jobs = await Promise.allSettled(Array.from({ length: 6 }, () => crew.run(JOB)));
      const failed = jobs.flatMap((job) => (job.status === 'rejected' ? [job.reason as unknown] : []));
      expect(failed).toHaveLength(6);
      for (const failure of failed) {
        expect(failure).toMatchObject({
          code: 'internal',
          message: expect.stringMatching(new RegExp(`A worker thread stopped: .*${reason}`, 'i')),
          hint: expect.stringContaining('Run the step again'),
        });
      }
      await expect(crew.run(JOB)).rejects.toMatchObject({ code: 'internal' });
    } finally {
      await crew.close();
    }
  },
  60_000,
);
