import { expectPromiseKept } from './reliability-schedule.js';

/** Row 73 of docs/reliability.md, second half. */

it('row 73: after any schedule of faults the run is green and Sentry has everything once, or it is red and the re-run makes it so', async () => {
  await expectPromiseKept(73002);
}, 600_000);
