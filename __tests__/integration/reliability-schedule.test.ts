import { checkSchedules, faultless } from './reliability-schedule.js';

/** Row 73 of docs/reliability.md, first half (two files run at once). Known seeds: `npm run soak` looks for new schedules. */

it('a run without faults leaves one release, one deploy, its commits and one bundle', async () => {
  const stored = await faultless();
  expect(stored.releases).toEqual([
    {
      version: '1.0.0',
      projects: ['web'],
      released: true,
      deploys: [{ environment: 'production', url: 'https://github.com/acme/web/actions/runs/7/attempts/1' }],
      heads: [`acme/web@${'c'.repeat(40)}`],
    },
  ]);
  expect(stored.bundles).toHaveLength(1);
  expect(stored.fetched).toHaveLength(1);
}, 20_000);

it('row 73: after any schedule of faults the run is green and Sentry has everything once, or it is red and the re-run makes it so', async () => {
  const ends = await checkSchedules(73001, 150);
  // Both ends must have been met, or the property says little.
  expect(ends.get('success')).toBeGreaterThan(15);
  expect([...ends.keys()].filter((end) => end.startsWith('failed')).length).toBeGreaterThan(1);
}, 240_000);
