import { compilePaths } from '../../../src/commits/paths.js';

const touches = (patterns: readonly string[], path: string) => compilePaths(patterns)?.([{ path, type: 'M' }]);

it.each([
  [['packages/web'], 'packages/web/src/a.ts', true],
  [['packages/web/'], 'packages/web/src/a.ts', true],
  [['./packages/web'], 'packages/web/a.ts', true],
  [['.'], 'packages/web/a.ts', true],
  [['./'], 'a.ts', true],
  [['/'], '.github/a.yml', true],
  [['.', '!docs'], 'docs/a.md', false],
  [['.*'], 'a.ts', false],
  [['packages/web'], 'packages/website/a.ts', false],
  [['packages/web'], 'old/packages/web/a.ts', false],
  [['packages/*/src'], 'packages/web/src/a.ts', true],
  [['packages/*/src'], 'packages/web/lib/src/a.ts', false],
  [['**/*.ts'], 'a/b/c.ts', true],
  [['**/*.ts'], 'c.ts', true],
  [['*.ts'], 'a/c.ts', false],
  [['docs/**'], 'docs/a/b.md', true],
  [['file?.txt'], 'file1.txt', true],
  [['[ab].txt'], 'b.txt', true],
  [['[!ab].txt'], 'b.txt', false],
  [['packages/{web,api}/**'], 'packages/api/x', true],
  [['{a,b{c,d}}/x'], 'bd/x', true],
  [['packages/web', '!packages/web/docs'], 'packages/web/docs/a.md', false],
  [['packages/web', '!packages/web/docs'], 'packages/web/a.md', true],
  [['!docs'], 'src/a.ts', true],
  [['!docs'], 'docs/a.md', false],
  [['WEB'], 'web/a', false],
  [['büro/日本'], 'büro/日本/語.txt', true],
  [['..hidden'], '..hidden/a', true],
])('%j and %s: %s', (patterns, path, expected) => {
  expect(touches(patterns, path)).toBe(expected);
});

it('one file of many is enough', () => {
  const filter = compilePaths(['web']);
  expect(
    filter?.([
      { path: 'api/a', type: 'M' },
      { path: 'web/a', type: 'D' },
    ]),
  ).toBe(true);
  expect(filter?.([])).toBe(false);
});

it('no patterns, no filter', () => {
  expect(compilePaths([])).toBeUndefined();
});
