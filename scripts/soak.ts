/**
 * Random fault schedules against the whole pipeline, by the thousand: the promise of docs/reliability.md, row 73.
 *
 *   npm run soak -- [--runs 5000] [--seed 42]
 *
 * Prints the seed first, so that a failure can be run again, and the smallest schedule that breaks the promise.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { ENDPOINTS, schedules } from '../__tests__/integration/reliability-faults.js';
import { checkSchedule, count } from '../__tests__/integration/reliability-schedule.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5000' },
    seed: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
console.log(`soak: ${runs} schedules, seed ${seed}`);

const ends = new Map<string, number>();
const hits = new Map<string, number>(ENDPOINTS.map(({ method, path }) => [`${method} ${path}`, 0]));
let done = 0;
let faults = 0;
let requests = 0;
const startedAt = Date.now();
const seconds = () => Math.round((Date.now() - startedAt) / 1000);

const property = fc.asyncProperty(schedules, async (schedule) => {
  if (values.verbose) console.log(JSON.stringify(schedule));
  const result = await checkSchedule(schedule);
  const end = result.code === undefined ? result.first : `${result.first}: ${result.code}`;
  count(ends, end);
  for (const endpoint of result.hits) count(hits, endpoint);
  faults += result.hits.length;
  requests += result.requests;
  done += 1;
  if (done % 250 === 0) console.log(`${done} schedules, ${faults} faults met, ${requests} requests, ${seconds()} s`);
});
const details = await fc.check(property, { numRuns: runs, seed });
for (const [end, count] of [...ends].sort((a, b) => b[1] - a[1])) console.log(`${String(count).padStart(6)}  ${end}`);
for (const [endpoint, met] of hits) console.log(`${String(met).padStart(6)}  faults at ${endpoint}`);
if (details.failed) {
  console.log(fc.defaultReportMessage(details));
  console.log(details.errorInstance);
  process.exitCode = 1;
} else {
  console.log(
    `soak: ${runs} schedules, ${faults} faults met, ${requests} requests, 0 broken promises, ${seconds()} s, seed ${seed}`,
  );
}
