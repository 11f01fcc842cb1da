import { decode } from '@jridgewell/sourcemap-codec';
import fc from 'fast-check';
import { checkMappings, encodeNumber } from '../../../src/sourcemaps/mappings.js';

const SOURCES = 50;
const NAMES = 40;
/** What fails for where it stands is not made shorter: that takes minutes, and says nothing. */
const RUNS = { numRuns: 50, endOnFailure: true };

/** Segments that point to sources and names that exist, in lines; `text` is what they are in a map. */
const mappings = fc
  .array(
    fc.record({
      line: fc.boolean(),
      column: fc.nat(1 << 20),
      source: fc.option(fc.nat(SOURCES - 1)),
      name: fc.option(fc.nat(NAMES - 1)),
    }),
    { minLength: 150, maxLength: 400 },
  )
  .map((segments) => {
    let [source, name, text] = [0, 0, ''];
    for (const segment of segments) {
      text += segment.line ? ';' : ',';
      text += encodeNumber(segment.column);
      if (segment.source === null) continue;
      text += encodeNumber(segment.source - source) + encodeNumber(1) + encodeNumber(-1);
      source = segment.source;
      if (segment.name === null) continue;
      text += encodeNumber(segment.name - name);
      name = segment.name;
    }
    return text.slice(1);
  });

function check(text: string, sources = SOURCES, names = NAMES): number {
  // Not at the start of the memory: a map's mappings never are.
  const bytes = Buffer.from(`"${text}"`, 'latin1');
  return checkMappings(bytes, 1, bytes.length - 1, sources, names).lastLine;
}

describe('a check of mappings', () => {
  it('finds the last line with a segment in texts of any length', () => {
    fc.assert(
      fc.property(mappings, (text) => {
        expect(check(text)).toBe(decode(text).findLastIndex((line) => line.length > 0));
      }),
      RUNS,
    );
  });

  it('counts sources and names over the whole text, wherever a number begins', () => {
    const last = (text: string, field: 1 | 4) =>
      Math.max(...decode(text).flatMap((line) => line.map((s) => s[field] ?? 0)));
    fc.assert(
      fc.property(mappings, (text) => {
        const [sources, names] = [last(text, 1) + 1, last(text, 4) + 1];
        expect(check(text, sources, names)).toBeGreaterThanOrEqual(0);
        if (sources > 1) expect(() => check(text, sources - 1, names)).toThrow(/points to source #/);
        if (names > 1) expect(() => check(text, sources, names - 1)).toThrow(/points to name #/);
      }),
      RUNS,
    );
  });

  it('names the line of a broken segment, wherever it stands', () => {
    const text = 'AAAA,CACCA;'.repeat(300);
    for (const at of [0, 500, 1021, 1022, 1023, 1024, 1025, 1026, 2047, 2048, 3000]) {
      const broken = `${text.slice(0, at)}!${text.slice(at + 1)}`;
      const line = text.slice(0, at).split(';').length;
      expect(() => check(broken)).toThrow(`there is a byte 0x21, no base64 digit, in line ${line} of its mappings`);
    }
  });

  it('is the same however the bytes fall into blocks', () => {
    for (let before = 1000; before < 1040; before++) {
      const text = `${';'.repeat(before)}AAAA,gkBgCgkBg${'A'}`;
      expect(check(text)).toBe(before);
      expect(() => check(`${text.slice(0, -1)}g`)).toThrow(/break off/);
    }
  });
});
