import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createGit, type Exec, gitEnvironment } from '../../../src/commits/git.js';
import { recordLog } from '../../integration/commits-support.js';
import { itOnPosix, itWithLinks } from '../../support/platform.js';
import { temporaryFolder } from '../../support/workspace.js';

let dir: string;
beforeEach(() => {
  dir = temporaryFolder('git-unit');
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Records the calls and plays git. */
function fakeExec(stdout = '', exitCode = 0, stderr = '') {
  const calls: {
    readonly tool: string;
    readonly args: string[];
    readonly env: Record<string, string>;
    readonly cwd: string;
  }[] = [];
  const exec: Exec = async (tool, args, { env, cwd, listeners }) => {
    calls.push({ tool, args, env, cwd });
    listeners.stdout(Buffer.from(stdout));
    listeners.stderr(Buffer.from(stderr));
    return exitCode;
  };
  return { calls, exec };
}

function repository(): string {
  mkdirSync(join(dir, 'repo', '.git'), { recursive: true });
  mkdirSync(join(dir, 'repo', 'packages', 'web'), { recursive: true });
  return join(dir, 'repo');
}

it('the child sees no input, no token and nothing that makes git run other programs', () => {
  const env = gitEnvironment({
    ...{
      PATH: '/bin',
      HOME: '/home/ann',
      INPUT_AUTH_TOKEN: 'x',
      SENTRY_AUTH_TOKEN: 'x',
      GITHUB_TOKEN: 'x',
      GH_TOKEN: 'x',
    },
    ...{ ACTIONS_RUNTIME_TOKEN: 'x', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x', NPM_TOKEN: 'x', GIT_EXTERNAL_DIFF: 'x' },
    ...{ GIT_SSH_COMMAND: 'x', GIT_CONFIG_COUNT: '1', LD_PRELOAD: 'x' },
  });
  expect(env).toMatchObject({ PATH: '/bin', HOME: '/home/ann', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' });
  expect(Object.values(env)).not.toContain('x');
});

it('names the root of the repository as safe for this one call, also when asked in a subfolder', async () => {
  const root = repository();
  const { calls, exec } = fakeExec();
  await createGit({ cwd: join(root, 'packages', 'web'), env: {}, log: recordLog(), exec }).run(['status']);
  expect(calls[0]).toMatchObject({ tool: 'git', cwd: root });
  expect(calls[0]?.args).toEqual(
    expect.arrayContaining([`safe.directory=${root}`, 'core.quotepath=off', 'protocol.allow=never']),
  );
  expect(calls[0]?.args.at(-1)).toBe('status');
});

itWithLinks('names the real path too when the root is reached through a link', async () => {
  const root = repository();
  symlinkSync(root, join(dir, 'link'));
  const { calls, exec } = fakeExec();
  await createGit({ cwd: join(dir, 'link'), env: {}, log: recordLog(), exec }).run(['status']);
  expect(calls[0]?.args).toEqual(
    expect.arrayContaining([`safe.directory=${join(dir, 'link')}`, `safe.directory=${root.replaceAll('\\', '/')}`]),
  );
});

// Windows has no such owners, and its git needs more of the environment.
itOnPosix(
  'reads a checkout of another owner, as in a container, without a setting that outlasts the call',
  async () => {
    const init = (...args: string[]) =>
      execFileSync('git', args, { cwd: dir, env: { PATH: process.env['PATH'], HOME: dir } });
    init('init', '-q', '.');
    init('-c', 'user.name=Ann', '-c', 'user.email=a@b.c', 'commit', '-q', '--allow-empty', '-m', 'x');
    /** git's own switch for tests: it takes every repository for somebody else's. */
    const exec: Exec = async (tool, args, { cwd, env, listeners }) => {
      const foreign = { ...env, GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
      const { status, stdout, stderr } = spawnSync(tool, args, { cwd, env: foreign });
      listeners.stdout(stdout);
      listeners.stderr(stderr);
      return status ?? -1;
    };
    const head = ['rev-parse', '--verify', 'HEAD'];
    const refused = spawnSync('git', head, {
      cwd: dir,
      env: { PATH: process.env['PATH'], HOME: dir, GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' },
    });
    expect(refused.stderr.toString()).toContain('dubious ownership');
    const answer = await createGit({
      cwd: dir,
      env: { PATH: process.env['PATH'], HOME: dir },
      log: recordLog(),
      exec,
    }).run(head);
    expect([answer.exitCode, answer.stdout.trim().length]).toEqual([0, 40]);
    expect(existsSync(join(dir, '.gitconfig'))).toBe(false);
  },
);

it('passes what looks like shell or options as one argument each', async () => {
  const { calls, exec } = fakeExec();
  const hostile = ['--end-of-options', '$(touch x); --upload-pack=evil "'];
  await createGit({ cwd: repository(), env: {}, log: recordLog(), exec }).run(['rev-parse', ...hostile]);
  expect(calls[0]?.args.slice(-2)).toEqual(hostile);
});

it('starts nothing where there is no repository', async () => {
  const { calls, exec } = fakeExec();
  const answer = await createGit({ cwd: dir, env: {}, log: recordLog(), exec }).run(['status']);
  expect(answer).toMatchObject({ exitCode: 128, stdout: '' });
  expect(calls).toEqual([]);
});

it('a failure is an answer with one line of text', async () => {
  const { exec } = fakeExec('', 128, 'fatal: bad revision\nmore\n');
  const answer = await createGit({ cwd: repository(), env: {}, log: recordLog(), exec }).run(['log']);
  expect(answer).toEqual({ exitCode: 128, stdout: '', stderr: 'fatal: bad revision', cut: false });
});

it('a machine without git is the same as no history', async () => {
  const exec: Exec = () => Promise.reject(new Error('Unable to locate executable file: git.'));
  const answer = await createGit({ cwd: repository(), env: {}, log: recordLog(), exec }).run(['log']);
  expect(answer).toMatchObject({ exitCode: 128, stderr: 'Unable to locate executable file: git.' });
});

it('output is bounded, and says so', async () => {
  const { exec } = fakeExec('x'.repeat(100));
  const git = createGit({ cwd: repository(), env: {}, log: recordLog(), exec });
  expect(await git.run(['log'], { maxBytes: 10 })).toMatchObject({ stdout: 'x'.repeat(10), cut: true });
});

it('nothing is started after the run was cancelled', async () => {
  const { calls, exec } = fakeExec();
  const signal = AbortSignal.abort(new Error('cancelled'));
  const git = createGit({ cwd: repository(), env: {}, log: recordLog(), exec, signal });
  await expect(git.run(['log'])).rejects.toThrow('cancelled');
  expect(calls).toEqual([]);
});
