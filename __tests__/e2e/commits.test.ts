/** Commits and release names through the built action: real checkouts, the embedded Sentry, the fake GitHub API. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FakeGitHub, startGitHub } from '../../sandbox/github.js';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import { checkout, makeRepo, type Repo, removeRepos, runGit, tempDir } from '../integration/commits-support.js';
import { itOnPosix } from '../support/platform.js';
import { DEFAULT_GITHUB_TOKEN, type RunResult, runAction } from './harness.js';

const TOKEN = `sntryi_${'0ff1c1a2'.repeat(8)}`;

let origin: Repo;
let github: FakeGitHub;
let sandbox: Sandbox;
beforeEach(async () => {
  origin = makeRepo(Array.from({ length: 30 }, (_, index) => ({ id: `c${index}` })));
  github = await startGitHub({
    repositories: [{ name: 'acme/web', dir: origin.dir }],
    tokens: [{ token: DEFAULT_GITHUB_TOKEN }],
  });
  sandbox = await startSandbox({
    organizations: [{ slug: 'acme', projects: [{ slug: 'web' }] }],
    tokens: [{ kind: 'integration', org: 'acme', token: TOKEN, scopes: ['org:read', 'project:releases'] }],
  });
});
afterEach(async () => {
  await github.close();
  await sandbox.close();
});
afterAll(removeRepos);

function act(
  release: string,
  head: string,
  inputs: Record<string, string> = {},
  more: Partial<Parameters<typeof runAction>[0]> = {},
): Promise<RunResult> {
  origin.branch(`at-${head}`, head);
  return runAction({
    cwd: checkout(origin, `at-${head}`, 1),
    inputs: { auth_token: TOKEN, url: sandbox.url, org: 'acme', projects: 'web', release, ...inputs },
    env: {
      ...{ GITHUB_API_URL: github.url, GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'acme/web' },
      ...{ GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/heads/main', GITHUB_SHA: origin.sha(head) },
    },
    ...more,
  });
}

const stored = (version: string): readonly string[] | undefined =>
  sandbox.state.organizations
    .get('acme')
    ?.releases.get(version)
    ?.commits.map(({ id }) => id);

it('a checkout of one commit, without an integration in Sentry, yields the whole range', async () => {
  const first = await act('web@1', 'c4');
  expect(first.outputs).toMatchObject({ commits_source: 'github', commits: '5' });
  const second = await act('web@2', 'c27');
  expect(second.exitCode).toBe(0);
  expect(second.outputs).toMatchObject({ commits_source: 'github', commits: '23' });
  const expected = Array.from({ length: 23 }, (_, index) => origin.sha(`c${27 - index}`));
  expect(stored('web@2')).toEqual(expected);
  expect(second.log).toContain('acme/web is not connected in Sentry');
  // Nothing global: git is told of the checkout's owner on its command line only.
  expect(second.homeFiles).toEqual([]);
  // One for the commits, one for the release date.
  expect(sandbox.requests.filter(({ method, path }) => method === 'PUT' && path.includes('web%402'))).toHaveLength(2);
});

it('a second run of the same job changes nothing', async () => {
  await act('web@1', 'c4');
  await act('web@2', 'c9');
  const before = stored('web@2');
  const again = await act('web@2', 'c9');
  expect(again.outputs['commits']).toBe('5');
  expect(stored('web@2')).toEqual(before);
});

it('a release without new commits is left as it is, which the log says once', async () => {
  await act('web@1', 'c4');
  const again = await act('web@2', 'c4');
  expect(again.outputs).toMatchObject({ commits_source: 'none', commits: '0', result: 'success' });
  expect(again.log.match(/no new commits/g)).toHaveLength(1);
  expect(stored('web@2')).toEqual([]);
});

it('on GitHub Enterprise Server the whole range comes through GITHUB_API_URL', async () => {
  const enterprise = await startGitHub({
    repositories: [{ name: 'acme/web', dir: origin.dir }],
    tokens: [{ token: DEFAULT_GITHUB_TOKEN }],
    prefix: '/api/v3',
  });
  await act('web@1', 'c4');
  const cwd = checkout(origin, 'at-c4', 1);
  runGit(cwd, ['remote', 'set-url', 'origin', 'https://ghe.example.com/acme/web']);
  origin.git('update-ref', 'refs/heads/main', origin.sha('c9'));
  runGit(cwd, ['fetch', '-q', '--depth=1', origin.url, 'main']);
  runGit(cwd, ['checkout', '-q', '--detach', 'FETCH_HEAD']);
  const result = await runAction({
    cwd,
    inputs: { auth_token: TOKEN, url: sandbox.url, org: 'acme', projects: 'web', release: 'web@2' },
    env: {
      ...{ GITHUB_API_URL: enterprise.url, GITHUB_SERVER_URL: 'https://ghe.example.com' },
      ...{ GITHUB_REPOSITORY: 'acme/web', GITHUB_EVENT_NAME: 'push', GITHUB_SHA: origin.sha('c9') },
    },
  });
  await enterprise.close();
  expect(result.outputs).toMatchObject({ commits_source: 'github', commits: '5' });
  expect(stored('web@2')).toEqual(['c9', 'c8', 'c7', 'c6', 'c5'].map(origin.sha));
  expect(enterprise.requests.every(({ url }) => url.startsWith('/api/v3/repos/acme/web/'))).toBe(true);
});

describe('a release whose last commit was squashed away', () => {
  beforeEach(async () => {
    origin.extend([{ id: 'squashed', parents: ['c4'] }]);
    await act('web@1', 'squashed');
  });
  const name = () => `The previous commit ${origin.sha('squashed')} (last commit of release web@1) is no ancestor of `;

  it('is followed by an error that names commit and release, when ignore_missing is false', async () => {
    const result = await act('web@2', 'c9', { ignore_missing: 'false' });
    expect(result.exitCode).toBe(1);
    const [error] = result.annotations.filter(({ severity }) => severity === 'error');
    expect(error?.message).toContain(name());
    expect(error?.message).toContain('Name the commit where the range begins with previous_commit');
    expect(stored('web@2')).toEqual([]);
  });

  it.each([
    ['', 'notice'],
    ['true', undefined],
  ])('is followed by the commits since what both have, when ignore_missing is %j', async (ignoreMissing, level) => {
    const result = await act('web@2', 'c9', ignoreMissing === '' ? {} : { ignore_missing: ignoreMissing });
    expect([result.exitCode, stored('web@2')]).toEqual([0, ['c9', 'c8', 'c7', 'c6', 'c5'].map(origin.sha)]);
    expect(result.log.split(name())).toHaveLength(2);
    const told = result.annotations.filter(({ message }) => message.includes(name()));
    expect(told.map((annotation) => annotation.severity)).toEqual(level === undefined ? [] : [level]);
  });
});

it('a release after one of another repository is an error that names it when ignore_missing is false, and else follows the push', async () => {
  const foreign = 'd'.repeat(40);
  await fetch(`${sandbox.url}/api/0/organizations/acme/releases/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ version: 'api@1', projects: ['web'], commits: [{ id: foreign, repository: 'acme/api' }] }),
  });
  const name = `The previous commit ${foreign} (last commit of release api@1) is one of acme/api, not of acme/web.`;
  const event = { before: origin.sha('c6'), after: origin.sha('c9') };
  const refused = await act('web@1', 'c9', { ignore_missing: 'false' }, { event });
  expect([refused.exitCode, stored('web@1')]).toEqual([1, []]);
  expect(refused.log).toContain(name);
  const result = await act('web@2', 'c9', {}, { event });
  expect([result.exitCode, stored('web@2')]).toEqual([0, ['c9', 'c8', 'c7'].map(origin.sha)]);
  expect(result.log).toContain(name);
});

it('a broken event file is no reason to fail', async () => {
  const result = await act('web@1', 'c4', {}, { event: '{"pull_request": {"head"' });
  expect(result.exitCode).toBe(0);
  expect(stored('web@1')?.[0]).toBe(origin.sha('c4'));
});

it('a pull request that was squashed and merged has what is in its base branch', async () => {
  origin.extend([{ id: 'feature', parents: ['c4'] }]);
  await act('web@1', 'c6');
  const head = { sha: origin.sha('feature') };
  const event = { number: 7, pull_request: { head, merged: true, merge_commit_sha: origin.sha('c8') } };
  const result = await act('web@2', 'c8', {}, { event });
  expect([result.exitCode, stored('web@2')]).toEqual([0, ['c8', 'c7'].map(origin.sha)]);
});

it('the zeros that a push event has for a new branch are no previous commit', async () => {
  await act('web@1', 'c4');
  const result = await act('web@2', 'c7', { previous_commit: '0'.repeat(40), ignore_missing: 'false' });
  expect([result.exitCode, stored('web@2')]).toEqual([0, ['c7', 'c6', 'c5'].map(origin.sha)]);
});

it('a release without a name is named after the head of the pull request, and has its commits', async () => {
  const event = { pull_request: { head: { sha: origin.sha('c8') } }, number: 7 };
  const result = await act('', 'c9', {}, { event });
  expect(result.outputs['release']).toBe(origin.sha('c8'));
  expect(stored(origin.sha('c8'))?.[0]).toBe(origin.sha('c8'));
});

it('of a monorepo only the commits that touch commits_path are set', async () => {
  await act('web@1', 'c4');
  const result = await act('web@2', 'c9', { commits_path: 'c{6,8}.txt' });
  expect(result.outputs).toMatchObject({ commits_source: 'github', commits: '2' });
  expect(stored('web@2')).toEqual(['c8', 'c6'].map(origin.sha));
});

it('commits beyond the limits of the server are cut with one notice, and not refused', async () => {
  const long = `${'d'.repeat(200)}/${'e'.repeat(200)}/${'f'.repeat(200)}.ts`;
  const message = 'm'.repeat(20_000);
  const author = `${'N'.repeat(300)} <${'e'.repeat(300)}@example.com>`;
  origin.extend([
    { id: 'long', files: { [long]: 'x', ok: 'x' }, author, message, parents: ['c4'] },
    { id: 'head', files: { [long]: null } },
  ]);
  await act('web@1', 'c4');
  const result = await act('web@2', 'head');
  expect([result.exitCode, stored('web@2')]).toEqual([0, ['head', 'long'].map(origin.sha)]);
  const told = result.annotations.filter(({ severity }) => severity !== 'error').map((notice) => notice.message);
  expect(told).toContain(
    'Cut to what Sentry takes: 1 author name (to 128 characters), 1 e-mail address (to 75 characters), ' +
      '1 message (to 10000 characters). Left out: 2 paths that are blank or have more than 510 characters.',
  );
});

it('a dry run names the commits and sets none', async () => {
  const result = await act('web@1', 'c4', { dry_run: 'true' });
  expect(result.outputs).toMatchObject({ commits_source: 'github', result: 'dry-run' });
  expect(sandbox.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
});

// xcodebuild is played by a shell script.
itOnPosix(
  'on macOS a release without a name is named after the Xcode project, by an xcodebuild that sees no token',
  async () => {
    const home = tempDir();
    const put = (name: string, text: string) => {
      writeFileSync(join(home, name), text);
      return join(home, name);
    };
    put('list', '{"project":{"targets":["App"],"configurations":["Release"]}}');
    const settings = { PRODUCT_BUNDLE_IDENTIFIER: 'io.acme.app', MARKETING_VERSION: '2.1.0' };
    put('settings', JSON.stringify([{ target: 'App', buildSettings: settings }]));
    const script = `#!/bin/sh\nenv >> ${home}/seen\n[ "$1" = -list ] && cat ${home}/list || cat ${home}/settings\n`;
    chmodSync(put('xcodebuild', script), 0o755);
    // This machine plays a Mac, as far as the action asks.
    const mac = put('mac.cjs', "Object.defineProperty(process, 'platform', { value: 'darwin' });");
    const cwd = checkout(origin, 'main', 1);
    mkdirSync(join(cwd, 'App.xcodeproj'));
    const result = await runAction({
      ...{ cwd, nodeArgs: ['--require', mac] },
      inputs: { auth_token: TOKEN, url: sandbox.url, org: 'acme', projects: 'web', set_commits: 'skip' },
      env: { PATH: `${home}:${process.env['PATH'] ?? ''}`, SENTRY_AUTH_TOKEN: TOKEN },
    });
    expect(result.outputs).toMatchObject({ release: 'io.acme.app@2.1.0', result: 'success' });
    expect(result.log).toContain('Release io.acme.app@2.1.0 (from the Xcode build)');
    const seen = readFileSync(join(home, 'seen'), 'utf8');
    expect(seen).toContain('PATH=');
    for (const secret of [TOKEN, DEFAULT_GITHUB_TOKEN, 'INPUT_AUTH_TOKEN']) expect(seen).not.toContain(secret);
  },
);
