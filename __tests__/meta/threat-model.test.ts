import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { ROOT, read } from './repository.js';

/** docs/threat-model.md names a guard and a test for each invariant: both have to be there. */

const text = read('docs/threat-model.md');
const rows = [...text.matchAll(/^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$/gm)];

/** The paths of a cell; a bare name is in the folder of the one before it. */
function paths(cell: string): string[] {
  let folder = '';
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => {
    const whole = path.includes('/') || path.endsWith('.md') ? path : join(folder, path);
    folder = dirname(whole);
    return whole;
  });
}

it('has every invariant in a row, numbered', () => {
  expect(rows.map(([, number]) => Number(number))).toEqual(rows.map((_row, index) => index + 1));
  expect(rows.length).toBeGreaterThan(10);
});

it.each(rows.map(([, number, , guards, tests]) => [number, guards, tests]))(
  'invariant %s: its guards and its tests exist',
  (_number, guards = '', tests = '') => {
    const named = [...paths(guards), ...paths(tests)];
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(paths(tests).some((path) => path.endsWith('.test.ts'))).toBe(true);
  },
);

it('is short enough to be read: under 100 lines', () => {
  expect(text.split('\n').length).toBeLessThan(100);
});
