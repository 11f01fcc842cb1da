import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, read } from './repository.js';

/** docs/reliability.md has every row of the matrix of faults, and names a test for each: all of it has to be there. */

const ROWS = 74;
/** Rows that only count when they are played through the bundle, in a process of its own. */
const THROUGH_THE_BUNDLE = [
  ...[2, 6, 7, 9, 10, 18, 45, 46, 47, 48, 49, 51, 52, 54, 55, 56, 57, 58, 59, 60, 61, 65, 66, 67, 68, 71],
];
/** Too long for the tests: the row says where it is measured. */
const MEASURED = [72];

const table = read('docs/reliability.md').split('## Row by row')[1] ?? '';
const rows = [...table.matchAll(/^\| (\d+) \| (.+?) \| (.+?) \| (.+) \|$/gm)].map(
  ([, number, , level = '', tests = '']) => ({
    row: Number(number),
    level,
    tests,
  }),
);

/** Numbers in `row 6`, `rows 2 and 71`, `rows 34 to 39` of titles; comments do not count. */
function rowsNamed(source: string): Set<number> {
  const named = new Set<number>();
  const titles = source
    .split('\n')
    .filter((line) => !/^\s*(\/\*\*|\*|\/\/)/.test(line))
    .join('\n');
  for (const [, list = ''] of titles.matchAll(/\brows? (\d+(?:(?:, | and | to )\d+)*)/g)) {
    for (const [number] of list.matchAll(/\d+/g)) named.add(Number(number));
    const [, from, to] = /^(\d+) to (\d+)$/.exec(list) ?? [];
    for (let row = Number(from ?? 1); row <= Number(to ?? 0); row += 1) named.add(row);
  }
  return named;
}

/** The tests of a cell: a file, and the title where the file does not name the row. */
function testsOf(cell: string): readonly { readonly path: string; readonly title: string | undefined }[] {
  return [...cell.matchAll(/\]\(\.\.\/(__tests__\/[^)]+)\)(?: “([^”]+)”)?/g)].map(([, path = '', title]) => ({
    path,
    title,
  }));
}

it('has every row once, in order', () => {
  expect(rows.map(({ row }) => row)).toEqual(Array.from({ length: ROWS }, (_, index) => index + 1));
});

it('plays through the bundle what only counts there', () => {
  const lowered = rows.filter(({ level, row }) => THROUGH_THE_BUNDLE.includes(row) && !level.split(' ').includes('E'));
  expect(lowered).toEqual([]);
});

it.each(rows.filter(({ row }) => !MEASURED.includes(row)))('row $row: its tests are there', ({ level, row, tests }) => {
  const named = testsOf(tests);
  expect(named.length).toBeGreaterThan(0);
  const lacking = named.filter(({ path, title }) => {
    if (!existsSync(join(ROOT, path))) return true;
    const source = read(path);
    return title === undefined ? !rowsNamed(source).has(row) : !source.includes(title);
  });
  expect(lacking).toEqual([]);
  const folders = { U: 'unit', I: 'integration|security|unit/upload', E: 'e2e|security', meta: 'meta' };
  for (const letter of level.split(' ')) {
    const folder = folders[letter as keyof typeof folders];
    expect(named.map(({ path }) => path)).toContainEqual(expect.stringMatching(`^__tests__/(${folder})/`));
  }
});

it('the check of titles finds the numbers of rows, and none in comments', () => {
  const source = "/** Row 9. */\n// rows 1 to 3\nit('row 6: a')\nit('rows 7 and 8: b')\nit('rows 34 to 36, c')";
  expect([...rowsNamed(source)].sort((a, b) => a - b)).toEqual([6, 7, 8, 34, 35, 36]);
});
