import fc from 'fast-check';
import { count, grouped } from '../../../src/report/format.js';

describe('numbers for people', () => {
  it('have a comma before every three digits, as in English', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (number) => {
        expect(grouped(number)).toBe(number.toLocaleString('en-US'));
      }),
    );
    expect(['0', '999', '1,000', '123,456,789']).toEqual([0, 999, 1000, 123_456_789].map(grouped));
  });

  it('have a noun in the singular only for one', () => {
    expect([0, 1, 1000].map((number) => count(number, 'file'))).toEqual(['0 files', '1 file', '1,000 files']);
  });
});
