import { fuzzInject } from '../../../scripts/fuzz-inject.js';

/** `node --import tsx scripts/fuzz-inject.ts 100000` is the long run; this one keeps the fuzzer and its judges alive. */
it('damaged scripts and maps neither crash the injection nor get damaged further, and a reason is named', () => {
  const { failures, endings } = fuzzInject(400, 7);
  expect(failures).toEqual([]);
  expect(Object.keys(endings)).toEqual(expect.arrayContaining(['injected', 'map-broken', 'no-map', 'script-broken']));
});
