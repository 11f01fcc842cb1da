import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attack } from './attack.js';
import { installGitSpy, pathWithSpy } from './git-spy.js';

/** Attack: names from branches, tags and titles that reach a path, a command line or a page. */

it.each([
  '$(id)',
  '`id`',
  'a;b&&c|d',
  'a b',
  '😀',
  '<script>alert(1)</script>',
  '%2e%2e',
  'a?b#c',
  '--upload-pack=x',
  'x'.repeat(200),
  '__proto__',
])('the release %j is created under exactly this name', async (release) => {
  if (release.includes('/')) return expectRefused(release);
  const { result, sandbox } = await attack({ inputs: { release } });
  expect(result.exitCode).toBe(0);
  expect([...(sandbox.state.organizations.get('acme')?.releases.keys() ?? [])]).toEqual([release]);
  expect(result.outputs['release']).toBe(release);
  return undefined;
});

async function expectRefused(release: string): Promise<void> {
  const { result, sandbox } = await attack({ inputs: { release } });
  expect(result.exitCode).toBe(1);
  expect(sandbox.requests).toEqual([]);
}

it.each(['../../../etc/passwd', '..', '.', 'latest', 'a\\b', 'a/b', `${'x'.repeat(201)}`, 'a\tb'])(
  'the release %j is refused before any request, with the reason',
  expectRefused,
);

it('a slug cannot leave its place in the path', async () => {
  const { result, sandbox } = await attack({ inputs: { org: '../../evil', projects: 'web' } });
  expect(result.exitCode).toBe(1);
  expect(sandbox.requests.filter(({ path }) => path.includes('evil'))).toEqual([]);
});

it.each(['--output=PWNED', '--upload-pack=touch PWNED', '-h', '--all'])(
  'the commit %j is no option of git, in a repository where git would act on it',
  async (commit) => {
    let calls: string[][] = [];
    let made = true;
    const { result } = await attack({
      inputs: { set_commits: 'manual', repo: 'acme/webapp', commit, previous_commit: commit },
      prepare(workspace) {
        const git = (...args: string[]) =>
          execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args]);
        git('init', '-q', workspace);
        git('-C', workspace, 'commit', '-q', '--allow-empty', '-m', 'First');
        // Notes each call on one line, then is git.
        installGitSpy(
          workspace,
          `require('node:fs').appendFileSync(${JSON.stringify(join(workspace, 'calls'))}, JSON.stringify(args) + '\\n');
process.exit(require('node:child_process').spawnSync('git', args, { env, stdio: 'inherit' }).status ?? 1);`,
        );
      },
      env: (workspace) => ({ PATH: pathWithSpy(workspace) }),
      look({ workspace }) {
        calls = readFileSync(join(workspace, 'calls'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as string[]);
        made = readdirSync(workspace).some((name) => name.includes('PWNED'));
      },
    });
    expect(result.exitCode).toBe(1);
    expect(made).toBe(false);
    const touched = calls.filter((args) => args.some((arg) => arg.startsWith(commit)));
    expect(touched.length).toBeGreaterThan(0);
    for (const args of touched) {
      expect(args.indexOf('--end-of-options')).toBeGreaterThan(-1);
      expect(args.findIndex((arg) => arg.startsWith(commit))).toBeGreaterThan(args.indexOf('--end-of-options'));
    }
  },
);

it('a repository that looks like an option is no repository', async () => {
  const { result, sandbox } = await attack({
    inputs: { set_commits: 'manual', repo: '--output=/tmp/x', commit: 'a'.repeat(40) },
  });
  expect(result.log).not.toContain('Unexpected failure');
  expect(sandbox.requests.filter(({ path }) => path.includes('output'))).toEqual([]);
});
