import { guessMapNames } from '../../../src/sourcemaps/guess.js';

describe('names of maps to try', () => {
  it.each([
    ['foo.js', ['foo.map', 'foo.js.map']],
    ['foo.min.js', ['foo.map', 'foo.min.js.map', 'foo.js.map', 'foo.min.map']],
    ['foo.abc123.js', ['foo.map', 'foo.abc123.js.map', 'foo.abc123.map']],
    ['foo.min.abc.js', ['foo.map', 'foo.min.abc.js.map', 'foo.abc.js.map', 'foo.min.abc.map']],
    ['foo', ['foo.map']],
  ])('for %s are %j', (name, expected) => {
    expect(guessMapNames(name)).toEqual(expected);
  });
});
