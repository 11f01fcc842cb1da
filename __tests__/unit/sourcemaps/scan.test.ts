import { rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { scanInTurn } from '../../../src/sourcemaps/scan.js';
import { itOnPosix } from '../../support/platform.js';
import { makeTree, removeTrees } from './workspace.js';

afterAll(removeTrees);

async function scan(files: Readonly<Record<string, string>>) {
  const root = makeTree(files);
  return await scanInTurn(Object.keys(files).map((name) => source(root, name)));
}

function source(root: string, name: string) {
  const path = join(root, name);
  const { size, mtimeMs } = statSync(path);
  return { path, name, url: `~/${name}`, size, mtimeMs, kind: 'js' as const };
}

const LONG = `/* ${'x'.repeat(10_000)} */\n`;

describe('the scan of scripts', () => {
  it.each([
    ['a short file', 'a()\n//# sourceMappingURL=a.map\n', 'a.map'],
    ['the end of a long file', `${LONG}a()\n//# sourceMappingURL=a.map\n`, 'a.map'],
    ['the start of a long file', `//# sourceMappingURL=a.map\n${LONG}`, 'a.map'],
    [
      'a comment across the border of the tail',
      `${LONG}//# sourceMappingURL=${'m'.repeat(4090)}.map`,
      `${'m'.repeat(4090)}.map`,
    ],
    ['a block comment', `${LONG}/*# sourceMappingURL=a.map */`, 'a.map'],
    ['no comment', `${LONG}a()`, undefined],
    ['a template that only looks like one', `${LONG}x = \`\n//# sourceMappingURL=no.map\n\``, undefined],
    ['an empty file', '', undefined],
  ])('finds the reference in %s', async (_, code, reference) => {
    expect(await scan({ 'a.js': code })).toEqual([
      { inline: false, ...(reference === undefined ? {} : { reference }) },
    ]);
  });

  it('keeps only the head of a data URL, however long', async () => {
    const url = `data:application/json;base64,${'A'.repeat(100_000)}`;
    expect(await scan({ 'a.js': `a()\n//# sourceMappingURL=${url}` })).toEqual([
      { inline: true, reference: 'data:application/json;base64,' },
    ]);
  });

  it('answers in the order asked and does not mix up the buffers', async () => {
    const answers = await scan({
      'a.js': '//# sourceMappingURL=1',
      'b.js': `${LONG}1`,
      'c.js': '//# sourceMappingURL=3',
    });
    expect(answers.map(({ reference }) => reference)).toEqual(['1', undefined, '3']);
  });

  // On Windows the link is followed: it has no way to open a file only if it is none.
  itOnPosix('reports a file that is gone, and one that became a link, and goes on', async () => {
    const root = makeTree({ 'a.js': 'a', 'b.js': 'b', 'c.js': '//# sourceMappingURL=c.map' });
    const files = ['a.js', 'b.js', 'c.js'].map((name) => source(root, name));
    rmSync(join(root, 'a.js'));
    rmSync(join(root, 'b.js'));
    symlinkSync('c.js', join(root, 'b.js'));
    expect(await scanInTurn(files)).toEqual([
      { inline: false, failure: 'ENOENT' },
      { inline: false, failure: 'ELOOP' },
      { inline: false, reference: 'c.map' },
    ]);
  });
});
