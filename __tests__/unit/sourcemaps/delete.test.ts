import { existsSync, readFileSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { blank, deleteUploadedMaps } from '../../../src/sourcemaps/delete.js';
import { planPaired } from '../../support/paired.js';
import { itWithLinks } from '../../support/platform.js';
import { MAP, makeTree, recordingLog, removeTrees, sourceMapInputs } from './workspace.js';

afterAll(removeTrees);

async function setup(files: Readonly<Record<string, string>>) {
  const root = makeTree(files);
  const { log, lines } = recordingLog();
  const inputs = { sourcemaps: sourceMapInputs(['dist']), workspace: root, workingDirectory: root, dryRun: false };
  const plan = await planPaired(inputs, log);
  const all = {
    uploadedMaps: plan.units.flatMap(({ map }) => (map === undefined ? [] : [map.path])),
    debugIds: plan.units.flatMap(({ js }) => (js === undefined ? [] : [{ name: js.name }])),
  };
  const read = (name: string) => readFileSync(join(root, name), 'utf8');
  const has = (name: string) => existsSync(join(root, name));
  return { root, build: { units: plan.units, root: plan.options.workspace }, log, lines, all, read, has };
}

describe('delete_after_upload', () => {
  it('removes the uploaded maps and the comments that mean them, and moves no line', async () => {
    const { build, all, log, read, has } = await setup({
      'dist/a.js': 'a()\n//# sourceMappingURL=a.js.map\n//# debugId=1\nlast()\n',
      'dist/a.js.map': MAP,
      'dist/crlf.js': 'b()\r\n//@ sourceMappingURL=crlf.js.map\r\nlast()\r\n',
      'dist/crlf.js.map': MAP,
      'dist/alone.css.map': MAP,
    });
    expect(deleteUploadedMaps(build, all, log)).toEqual({
      maps: ['dist/a.js.map', 'dist/alone.css.map', 'dist/crlf.js.map'],
      scripts: ['dist/a.js', 'dist/crlf.js'],
      kept: [],
    });
    expect(read('dist/a.js')).toBe('a()\n\n//# debugId=1\nlast()\n');
    expect(read('dist/crlf.js')).toBe('b()\r\n\r\nlast()\r\n');
    expect(has('dist/a.js.map') || has('dist/crlf.js.map') || has('dist/alone.css.map')).toBe(false);
  });

  it('does nothing the second time', async () => {
    const { root, build, all, log, lines } = await setup({
      'dist/a.js': 'a()\n//# sourceMappingURL=a.js.map',
      'dist/a.js.map': MAP,
    });
    deleteUploadedMaps(build, all, log);
    const before = statSync(join(root, 'dist/a.js')).mtimeMs;
    expect(deleteUploadedMaps(build, all, log)).toEqual({ maps: [], scripts: [], kept: [] });
    expect(statSync(join(root, 'dist/a.js')).mtimeMs).toBe(before);
    expect(lines.filter((line) => line.startsWith('warning'))).toEqual([]);
  });

  it('leaves maps and comments alone that the server did not get, and names the maps', async () => {
    const files = { 'dist/a.js': 'a()\n//# sourceMappingURL=a.js.map', 'dist/a.js.map': MAP };
    const { build, log, lines, read, has } = await setup(files);
    const none = { uploadedMaps: [], debugIds: [] };
    const kept = [{ name: 'dist/a.js.map', reason: 'it was not uploaded' }];
    expect(deleteUploadedMaps(build, none, log)).toEqual({ maps: [], scripts: [], kept });
    expect(lines).toContain(
      'warning: Not deleted, because not uploaded: dist/a.js.map. Delete what must not be published.',
    );
    expect(has('dist/a.js.map')).toBe(true);
    expect(read('dist/a.js')).toBe(files['dist/a.js']);
  });

  it('takes an inline map out of an uploaded script', async () => {
    const url = `data:application/json;base64,${Buffer.from(MAP).toString('base64')}`;
    const { build, all, log, read } = await setup({ 'dist/a.js': `a()\n//# sourceMappingURL=${url}\n//# debugId=1` });
    expect(deleteUploadedMaps(build, all, log).scripts).toEqual(['dist/a.js']);
    expect(read('dist/a.js')).toBe('a()\n\n//# debugId=1');
  });

  it('leaves one in a script that Sentry does not find by a debug id, and names the script', async () => {
    const code = `a()\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(MAP).toString('base64')}`;
    const files = { 'dist/a.js': code, 'dist/b.js': code, 'dist/none.js': 'n()', 'dist/with.js': 'w()' };
    const { build, log, lines, read } = await setup({ ...files, 'dist/with.js.map': MAP });
    const uploaded = { uploadedMaps: [], debugIds: [{ name: 'dist/b.js' }] };
    expect(deleteUploadedMaps(build, uploaded, log)).toEqual({
      maps: [],
      scripts: ['dist/b.js'],
      kept: [
        { name: 'dist/with.js.map', reason: 'it was not uploaded' },
        { name: 'dist/a.js', reason: 'it was not uploaded with a debug id' },
      ],
    });
    expect(lines).toContain(
      'warning: Not deleted, because not uploaded with a debug id: the maps inside dist/a.js. Delete what must not be published.',
    );
    expect(read('dist/a.js')).toBe(code);
  });

  it('takes the comment out of every script that means the map, also where it belongs to another', async () => {
    const { build, all, log, read } = await setup({
      'dist/a.js': 'a()\n//# sourceMappingURL=z.js.map',
      'dist/z.js': 'z()\n/*# sourceMappingURL=z.js.map */ end()',
      'dist/other.js': 'o()\n//# sourceMappingURL=https://example.com/o.map',
      'dist/z.js.map': MAP,
    });
    expect(deleteUploadedMaps(build, all, log).scripts).toEqual(['dist/a.js', 'dist/z.js']);
    expect(read('dist/a.js')).toBe('a()\n');
    expect(read('dist/z.js')).toBe(`z()\n${' '.repeat('/*# sourceMappingURL=z.js.map */'.length)} end()`);
    expect(read('dist/other.js')).toContain('example.com');
  });

  it('does not touch text that only looks like the comment', async () => {
    const code = 'x = `\n//# sourceMappingURL=a.js.map\n`';
    const { build, all, log, read } = await setup({ 'dist/a.js': code, 'dist/a.js.map': MAP });
    expect(deleteUploadedMaps(build, all, log)).toMatchObject({ maps: ['dist/a.js.map'], scripts: [] });
    expect(read('dist/a.js')).toBe(code);
  });

  itWithLinks('keeps and names a file whose folder has become a link out of the workspace', async () => {
    const { root, build, all, log, lines } = await setup({
      'dist/d/a.js': 'a()\n//# sourceMappingURL=a.js.map',
      'dist/d/a.js.map': MAP,
    });
    const elsewhere = makeTree({ 'a.js': 'a()\n//# sourceMappingURL=a.js.map', 'a.js.map': MAP });
    renameSync(join(root, 'dist/d'), join(root, 'gone'));
    symlinkSync(elsewhere, join(root, 'dist/d'));
    const deletion = deleteUploadedMaps(build, all, log);
    expect(deletion).toMatchObject({ maps: [], scripts: [] });
    expect(deletion.kept.map(({ name }) => name).sort()).toEqual(['dist/d/a.js', 'dist/d/a.js.map']);
    expect(lines.filter((line) => line.startsWith('warning'))).toHaveLength(2);
    expect(readFileSync(join(elsewhere, 'a.js'), 'utf8')).toContain('sourceMappingURL');
    expect(existsSync(join(elsewhere, 'a.js.map'))).toBe(true);
  });
});

describe('what stands in the place of a comment', () => {
  it.each([
    ['//# x', '', ''],
    ['//# x', '\nnext', ''],
    ['//# x', ' \t\r\nnext', ''],
    ['/*# x */', 'next', '        '],
    ['/*# x\ny */', 'next', '     \n    '],
    ['/*# x\ny */', '\nnext', '\n'],
    ['/*# é */', 'next', '        '],
  ])('%j before %j is %j', (comment, after, expected) => {
    const code = Buffer.from(`a${comment}${after}`);
    const end = 1 + Buffer.byteLength(comment);
    expect(Buffer.from(blank(code, 1, end)).toString()).toBe(expected);
  });
});
