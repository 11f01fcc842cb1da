import fc from 'fast-check';
import type { SourceFile } from '../../../src/sourcemaps/types.js';
import { EntryNames, entryName } from '../../../src/upload/entry-names.js';

describe('the name of a file in the archive', () => {
  it.each([
    ['~/js/app.js', 'files/_/_/js/app.js'],
    ['/app.js', 'files/_/_/app.js'],
    ['app:///x.js', 'files/app/_/x.js'],
    ['https://h/a b/x.js?v#f', 'files/https/h/a%20b/x.js#f'],
    ['~/héllo wörld [1].js', 'files/_/_/h%C3%A9llo%20w%C3%B6rld%20[1].js'],
    ['~/per%20cent.js', 'files/_/_/per%20cent.js'],
    ['~/q?x#y.js', 'files/_/_/q#y.js'],
    ['~/a/../b/./c.js', 'files/_/_/b/c.js'],
    ['~/.hidden/x.js', 'files/_/_/.hidden/x.js'],
    ['~/../../etc/passwd', 'files/_/_/etc/passwd'],
    ['~/{a}.js', 'files/_/_/%7Ba%7D.js'],
    ['https://cdn.example.com:8080/x.js', 'files/https/cdn.example.com:8080/x.js'],
    ['webpack:x.js', 'files/webpack/_/x.js'],
    ['~///..', 'files/http/%2E%2E/'],
    ['app:a/../b/./c.js', 'files/app/_/a/%2E%2E/b/%2E/c.js'],
    ['~/a.js#/../../b', 'files/_/_/a.js#/%2E%2E/%2E%2E/b'],
  ])('of %s is %s', (url, name) => {
    expect(entryName(url)).toBe(name);
  });

  it('is ASCII, relative and without dot segments for any URL', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.webUrl(), fc.stringMatching(/^(~\/|app:)[\w./%#?{} -]*$/)),
        (url) => {
          const name = entryName(url);
          expect(name).toMatch(/^files\/[\x20-\x7e]*$/);
          expect(name.split('/').filter((part) => part === '.' || part === '..')).toEqual([]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is the same from the short way for plain paths as from a URL parser', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^~(\/[\w@+$!,;=()&*'~.-]{1,5}){1,3}$/), (url) => {
        // Not what ends in a dot segment: Node 20's parser leaves the last one of `/.-/.` where it is, Node 24's does not.
        fc.pre(!/\/\.{1,2}$/.test(url));
        expect(entryName(url)).toBe(`files/_/_${new URL(url.slice(1), 'http://~').pathname}`);
      }),
      { numRuns: 500 },
    );
  });

  it('gets .1, .2, … when another file has it', () => {
    const file = (url: string): SourceFile => ({ path: '', name: '', url, size: 0, mtimeMs: 0, kind: 'js' });
    const files = ['~/a.js', '~/a.js?x', '/a.js', '~/a.js.1'].map(file);
    const names = new EntryNames(files);
    expect(files.map((js) => names.of({ js }).js)).toEqual([
      'files/_/_/a.js',
      'files/_/_/a.js.1',
      'files/_/_/a.js.2',
      'files/_/_/a.js.1.1',
    ]);
  });
});
