import fc from 'fast-check';
import { hasLine } from '../../../src/sourcemaps/line-count.js';

describe('whether a script has a line', () => {
  it('is what splitting it at line ends says, wherever its bytes lie in memory', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '\n', '\r\n', '\r', '\u2028', '\u8a8a', '\u008a', '\v'),
      maxLength: 80,
    });
    fc.assert(
      fc.property(text, fc.nat({ max: 3 }), fc.nat({ max: 90 }), (code, shift, line) => {
        const bytes = Buffer.concat([
          Buffer.from('\n\n\n').subarray(0, shift),
          Buffer.from(code),
          Buffer.from('\n\n\n\n'),
        ]);
        const at = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
        const view = new Uint8Array(at, shift, Buffer.byteLength(code));
        expect(hasLine(view, line)).toBe(code.split(/\r\n|[\n\r\u2028\u2029]/).length > line);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is true of the first line of an empty script, and of no other', () => {
    expect([hasLine(new Uint8Array(), 0), hasLine(new Uint8Array(), 1)]).toEqual([true, false]);
  });
});
