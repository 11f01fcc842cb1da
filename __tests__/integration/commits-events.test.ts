import { join } from 'node:path';
import { type FakeGitHub, startGitHub } from '../../sandbox/github.js';
import type { GitHubContext } from '../../src/inputs/github.js';
import { makeRepo, plan, releaseOf, removeRepos, runGit, sentryWith, TOKEN } from './commits-support.js';

/** A pull request of two commits, beside a commit on main, and the merge of both. */
const repo = makeRepo([
  { id: 'base' },
  { id: 'side1', parents: ['base'] },
  { id: 'side2', parents: ['side1'] },
  { id: 'main1', parents: ['base'] },
  { id: 'merge', parents: ['main1', 'side2'], files: { 'side1.txt': 'side1', 'side2.txt': 'side2' } },
]);
repo.git('tag', 'v1', repo.sha('main1'));
repo.git('tag', '-a', '-m', 'A tag', 'v2', repo.sha('main1'));
const tagObject = repo.git('rev-parse', 'v2').trim();
const tool = makeRepo([{ id: 'base' }, { id: 't1' }, { id: 't2' }], 'git@github.com:acme/tool.git');

let github: FakeGitHub;
beforeAll(async () => {
  const repositories = [
    { name: 'acme/web', dir: repo.dir },
    { name: 'acme/tool', dir: tool.dir },
  ];
  github = await startGitHub({ repositories, tokens: [{ token: TOKEN }] });
});
afterAll(async () => {
  await github.close();
  removeRepos();
});

interface EventCase {
  readonly title: string;
  /** GITHUB_SHA; a step or any id. */
  readonly sha: string;
  /** The step that is checked out. Default: `sha`. */
  readonly checkedOut?: string;
  readonly context: Partial<GitHubContext>;
  /** Steps after `base`, newest first. */
  readonly expected: readonly string[];
  readonly why: RegExp;
}

const pull = { number: 7, pull_request: { head: { sha: repo.sha('side2') }, base: { sha: repo.sha('main1') } } };
const branch = 'refs/heads/main';
const CASES: readonly EventCase[] = [
  {
    title: 'pull_request: the head of the pull request, not the merge that is checked out',
    sha: 'merge',
    context: { eventName: 'pull_request', ref: 'refs/pull/7/merge', event: pull },
    expected: ['side2', 'side1'],
    why: /head of the pull request/,
  },
  {
    title: 'pull_request_target: the same, although the base is checked out',
    sha: 'main1',
    context: { eventName: 'pull_request_target', ref: branch, event: pull },
    expected: ['side2', 'side1'],
    why: /head of the pull request/,
  },
  {
    title: 'pull_request of one that was squashed and merged: what the base branch has now, its head is in no branch',
    sha: 'main1',
    context: {
      ...{ eventName: 'pull_request', ref: branch },
      event: { ...pull, pull_request: { ...pull.pull_request, merged: true, merge_commit_sha: repo.sha('main1') } },
    },
    expected: ['main1'],
    why: /what the pull request was merged as/,
  },
  {
    title: 'pull_request that was merged, while GITHUB_SHA is still the base: what it was merged as',
    sha: 'main1',
    context: {
      ...{ eventName: 'pull_request_target', ref: branch },
      event: { ...pull, pull_request: { ...pull.pull_request, merged: true, merge_commit_sha: repo.sha('merge') } },
    },
    expected: ['merge', 'main1', 'side2', 'side1'],
    why: /what the pull request was merged as/,
  },
  {
    title: 'pull_request that was closed without a merge: its head, whatever is left of the trial merge',
    sha: 'merge',
    context: {
      ...{ eventName: 'pull_request', ref: 'refs/pull/7/merge' },
      event: { ...pull, pull_request: { ...pull.pull_request, merged: false, merge_commit_sha: repo.sha('merge') } },
    },
    expected: ['side2', 'side1'],
    why: /head of the pull request/,
  },
  {
    title: 'push of a branch: its head',
    sha: 'main1',
    context: { eventName: 'push', ref: branch, event: { after: repo.sha('main1'), before: repo.sha('base') } },
    expected: ['main1'],
    why: /commit of the push/,
  },
  {
    title: 'push of a light tag: its commit',
    sha: 'main1',
    context: { eventName: 'push', ref: 'refs/tags/v1', event: { after: repo.sha('main1'), before: '0'.repeat(40) } },
    expected: ['main1'],
    why: /commit of the push/,
  },
  {
    title: 'push of an annotated tag: its commit',
    sha: 'main1',
    context: { eventName: 'push', ref: 'refs/tags/v2', event: { after: tagObject, before: '0'.repeat(40) } },
    expected: ['main1'],
    why: /commit of the push/,
  },
  {
    title: 'push of an annotated tag, when GITHUB_SHA is the tag itself',
    sha: tagObject,
    checkedOut: 'main1',
    context: {
      ...{ eventName: 'push', ref: 'refs/tags/v2' },
      event: { after: tagObject, before: '0'.repeat(40), head_commit: { id: repo.sha('main1') } },
    },
    expected: ['main1'],
    why: /commit of the push/,
  },
  {
    title: 'release: the commit of its tag',
    sha: 'main1',
    context: {
      eventName: 'release',
      ref: 'refs/tags/v2',
      event: { release: { tag_name: 'v2', target_commitish: 'x' } },
    },
    expected: ['main1'],
    why: /commit of the release/,
  },
  {
    title: 'release of an annotated tag, when GITHUB_SHA is the tag itself and the event names no commit',
    sha: tagObject,
    checkedOut: 'main1',
    context: { eventName: 'release', ref: 'refs/tags/v2', event: { release: { tag_name: 'v2' } } },
    expected: ['main1'],
    why: /commit of the release/,
  },
  {
    title: 'workflow_run: the commit of the run that started it, not the newest of the default branch',
    sha: 'main1',
    context: { eventName: 'workflow_run', ref: branch, event: { workflow_run: { head_sha: repo.sha('side2') } } },
    expected: ['side2', 'side1'],
    why: /workflow run that started this one/,
  },
  {
    title: 'workflow_run with a checkout of something else: what is checked out',
    sha: 'main1',
    checkedOut: 'side1',
    context: { eventName: 'workflow_run', ref: branch, event: { workflow_run: { head_sha: repo.sha('side2') } } },
    expected: ['side1'],
    why: /checked out/,
  },
  {
    title: 'merge queue: the merge that the queue made, with all it brings',
    sha: 'merge',
    context: {
      ...{ eventName: 'merge_group', ref: 'refs/heads/gh-readonly-queue/main/pr-7-0123' },
      event: { merge_group: { head_sha: repo.sha('merge'), base_sha: repo.sha('main1') } },
    },
    expected: ['merge', 'main1', 'side2', 'side1'],
    why: /commit of the merge_group/,
  },
  {
    title: 'repository_dispatch: the run’s commit; its payload is anybody’s',
    sha: 'main1',
    context: { eventName: 'repository_dispatch', ref: branch, event: { client_payload: { sha: repo.sha('side2') } } },
    expected: ['main1'],
    why: /commit of the repository_dispatch/,
  },
  {
    title: 'repository_dispatch with a checkout of something else: what is checked out',
    sha: 'main1',
    checkedOut: 'side2',
    context: { eventName: 'repository_dispatch', ref: branch, event: { client_payload: {} } },
    expected: ['side2', 'side1'],
    why: /checked out/,
  },
];

const last = (id: string, repository = 'acme/web') =>
  sentryWith({ previousReleaseWithCommits: async () => releaseOf('web@1', id, { lastCommit: { id, repository } }) });

describe('which commit is ours, and the same commits from GitHub and from the checkout', () => {
  it.each(CASES)('$title', async ({ sha, checkedOut, context, expected, why }) => {
    repo.checkout(checkedOut ?? sha);
    const options = { dir: repo.dir, sha: repo.sha(sha), context, api: last(repo.sha('base')) };
    const byApi = await plan({ ...options, github });
    const byGit = await plan(options);
    expect([byApi.plan.source, byGit.plan.source]).toEqual(['github', 'git']);
    for (const { plan: made, log } of [byApi, byGit]) {
      expect(made.commits?.map(({ id }) => id)).toEqual(expected.map(repo.sha));
      expect(log.lines[0]).toMatch(why);
    }
    expect(byApi.plan.commits).toEqual(byGit.plan.commits);
  });
});

describe('another repository in working_directory', () => {
  const options = { sha: repo.sha('merge'), context: { event: pull }, api: last(tool.sha('base'), 'acme/tool') };
  const expected = ['t2', 't1'].map((id) => ({ id: tool.sha(id), repository: 'acme/tool' }));

  it('is the one whose commits are sent, as it is checked out, whatever the event says of the workflow’s own', async () => {
    tool.checkout('t2');
    const before = github.requests.length;
    const byApi = (await plan({ ...options, dir: tool.dir, github })).plan;
    const byGit = (await plan({ ...options, dir: tool.dir })).plan;
    expect(byApi).toMatchObject({ source: 'github', commits: expected });
    expect(byGit).toMatchObject({ source: 'git', commits: expected });
    const paths = github.requests.slice(before).map(({ url }) => url.split('/').slice(0, 4).join('/'));
    expect([...new Set(paths)]).toEqual(['/repos/acme/tool']);
  });

  it('may be a submodule, which has its own remote and history', async () => {
    const parent = makeRepo([{ id: 'root' }]);
    parent.git('reset', '-q', '--hard', 'main');
    parent.git('submodule', '--quiet', 'add', tool.url, 'vendor/tool');
    const dir = join(parent.dir, 'vendor', 'tool');
    runGit(dir, ['checkout', '-q', '--detach', tool.sha('t2')]);
    runGit(dir, ['remote', 'set-url', 'origin', 'https://github.com/acme/tool']);
    const { plan: made, log } = await plan({ ...options, dir });
    expect(made).toMatchObject({ source: 'git', commits: expected });
    expect(log.lines[0]).toMatch(/of acme\/tool \(checked out\)$/);
  });
});
