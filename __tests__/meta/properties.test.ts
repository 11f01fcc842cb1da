import fc from 'fast-check';

/** __tests__/setup/properties.ts: what a property test draws is no matter of luck. */

function drawn(): number[] {
  const values: number[] = [];
  fc.assert(
    fc.property(fc.integer(), (value) => {
      values.push(value);
    }),
  );
  return values;
}

it('properties draw the same values whenever they run with the same seed', () => {
  const seed = fc.readConfigureGlobal().seed;
  expect(seed).toEqual(expect.any(Number));
  expect(drawn()).toEqual(drawn());
  const wanted = process.env['FAST_CHECK_SEED'] ?? '';
  if (wanted === '') expect(seed).toBe(20_261_123);
  else if (wanted !== 'random') expect(seed).toBe(Number(wanted));
});
