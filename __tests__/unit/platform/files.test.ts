import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gitEnvironment } from '../../../src/commits/git.js';
import { parseList } from '../../../src/inputs/list.js';
import { FolderMemory, readSource } from '../../../src/sourcemaps/source-files.js';
import { replaceFiles } from '../../../src/sourcemaps/write-file.js';
import { temporaryFolder } from '../../support/workspace.js';

/** What differs between file systems and shells, in cases that can be had on any of them. */

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('platform');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

it('a file whose name is as long as file systems allow is replaced too', () => {
  const name = `${'長'.repeat(84)}.js`;
  const path = write(name, 'before');
  const file = { path, name, url: `~/${name}`, kind: 'js', size: 6, mtimeMs: 0 } as const;
  const before = { bytes: Buffer.from('before'), mode: 0o644 };
  replaceFiles([{ file, before, pieces: [Buffer.from('after')] }]);
  expect(readFileSync(path, 'utf8')).toBe('after');
  expect(readdirSync(folder)).toEqual([name]);
});

it.each(['.git/config', '.GIT/config', '.Git/config'])('a source named %s is not read, on no file system', (name) => {
  write(name, 'token');
  write('src/app.ts', 'code');
  const roots = { workspace: folder, workingDirectory: folder, mapFolder: folder, folders: new FolderMemory() };
  expect(readSource('src/app.ts', roots)).toBe('code');
  expect(readSource(name, roots)).toBeUndefined();
});

it('git finds what it needs to start on Windows, where names of variables have any case', () => {
  const env = gitEnvironment({
    Path: 'C:\\Git',
    SystemRoot: 'C:\\Windows',
    PATHEXT: '.EXE',
    INPUT_AUTH_TOKEN: 'secret',
  });
  expect(env).toMatchObject({ Path: 'C:\\Git', SystemRoot: 'C:\\Windows', PATHEXT: '.EXE' });
  expect(env).not.toHaveProperty('INPUT_AUTH_TOKEN');
});

it('a list in a workflow file with CRLF line ends is the same list', () => {
  expect(parseList('dist\r\n!dist/vendor\r\n', 'paths')).toEqual(parseList('dist\n!dist/vendor\n', 'paths'));
});
