import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ActionError } from '../../../src/errors.js';
import type { SourceMapInputs } from '../../../src/inputs/inputs.js';
import { discover } from '../../../src/sourcemaps/discover.js';
import { planSourceMaps } from '../../../src/sourcemaps/plan.js';
import { caseSensitive } from '../../support/platform.js';
import { makeTree, recordingLog, removeTrees, sourceMapInputs } from './workspace.js';

afterAll(removeTrees);

const root = makeTree({
  'build/app.js': 'a',
  'styles/a.css': 's',
  'styles/b.css': 's',
  'web/node_modules/x.js': 'x',
  'hidden/.next/y.js': 'y',
  'empty/.keep': '',
});
for (const folder of ['bare', 'many/a', 'many/b']) mkdirSync(join(root, folder), { recursive: true });

function errorOf(patterns: readonly string[], change: Partial<SourceMapInputs> = {}): ActionError {
  try {
    discover({ sourcemaps: sourceMapInputs(patterns, change), workspace: root, workingDirectory: root });
  } catch (error) {
    if (error instanceof ActionError) return error;
    throw error;
  }
  throw new Error('files were found');
}

type Row = [string, string[], RegExp];

describe('an empty file set', () => {
  it.each<Row>([
    [
      'a missing folder is named with the nearest one',
      ['biuld'],
      /found in \S+\. "biuld" does not exist; there is "build"\.$/,
    ],
    [
      'a missing folder like no other is told with what there is, folders first, and a count of the rest',
      ['zzz'],
      /"zzz" does not exist; the workspace holds bare\/, build\/, empty\/, hidden\/, many\/ and 2 more\.$/,
    ],
    [
      'a missing part below a folder is told with what that folder holds',
      ['styles/zzz/*.js'],
      /"zzz" does not exist in "styles"; "styles" holds a\.css, b\.css/,
    ],
    ['a folder without any entry is called empty', ['bare'], / "bare" is empty\.$/],
    ['a folder with hidden entries only is told as such', ['hidden/*.js'], /"hidden" holds only hidden entries/],
    ['a folder of empty folders is told with them', ['many'], / "many" holds a\/, b\/\.$/],
    ...(caseSensitive ? [['another case is the nearest', ['Build'], /there is "build"/] satisfies Row] : []),
    ['the first missing part is named', ['build/js/x.js'], /"js" does not exist in "build"/],
    [
      'several paths on one of several lines are one path, which is said',
      ['./build ./styles', 'zzz'],
      /"\.\/build \.\/styles": is read as one path, .*; "\.\/build" exists, so write it on a line of its own\. "zzz"/,
    ],
    [
      'the dash of a YAML list is such a word',
      ['- ./build'],
      /"- \.\/build": is read as one path, .*"\.\/build" exists/,
    ],
    ['a path with spaces that is not there stays one', ['my app/x'], /"my app" does not exist/],
    ['other extensions are counted', ['styles'], /it holds only 2 × \.css \(see the input ext\)/],
    ['ignored folders are named', ['web'], /ignored: web\/node_modules \(see the input ignore\)/],
    ['hidden folders are named', ['hidden'], /hidden folders are read only when named: hidden\/\.next/],
    ['an empty folder is said to be empty or to hold other files', ['empty'], /1 × \.keep/],
    ['a glob that meets nothing says so', ['build/*.mjs'], /"build\/\*\.mjs": nothing matches; "build" holds app\.js/],
    ['a glob whose folder is missing says which', ['biuld/**/*.js'], /"biuld" does not exist; there is "build"/],
    ['exclusions that take all are named', ['build', '!app.js'], /all 1 matching files are left out by ! patterns/],
    ['an absolute path of another place is explained', ['/no/such/place'], /relative to working_directory/],
  ])('%s', (_, patterns, message) => {
    const error = errorOf(patterns);
    expect(error.code).toBe('no-files-found');
    expect(error.message).toMatch(message);
    expect(error.hint).toContain('if_no_files_found');
  });

  it('names every pattern', () => {
    const { message } = errorOf(['biuld', 'styles']);
    expect(message).toMatch(/ "biuld" does .*\. "styles": .*\.$/);
  });

  it.each(['warn', 'ignore'] as const)('is no error with if_no_files_found: %s', async (ifNoFilesFound) => {
    const { log, lines } = recordingLog();
    const inputs = { workspace: root, workingDirectory: root, dryRun: false };
    const plan = await planSourceMaps({ ...inputs, sourcemaps: sourceMapInputs(['biuld'], { ifNoFilesFound }) }, log);
    expect(plan).toMatchObject({
      foreseen: [],
      others: [],
      files: 0,
      bytes: 0,
      patterns: [{ pattern: 'biuld', files: 0 }],
    });
    expect(lines.some((line) => line.startsWith('warning: '))).toBe(ifNoFilesFound === 'warn');
  });

  it('warns of one pattern without a match when others have some', async () => {
    const { log, lines } = recordingLog();
    const inputs = { workspace: root, workingDirectory: root, dryRun: false };
    await planSourceMaps({ ...inputs, sourcemaps: sourceMapInputs(['build', 'biuld']) }, log);
    expect(lines).toContain('info: build: 1 file');
    expect(lines.filter((line) => line.startsWith('warning'))).toEqual([
      'warning: sourcemaps: "biuld" matched no file: "biuld" does not exist; there is "build".',
    ]);
  });

  it('names a working directory that does not exist', () => {
    const inputs = { sourcemaps: sourceMapInputs(['x']), workspace: root, workingDirectory: join(root, 'nope') };
    expect(() => discover(inputs)).toThrow(/working_directory ".*nope" cannot be opened \(ENOENT\)/);
  });
});
