import fc from 'fast-check';
import { globSync } from 'tinyglobby';
import { discover } from '../../../src/sourcemaps/discover.js';
import { compileSegment, escapeGlob, expandBraces } from '../../../src/sourcemaps/glob.js';
import { makeTree, removeTrees, sourceMapInputs } from './workspace.js';

afterAll(removeTrees);

function matches(pattern: string, name: string, ignoreCase = false): boolean {
  const segment = compileSegment(pattern, ignoreCase);
  if (segment.kind === 'literal') return segment.text === name;
  return segment.kind === 'match' && segment.test.test(name);
}

describe('one segment of a glob', () => {
  it.each([
    ['*', 'a.js', true],
    ['*.js', 'a.js', true],
    ['*.js', '.js', true],
    ['*.js', 'a.jsx', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a?c', 'a😀c', true],
    ['[ab].js', 'b.js', true],
    ['[!ab].js', 'b.js', false],
    ['[^ab].js', 'c.js', true],
    ['[a-c]', 'b', true],
    ['[]a]', ']', true],
    ['[a', '[a', true],
    ['[z-a]', '[z-a]', true],
    ['[\\d]', '7', false],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['a.c', 'abc', false],
    ['a+(b)', 'a+(b)', true],
    ['a*b*c', 'a-b-c', true],
  ])('%j against %j is %j', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  it('ignores case only where the file system does', () => {
    expect(matches('App.*', 'app.js')).toBe(false);
    expect(matches('App.*', 'app.js', true)).toBe(true);
    expect(matches('App.js', 'APP.JS', true)).toBe(true);
  });

  it('takes no time out of the ordinary on a hostile pattern', () => {
    expect(matches('*a'.repeat(12), 'a'.repeat(30))).toBe(true);
    expect(matches(`${'*'.repeat(1000)}b`, 'a'.repeat(1000))).toBe(false);
  });

  it('never matches an escaped name but by itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (name, other) => {
        fc.pre(!name.includes('/') && !other.includes('/'));
        expect(matches(escapeGlob(name), name)).toBe(true);
        if (other !== name) expect(matches(escapeGlob(name), other)).toBe(false);
      }),
    );
  });
});

describe('braces', () => {
  it.each([
    ['a', ['a']],
    ['{a,b}', ['a', 'b']],
    ['x/{a,b/c}.js', ['x/a.js', 'x/b/c.js']],
    ['{a,{b,c}d}', ['a', 'bd', 'cd']],
    ['{a,b}{c,d}', ['ac', 'ad', 'bc', 'bd']],
    ['{a,}b', ['ab', 'b']],
    ['{a}', ['{a}']],
    ['{a', ['{a']],
    ['\\{a,b}', ['\\{a,b}']],
  ])('%j stands for %j', (pattern, expected) => {
    expect(expandBraces(pattern)).toEqual(expected);
  });

  it('are bounded', () => {
    expect(expandBraces('{a,b}'.repeat(40)).length).toBeLessThan(3000);
  });
});

describe('a whole glob', () => {
  const names = [
    'a.js',
    'ab.js',
    'x/a.js',
    'x/y/a.js',
    'x/y/b.js',
    'y/x/ab.js',
    'y/a/a/a.js',
    'x/[b]/a.js',
    'z.js/a.js',
  ];
  const root = makeTree(Object.fromEntries(names.map((name) => [name, '1'])));

  it('matches the files that a glob library matches', () => {
    const segment = fc.constantFrom(
      '**',
      '*',
      'x',
      'y',
      '?',
      '[xy]',
      'a*',
      '*.js',
      'a.js',
      '*b.js',
      '[!a]*',
      '{a,ab}.js',
    );
    const glob = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(glob, (pattern) => {
        // Our own rules on top: a folder that is matched is searched, and a trailing `**` is its folder.
        fc.pre(!pattern.endsWith('**') && pattern.endsWith('.js'));
        const theirs = globSync([pattern], { cwd: root, dot: true, expandDirectories: false })
          .filter((name) => !name.startsWith('z.js'))
          .sort();
        const inputs = { workspace: root, workingDirectory: root };
        const ours = discover({ ...inputs, sourcemaps: sourceMapInputs([pattern], { ifNoFilesFound: 'ignore' }) });
        expect(ours.files.map(({ name }) => name).filter((name) => !name.startsWith('z.js'))).toEqual(theirs);
      }),
      { numRuns: 300 },
    );
  });
});
