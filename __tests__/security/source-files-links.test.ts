import { join } from 'node:path';
import { ActionError } from '../../src/errors.js';
import { type PairedPlan, planPaired } from '../support/paired.js';
import { describeWithLinks, itOnPosix, onWindows } from '../support/platform.js';
import { MAP, makeTree, recordingLog, removeTrees, sourceMapInputs } from '../unit/sourcemaps/workspace.js';

/**
 * Attack: a checked-out tree (or a dependency's post-install script) plants links and references that lead out of the
 * workspace, so that the runner's own files are uploaded. Nothing outside may get into the plan.
 */

afterAll(removeTrees);

const outside = makeTree({
  'secret.js': 'secret()',
  'secret.js.map': MAP,
  'home/.ssh/id.js': 'key',
  'deep/a/b.js': 'b',
});

async function plan(
  files: Parameters<typeof makeTree>[0],
  patterns: readonly string[],
): Promise<{ plan: PairedPlan; root: string; paths: string[] }> {
  const root = makeTree(files);
  const inputs = { workspace: root, workingDirectory: root, dryRun: false };
  const result = await planPaired({ ...inputs, sourcemaps: sourceMapInputs(patterns) }, recordingLog().log);
  const paths = result.units.flatMap(({ js, map }) => [js?.path, map?.path]).filter((path) => path !== undefined);
  return { plan: result, root, paths };
}

describeWithLinks('links out of the workspace', () => {
  it.each<[string, Parameters<typeof makeTree>[0], string[]]>([
    ['to a file', { 'dist/evil.js': { link: join(outside, 'secret.js') } }, ['dist/evil.js']],
    ['to a map', { 'dist/evil.js.map': { link: join(outside, 'secret.js.map') } }, ['dist/evil.js.map']],
    ['to a folder', { 'dist/evil': { link: outside } }, ['dist/evil']],
    ['by a relative path', { 'dist/evil': { link: '../../..' } }, ['dist/evil']],
    ['to the parent of the workspace', { 'dist/evil': { link: '../..' } }, ['dist/evil']],
    ['over two links', { 'dist/one': { link: '../two' }, two: { link: outside } }, ['dist/one']],
    [
      'below a folder that is linked inside',
      { 'dist/in': { link: '../lib' }, 'lib/evil.js': { link: join(outside, 'secret.js') } },
      ['dist/in/evil.js'],
    ],
  ])('%s are named and nothing behind them is planned', async (_, files, named) => {
    for (const pattern of ['dist', 'dist/**/*', 'd*', '**']) {
      const { plan: result, root, paths } = await plan({ 'dist/ok.js': 'ok()', ...files }, [pattern]);
      expect(paths).toEqual([join(root, 'dist/ok.js')]);
      const found = result.diagnoses.filter(({ kind }) => kind === 'outside-workspace').map(({ file }) => file);
      expect(found).toEqual(expect.arrayContaining(named.slice(0, pattern === '**' ? 0 : undefined)));
      expect(found.length).toBeGreaterThan(0);
    }
  });

  it('are refused when the pattern itself is one', async () => {
    await expect(plan({ dist: { link: outside } }, ['dist'])).rejects.toThrow(
      /a link leads out of the workspace \(dist\)/,
    );
    await expect(plan({ dist: { link: outside } }, ['dist/secret.js'])).rejects.toThrow(/out of the workspace/);
    await expect(plan({ dist: { link: outside } }, ['dist/**/*.js'])).rejects.toThrow(/out of the workspace/);
  });
});

describeWithLinks('links to what is private in the workspace', () => {
  const files = {
    'dist/ok.js': 'ok()',
    '.git/config': '[http]\n\textraheader = secret\n',
    '.git/hooks/x.js': 'hook()',
    'lib/.env': 'SECRET=1\n',
    'server.key': 'key\n',
  };

  it.each([
    ['a file of .git', 'dist/evil.js', '../.git/config'],
    ['a script in .git', 'dist/evil.js', '../.git/hooks/x.js'],
    ['.git', 'dist/evil', '../.git'],
    ['a folder in .git', 'dist/evil', '../.git/hooks'],
    ['variables', 'dist/evil.js', '../lib/.env'],
    ['a key, as a map', 'dist/ok.js.map', '../server.key'],
  ])('are named and nothing behind them is planned: to %s', async (_, link, target) => {
    const { plan: result, root, paths } = await plan({ ...files, [link]: { link: target } }, ['dist']);
    expect(paths).toEqual([join(root, 'dist/ok.js')]);
    expect(result.diagnoses.map(({ kind, file }) => [kind, file])).toContainEqual(['outside-workspace', link]);
  });

  it.each(['build', 'build/**/*.js', 'build/hooks/x.js'])(
    'are refused when the pattern begins with one: %s',
    async (pattern) => {
      await expect(plan({ ...files, build: { link: '.git' } }, [pattern])).rejects.toThrow(/to \.git or secrets in it/);
    },
  );

  it('are no links to a folder that the workflow itself names', async () => {
    const { root, paths } = await plan(files, ['.git/hooks']);
    expect(paths).toEqual([join(root, '.git/hooks/x.js')]);
  });
});

describe('patterns out of the workspace', () => {
  it.each([
    [join(outside, 'secret.js')],
    [outside],
    [`${outside}/**/*.js`],
    ['..'],
    ['dist/../../'],
    // Absolute on Windows as well, but there it names nothing.
    ...(onWindows ? [] : [['/etc']]),
    ['/**/*.js'],
  ])('are an error: %s', async (pattern) => {
    const failure = await plan({ 'dist/ok.js': 'ok()' }, ['dist', pattern]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ActionError);
    expect(failure).toMatchObject({ code: 'file-outside-workspace' });
  });
});

describeWithLinks('references out of the workspace', () => {
  it.each([
    ['../../secret.js.map'],
    ['..%2F..%2Fsecret.js.map'],
    ['..\\..\\secret.js.map'],
    [`${outside}/secret.js.map`],
    [`file://${outside}/secret.js.map`],
    [`//localhost${outside}/secret.js.map`],
    ['link/secret.js.map'],
    ['link.map'],
    ['https://example.com/secret.js.map'],
    ['a.js.map%00../../secret.js.map'],
  ])('are not followed: %s', async (reference) => {
    const {
      plan: result,
      root,
      paths,
    } = await plan(
      {
        'dist/a.js': `a()\n//# sourceMappingURL=${reference}\n`,
        'dist/link': { link: outside },
        'dist/link.map': { link: join(outside, 'secret.js.map') },
      },
      ['dist'],
    );
    expect(paths).toEqual([join(root, 'dist/a.js')]);
    expect(result.units[0]?.unpaired?.kind).toBe('no-map');
  });

  it('cannot ask whether a file outside exists', async () => {
    const message = async (name: string) => {
      const files = { 'dist/a.js': `//# sourceMappingURL=link/${name}`, 'dist/link': { link: outside } };
      const { plan: result } = await plan(files, ['dist']);
      return result.units[0]?.unpaired?.message.replaceAll(name, 'NAME');
    };
    expect(await message('secret.js.map')).toBe(await message('nothing.js.map'));
  });
});

describe('special files', () => {
  itOnPosix('are never opened: a link to a device would not end', async () => {
    const { paths, root } = await plan({ 'dist/ok.js': 'ok()', 'dist/zero.js': { link: '/dev/zero' } }, ['dist']);
    expect(paths).toEqual([join(root, 'dist/ok.js')]);
  });
});
