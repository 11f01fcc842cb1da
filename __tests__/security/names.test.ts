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
  '<img src=x onerror=alert(1)>',
  '%2e%2e',
  'a?b#c',
  '--upload-pack=x',
  'x'.repeat(200),
  '__proto__',
])('the release %j is created under exactly this name', async (release) => {
  const { result, sandbox } = await attack({ inputs: { release } });
  expect(result.exitCode).toBe(0);
  expect([...(sandbox.state.organizations.get('acme')?.releases.keys() ?? [])]).toEqual([release]);
  expect(result.outputs['release']).toBe(release);
});

it.each([
  ['../../../etc/passwd', /contains a slash/],
  ['<script>alert(1)</script>', /contains a slash/],
  ['a/b', /contains a slash/],
  ['..', /may not be "\."/],
  ['.', /may not be "\."/],
  ['latest', /the word "latest"/],
  ['a\\b', /contains a backslash/],
  ['x'.repeat(201), /has 201 characters/],
  ['a\tb', /control character/],
])('the release %j is refused before any request, with the reason', async (release, reason) => {
  const { result, sandbox } = await attack({ inputs: { release } });
  expect(result.exitCode).toBe(1);
  expect(result.log).toMatch(reason);
  expect(sandbox.requests).toEqual([]);
});

it('a file that became the release by mistake is refused, and neither printed whole nor cut in a word, which may be a key', async () => {
  const key = 'k'.repeat(600);
  const { result } = await attack({ inputs: { release: `my words ${key} ${'x'.repeat(20_000)}` } });
  expect(result.log).toMatch(/"my words …" \(as given\) has 20610 characters/);
  expect(`${result.log}${result.summary}${JSON.stringify(result.report)}`).not.toContain('kkkk');
  expect(result.summary.length).toBeLessThan(5_000);
});

it('a slug cannot leave its place in the path', async () => {
  const { result, sandbox } = await attack({ inputs: { org: '../../evil', projects: 'web' } });
  expect(result.exitCode).toBe(1);
  expect(sandbox.requests.filter(({ path }) => path.includes('evil'))).toEqual([]);
});

/** A repository whose git notes what it is given, in `calls`, and then is git. */
function notingGit(calls: string[][]): Pick<Parameters<typeof attack>[0], 'prepare' | 'env' | 'look'> {
  return {
    prepare(workspace) {
      const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args]);
      git('init', '-q', workspace);
      git('-C', workspace, 'commit', '-q', '--allow-empty', '-m', 'First');
      installGitSpy(
        workspace,
        `require('node:fs').appendFileSync(${JSON.stringify(join(workspace, 'calls'))}, JSON.stringify(args) + '\\n');
process.exit(require('node:child_process').spawnSync('git', args, { env, stdio: 'inherit' }).status ?? 1);`,
      );
    },
    env: (workspace) => ({ PATH: pathWithSpy(workspace) }),
    look({ workspace }) {
      const lines = readFileSync(join(workspace, 'calls'), 'utf8').trim().split('\n');
      calls.push(...lines.map((line) => JSON.parse(line) as string[]));
      expect(readdirSync(workspace).filter((name) => name.includes('PWNED'))).toEqual([]);
    },
  };
}

/** Git takes what follows `--end-of-options` for no option. */
function expectNoOption(calls: readonly string[][], text: string): void {
  for (const args of calls) {
    const before = args.includes('--end-of-options') ? args.slice(0, args.indexOf('--end-of-options')) : args;
    expect(before.filter((arg) => arg.startsWith(text))).toEqual([]);
  }
}

it.each(['--output=PWNED', '--upload-pack=touch PWNED', '-h', '--all'])(
  'the commit %j is no option of git, in a repository where git would act on it',
  async (commit) => {
    const calls: string[][] = [];
    const { result } = await attack({
      ...notingGit(calls),
      inputs: { set_commits: 'manual', repo: 'acme/webapp', commit, previous_commit: commit },
    });
    expect(result.exitCode).toBe(1);
    expect(calls.flat().filter((arg) => arg.startsWith(commit)).length).toBeGreaterThan(0);
    expectNoOption(calls, commit);
  },
);

it('a repository that looks like an option is none of git, and none that Sentry is told of', async () => {
  const calls: string[][] = [];
  const repo = '--output=PWNED';
  const { result } = await attack({
    ...notingGit(calls),
    inputs: { set_commits: 'manual', repo, commit: 'a'.repeat(40) },
  });
  expect(result.log).not.toContain('Unexpected failure');
  expect(calls.length).toBeGreaterThan(0);
  expectNoOption(calls, repo);
  const said = result.conversations.map(({ bytes }) => bytes.toString('latin1')).join('\n');
  expect(said).toContain('POST /api/0/organizations/acme/releases/');
  expect(said).not.toContain('PWNED');
});
