import fc from 'fast-check';
import { artifactUrl, assignUrls } from '../../../src/sourcemaps/urls.js';

describe('the artifact URL', () => {
  it.each([
    ['js/app.js', '~', '', '~/js/app.js'],
    ['app.js', '~/static/js', '', '~/static/js/app.js'],
    ['app.js', '~/static/js/', '', '~/static/js/app.js'],
    ['app.js', 'app:///', '', 'app:///app.js'],
    ['app.js', '/', '', '/app.js'],
    ['app.js', '', '', '/app.js'],
    ['app.js', '~//', '', '~//app.js'],
    ['app.js', 'https://example.com/a b/', '?v=1', 'https://example.com/a b/app.js?v=1'],
    ['å %.js', '~', '', '~/å %.js'],
  ])('of %j with prefix %j and suffix %j is %j', (relative, urlPrefix, urlSuffix, expected) => {
    expect(artifactUrl(relative, { urlPrefix, urlSuffix })).toBe(expected);
  });
});

describe('URLs that several files want', () => {
  const options = { urlPrefix: '~', urlSuffix: '' };

  it('go to the file with the lowest name; the others take their path below the workspace', () => {
    const files = ['b/i.js', 'a/i.js', 'c/i.js'].map((name) => ({ name, relative: 'i.js' }));
    const { urls, collisions } = assignUrls(files, options);
    expect([...urls].map(([{ name }, url]) => [name, url])).toEqual([
      ['b/i.js', '~/b/i.js'],
      ['a/i.js', '~/i.js'],
      ['c/i.js', '~/c/i.js'],
    ]);
    expect(collisions).toEqual([
      {
        url: '~/i.js',
        winner: 'a/i.js',
        moved: [
          { name: 'b/i.js', url: '~/b/i.js' },
          { name: 'c/i.js', url: '~/c/i.js' },
        ],
      },
    ]);
  });

  it('get a number when even that path is another file’s URL', () => {
    const files = [
      { name: 'a', relative: 'x' },
      { name: 'b', relative: 'x' },
      { name: 'c', relative: 'b' },
    ];
    expect([...assignUrls(files, options).urls.values()].sort()).toEqual(['~/b', '~/b.1', '~/x']);
  });

  it('are unique in the end, and the same for every order of the files', () => {
    const segment = fc.constantFrom('a', 'b', 'c');
    const file = fc.record({ name: fc.array(segment, { minLength: 1, maxLength: 3 }), depth: fc.nat(2) });
    const set = fc.uniqueArray(file, { selector: ({ name }) => name.join('/'), maxLength: 12 });
    const shuffled = set.chain((files) =>
      fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length })),
    );
    const assign = (files: readonly { name: readonly string[]; depth: number }[]) =>
      assignUrls(
        files.map(({ name, depth }) => ({ name: name.join('/'), relative: name.slice(-1 - depth).join('/') })),
        options,
      );
    fc.assert(
      fc.property(shuffled, ([files, others]) => {
        const table = (list: typeof files) => [...assign(list).urls].map(([{ name }, url]) => `${name} ${url}`).sort();
        expect(new Set(assign(files).urls.values()).size).toBe(files.length);
        expect(table(others)).toEqual(table(files));
      }),
    );
  });
});
