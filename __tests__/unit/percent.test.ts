import fc from 'fast-check';
import { decodePercent } from '../../src/percent.js';

it.each([
  ['app.js', 'app.js'],
  ['a%20b%2Fc.js', 'a b/c.js'],
  ['%E8%AA%8D', '認'],
  ['100%', '100%'],
  ['50%25 of 100%', '50%25 of 100%'],
  ['a%20b%', 'a%20b%'],
  ['%zz', '%zz'],
  ['%E8%AA', '%E8%AA'],
  ['%ff', '%ff'],
])('%j means %j: what is not valid as a whole is meant as it stands', (text, expected) => {
  expect(decodePercent(text)).toBe(expected);
});

it('gives back what was encoded, and never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(decodePercent(encodeURIComponent(text))).toBe(text);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('%', '2', 'e', 'F', '8', 'ü', '/') }), (text) => {
      expect(typeof decodePercent(text)).toBe('string');
    }),
  );
});
