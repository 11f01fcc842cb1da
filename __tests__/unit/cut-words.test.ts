import fc from 'fast-check';
import { cutWords } from '../../src/cut-words.js';
import { ActionError } from '../../src/errors.js';
import { loadInputs } from '../../src/inputs/load.js';
import { assertReleaseName } from '../../src/inputs/release-rules.js';
import { errorText } from '../../src/sentry/error-text.js';

it('what is short enough stays as it is', () => {
  expect(cutWords('a key 0123456789abcdef', 22)).toBe('a key 0123456789abcdef');
});

it('what is longer is cut with a mark, to the length that was asked for', () => {
  expect(cutWords('abcdef', 4)).toBe('abc…');
  expect(cutWords('one two three', 8)).toBe('one two…');
});

it.each(['k', 'K0+/=', 'a_b-c.d~%', 'p!@#$^&*()', '{"key":"', 'ß€Ω'])(
  'no word of 16 characters or more is cut in its middle: one of %j',
  (unit) => {
    expect(cutWords(`a key ${unit.repeat(60)} and more`, 40)).toBe('a key …');
  },
);

it('a script without spaces between words is cut where the length ends', () => {
  expect(cutWords('認証に失敗しました'.repeat(20), 40)).toBe(`${'認証に失敗しました'.repeat(20).slice(0, 39)}…`);
  expect(cutWords(`認証に失敗しました${'k'.repeat(60)}`, 40)).toBe('認証に失敗しました…');
});

it('no character is cut in its middle, and the result is never longer than asked for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (text, maxLength) => {
      const cut = cutWords(text, maxLength);
      expect(cut.length).toBeLessThanOrEqual(maxLength);
      expect(cut).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
      expect(cut === text || text.startsWith(cut.slice(0, -1))).toBe(true);
    }),
  );
});

/** Letters of passwords as well, not only those of base64. */
const KEY = '0aZ!#:'.repeat(200);

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ActionError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

it.each([
  ['what a server said', () => errorText(Buffer.from(JSON.stringify({ detail: `bad key ${KEY}` })))],
  ['a release name that is refused', () => messageOf(() => assertReleaseName(`bad key ${KEY}`, 'as given'))],
  [
    'an input that is not understood',
    () => messageOf(() => loadInputs({ INPUT_INJECT: `bad key ${KEY}` }, process.cwd())),
  ],
])('%s is cut by the one rule', (_where, said) => {
  expect(said()).toContain('bad key …');
  expect(said()).not.toContain('0aZ');
});
