import { checkSchedule, expectPromiseKept } from './reliability-schedule.js';

/** Row 73 of docs/reliability.md, first half (two files run at once). Known seeds: `npm run soak` looks for new schedules. */

it.each(['refs', 'list'] as const)(
  'without faults Sentry has the files, the commits (%s), one release and one deploy',
  async (commits) => {
    const result = await checkSchedule({ faults: [], wait: true, commits, seed: 3 });
    expect(result).toMatchObject({ first: 'success', hits: [] });
  },
  20_000,
);

it('row 73: after any schedule of faults the run is green and Sentry has everything once, or it is red and the re-run makes it so', async () => {
  await expectPromiseKept(73001);
}, 600_000);
