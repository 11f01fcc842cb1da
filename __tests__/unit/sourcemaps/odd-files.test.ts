import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { discover } from '../../../src/sourcemaps/discover.js';
import { planPaired } from '../../support/paired.js';
import { itOnPosix } from '../../support/platform.js';
import { MAP, makeTree, recordingLog, removeTrees, sourceMapInputs } from './workspace.js';

afterAll(removeTrees);

function inputsOf(root: string, patterns: readonly string[]) {
  return { sourcemaps: sourceMapInputs(patterns), workspace: root, workingDirectory: root, dryRun: false };
}

describe('files that are hard to read', () => {
  // Windows allows none of these names.
  itOnPosix('are paired whatever is in their names', async () => {
    const names = [
      'a\nb.js',
      '::error::x.js',
      '\u001b[31mred.js',
      '\u202Egnp.js',
      'a\\b.js',
      `${'n'.repeat(250)}.js`,
      '#.js',
      '%41.js',
    ];
    const root = makeTree(
      Object.fromEntries(
        names.flatMap((name) => [
          [`dist/${name}`, name.length > 200 ? 'x' : `//# sourceMappingURL=${encodeURIComponent(name)}.map`],
          ...(name.length > 200 ? [] : [[`dist/${name}.map`, MAP]]),
        ]),
      ),
    );
    const plan = await planPaired(inputsOf(root, ['dist']), recordingLog().log);
    const paired = plan.units.filter(({ map }) => map !== undefined).map(({ js }) => js?.name.slice('dist/'.length));
    expect(paired.sort()).toEqual(names.filter((name) => name.length < 200).sort());
  });

  it('are named when a folder cannot be listed', () => {
    const root = makeTree({ 'dist/a.js': 'a', 'dist/locked/b.js': 'b' });
    const list = (folder: string) => {
      if (folder.endsWith('locked')) throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
      return readdirSync(folder, { withFileTypes: true });
    };
    const { files, diagnoses } = discover(inputsOf(root, ['dist']), { list });
    expect(files.map(({ name }) => name)).toEqual(['dist/a.js']);
    expect(diagnoses).toMatchObject([
      {
        kind: 'unreadable',
        file: 'dist/locked',
        severity: 'warning',
        message: 'cannot be read and is left out: EACCES.',
      },
    ]);
  });

  it('are named when they vanish after they were listed', () => {
    const root = makeTree({ 'dist/a.js': 'a' });
    const list = (folder: string) => {
      const entries = readdirSync(folder, { withFileTypes: true });
      const ghost = Object.assign(Object.create(Object.getPrototypeOf(entries[0])), entries[0], { name: 'ghost.js' });
      return [...entries, ghost];
    };
    const { files, diagnoses } = discover(inputsOf(root, ['dist']), { list });
    expect(files.map(({ name }) => name)).toEqual(['dist/a.js']);
    expect(diagnoses).toMatchObject([{ kind: 'unreadable', file: 'dist/ghost.js' }]);
  });

  it('are an error that says so when nothing else is left', () => {
    const root = makeTree({ 'dist/a.js': 'a' });
    expect(() => discover(inputsOf(root, ['!dist']))).toThrow(/only ! patterns/);
  });

  // macOS has no such names, Windows no such pipes.
  (process.platform === 'linux' ? it : it.skip)('are named when their name is not UTF-8, and never block', () => {
    const root = makeTree({ 'dist/a.js': 'a' });
    writeFileSync(Buffer.concat([Buffer.from(join(root, 'dist/b')), Buffer.from([0xff]), Buffer.from('.js')]), 'b');
    execFileSync('mkfifo', [join(root, 'dist/pipe.js')]);
    const { files, diagnoses } = discover(inputsOf(root, ['dist', 'dist/pipe.js']));
    expect(files.map(({ name }) => name)).toEqual(['dist/a.js']);
    expect(diagnoses).toMatchObject([{ kind: 'unreadable', message: expect.stringContaining('not valid UTF-8') }]);
  });
});
