import fc from 'fast-check';
import { parseList, UnclosedQuote } from '../../../src/inputs/list.js';

describe('lists of words', () => {
  it.each([
    ['a b c', ['a', 'b', 'c']],
    ['a,b, c', ['a', 'b', 'c']],
    ['a\nb\r\nc\n', ['a', 'b', 'c']],
    ['  a   b\t,\n\n c,, ', ['a', 'b', 'c']],
    ['"a b" \'c\'', ['a b', 'c']],
    ['', []],
    [' \n , ', []],
  ])('%j is %j', (value, expected) => {
    expect(parseList(value, 'words')).toEqual(expected);
  });
});

describe('lists of paths', () => {
  it.each([
    ['dist build', ['dist', 'build']],
    ['dist/**/*.{js,map}', ['dist/**/*.{js,map}']],
    ['dist/*.{js,map}, !dist/{a b}.js', ['dist/*.{js,map}', '!dist/{a b}.js']],
    ['"my app/dist" other', ['my app/dist', 'other']],
    ['my app/dist\nother dir', ['my app/dist', 'other dir']],
    ['"my app/dist"\n\'other\'', ['my app/dist', 'other']],
    ['dist/a,\ndist/b,\n', ['dist/a', 'dist/b']],
    ['dist/a b\n', ['dist/a', 'b']],
    ["it's/dist", ["it's/dist"]],
    ['~/static/[id].js', ['~/static/[id].js']],
  ])('%j is %j', (value, expected) => {
    expect(parseList(value, 'paths')).toEqual(expected);
  });
});

describe('lists of names', () => {
  it('keep the spaces inside a name, as the official action does', () => {
    expect(parseList('Preview – my app, production\nstaging', 'names')).toEqual([
      'Preview – my app',
      'production',
      'staging',
    ]);
  });
});

it.each(['words', 'paths', 'names'] as const)('an unclosed quote in %s is not guessed at', (style) => {
  expect(() => parseList('"dist', style)).toThrow(UnclosedQuote);
  if (style === 'paths') expect(() => parseList('"dist\nx', style)).toThrow(UnclosedQuote);
});

it('whatever the text, no entry is blank and none has a line break', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('words', 'paths', 'names'), (text, style) => {
      try {
        for (const entry of parseList(text, style as 'words')) {
          expect(entry).not.toBe('');
          expect(entry).not.toMatch(/[\r\n]/);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(UnclosedQuote);
      }
    }),
  );
});

it('entries without separators, quotes or braces come back as they were, whatever separates them', () => {
  const entry = fc.stringMatching(/^[\w./*!~@-]{1,12}$/);
  const separator = fc.constantFrom(' ', ',', '\n', ', ', '\r\n');
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1 }), separator, (entries, by) => {
      expect(parseList(entries.join(by), 'words')).toEqual(entries);
    }),
  );
});
