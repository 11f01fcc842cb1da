import { nextCursor } from '../../../src/sentry/paging.js';

const link = (results: string) =>
  `<https://sentry.io/x/?&cursor=0:0:1>; rel="previous"; results="false"; cursor="0:0:1", <https://sentry.io/x/?&cursor=0:100:0>; rel="next"; results="${results}"; cursor="0:100:0"`;

it('gives the cursor of the next page that has rows', () => {
  expect(nextCursor(link('true'))).toBe('0:100:0');
  expect(nextCursor(link('false'))).toBeUndefined();
});

it('takes nothing out of a missing or foreign header', () => {
  expect(nextCursor(undefined)).toBeUndefined();
  expect(nextCursor('<https://evil.example/>; rel="next"')).toBeUndefined();
});
