import { ERROR_CODES } from '../../src/errors.js';
import { filesBelow, read } from './repository.js';

const page = read('docs/troubleshooting.md');
const sections = page.split(/^### /m).slice(1);

it('has one entry for each error code, and no other', () => {
  const codes = sections.map((section) => /^`([\w-]+)`/.exec(section)?.[1]);
  expect([...codes].sort()).toEqual([...ERROR_CODES].sort());
});

it.each(sections.map((section) => [section.split('\n')[0] ?? '', section]))('%s names cause and cure', (_, section) => {
  expect(section).toMatch(/\*\*Cause\.\*\* \S/);
  expect(section).toMatch(/\*\*Cure\.\*\* \S/);
});

it('every code is used: none is a promise that no code keeps', () => {
  const source = filesBelow('src', '.ts')
    .filter((path) => path !== 'src/errors.ts')
    .map(read)
    .join('\n');
  const unused = ERROR_CODES.filter((code) => code !== 'internal' && !source.includes(`'${code}'`));
  expect(unused).toEqual([]);
});
