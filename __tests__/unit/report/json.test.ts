import fc from 'fast-check';
import { batches, jsonPieces } from '../../../src/report/json.js';

const written = (value: unknown) => [...jsonPieces(value)].join('');

describe('JSON in pieces', () => {
  it('is what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(written(value)).toBe(JSON.stringify(value, null, 2));
      }),
    );
  });

  it('is so for long lists, wherever they are, and no piece of them is long', () => {
    const long = Array.from({ length: 2_500 }, (_, index) => ({
      name: `a\n${index}`,
      list: [index, []],
      none: undefined,
    }));
    const value = { deep: { long, empty: [], after: 1, none: undefined }, list: long, nothing: {} };
    expect(written(value)).toBe(JSON.stringify(value, null, 2));
    expect(written(long)).toBe(JSON.stringify(long, null, 2));
    expect(Math.max(...[...jsonPieces(value)].map(({ length }) => length))).toBeLessThan(256 * 1024);
  });

  it('takes lists apart without losing an element', () => {
    const list = Array.from({ length: 2_001 }, (_, index) => index);
    expect([...batches(list)].map(({ length }) => length)).toEqual([1_000, 1_000, 1]);
    expect([...batches(list)].flat()).toEqual(list);
    expect([...batches([])]).toEqual([]);
  });
});
