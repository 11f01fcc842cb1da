import type { FakeGitHub } from '../../sandbox/github.js';
import type { Repository } from '../../src/sentry/types.js';
import {
  changesOf,
  checkout,
  githubOf,
  makeRepo,
  plan,
  releaseOf,
  removeRepos,
  runGit,
  sentryWith,
  stopGitHubs,
  tempDir,
} from './commits-support.js';

afterEach(stopGitHubs);
afterAll(removeRepos);

const SHA = 'a'.repeat(40);
const OLD = 'b'.repeat(40);

function row(name: string, more: Partial<Repository> = {}): Repository {
  const url = `https://github.com/${name}`;
  return { id: name, name, url, provider: 'integrations:github', status: 'active', externalSlug: name, ...more };
}

const connected = (...rows: readonly Repository[]) => sentryWith({ repositories: async () => rows });

describe('through the repository that is connected in Sentry', () => {
  it('sends one ref, without a checkout and without GitHub', async () => {
    const { plan: found } = await plan({ sha: SHA, api: connected(row('acme/other'), row('acme/web')) });
    expect(found).toMatchObject({ source: 'integration', refs: [{ repository: 'acme/web', commit: SHA }] });
    expect(found.refs?.[0]).not.toHaveProperty('previousCommit');
  });

  it('tells where the range begins when the last release says so', async () => {
    const api = sentryWith({
      repositories: async () => [row('acme/web')],
      previousReleaseWithCommits: async () => releaseOf('web@1', OLD),
    });
    const { plan: found } = await plan({ sha: SHA, api });
    expect(found.refs).toEqual([{ repository: 'acme/web', commit: SHA, previousCommit: OLD }]);
    expect(found.range).toBe('bbbbbbbbbbbb..aaaaaaaaaaaa');
  });

  it('tells where the range begins by the full id, when the checkout knows the tag that was given', async () => {
    const repo = makeRepo([{ id: 'a' }, { id: 'b' }]);
    repo.git('tag', '-a', '-m', 'x', 'v1.0', repo.sha('a'));
    repo.checkout('b');
    const commits = { previousCommit: 'v1.0' };
    const { plan: made } = await plan({ dir: repo.dir, api: connected(row('acme/web')), commits });
    expect(made.refs?.[0]).toMatchObject({ commit: repo.sha('b'), previousCommit: repo.sha('a') });
  });

  it('leaves a previous_commit that is longer than Sentry takes to the sources that can resolve it', async () => {
    const repo = makeRepo([{ id: 'a' }]);
    repo.checkout('a');
    const commits = { previousCommit: `branch-${'x'.repeat(60)}` };
    const { plan: made } = await plan({ dir: repo.dir, api: connected(row('acme/web')), commits });
    expect(made).toMatchObject({
      source: 'git',
      reason: expect.stringContaining('previous_commit is longer than the 64 characters that Sentry takes'),
    });
  });

  it.each([
    ['another letter case', row('Acme/Web')],
    ['a name that is not the path', row('Web (production)', { url: 'https://github.com/acme/web' })],
    ['an ssh url', row('acme/web', { url: 'git@github.com:acme/web.git' })],
    ['no url, told by its name', row('acme/web', { url: undefined })],
  ])('finds it under %s', async (_, found) => {
    const { plan: made } = await plan({ sha: SHA, api: connected(found) });
    expect(made.refs).toEqual([{ repository: found.name, commit: SHA }]);
  });

  it.each([
    ['a row that only commits made', row('acme/web', { provider: 'unknown', url: undefined })],
    ['a row without a provider that has a url', row('acme/web', { provider: 'unknown' })],
    ['a repository on another host', row('acme/web', { url: 'https://ghe.example.com/acme/web' })],
    ['a disabled row', row('acme/web', { status: 'deleted' })],
    ['a nameless look-alike on GitLab', row('acme/web', { url: undefined, provider: 'integrations:gitlab' })],
  ])('is not misled by %s', async (_, other) => {
    const { plan: made } = await plan({ sha: SHA, api: connected(other) });
    expect(made.source).toBe('none');
    expect(made.reason).toContain('acme/web is not connected in Sentry');
  });

  it('says that the token may not list repositories, and goes on', async () => {
    const repo = makeRepo([{ id: 'a' }]);
    repo.checkout('a');
    const { plan: made } = await plan({ dir: repo.dir, api: sentryWith({ repositories: async () => undefined }) });
    expect(made.source).toBe('git');
    expect(made.reason).toContain('may not list the repositories');
  });

  it('leaves commits_path to the sources that can filter', async () => {
    const repo = makeRepo([{ id: 'a' }, { id: 'b', files: { 'web/x': '1' } }]);
    repo.checkout('b');
    const { plan: made } = await plan({ dir: repo.dir, api: connected(row('acme/web')), commits: { paths: ['web'] } });
    expect(made.commits?.map(({ id }) => id)).toEqual([repo.sha('b')]);
  });

  it('adds submodules that are connected too, at the commit that is recorded', async () => {
    const modules =
      '[submodule "lib"]\n\tpath = vendor/lib\n\turl = ../lib.git\n[submodule "x"]\n\tpath = x\n\turl = git@github.com:acme/x.git\n';
    const repo = makeRepo([
      { id: 'a', files: { '.gitmodules': modules, 'vendor/lib': { mode: '160000', data: '1'.repeat(40) } } },
    ]);
    repo.checkout('a');
    const { plan: made } = await plan({
      dir: repo.dir,
      api: connected(row('acme/web'), row('acme/lib'), row('acme/x')),
    });
    expect(made.refs).toEqual([
      { repository: 'acme/web', commit: repo.sha('a') },
      { repository: 'acme/lib', commit: '1'.repeat(40) },
    ]);
  });
});

describe('which commit is ours', () => {
  const pullRequest = { pull_request: { head: { sha: 'C'.repeat(40) } } };
  const api = connected(row('acme/web'), row('acme/tool'));
  const commitOf = async (options: Parameters<typeof plan>[0]) =>
    (await plan({ api, ...options })).plan.refs?.[0]?.commit;

  it('is the head of a pull request, not the merge commit that is checked out', async () => {
    const context = { eventName: 'pull_request', ref: 'refs/pull/7/merge', event: pullRequest };
    expect(await commitOf({ sha: SHA, context })).toBe('c'.repeat(40));
  });

  it.each([
    ['nothing', {}],
    ['a number', { pull_request: { head: { sha: 7 } } }],
    ['a short id', { pull_request: { head: { sha: 'abc' } } }],
    ['a list', { pull_request: [] }],
    ['text that is no commit', { pull_request: { head: { sha: '--upload-pack=touch /tmp/x'.padEnd(40, 'x') } } }],
  ])('is GITHUB_SHA when the event holds %s in place of a pull request', async (_, event) => {
    expect(await commitOf({ sha: SHA, context: { eventName: 'pull_request', event } })).toBe(SHA);
  });

  it('is the commit of the run that started a workflow_run', async () => {
    const context = { eventName: 'workflow_run', event: { workflow_run: { head_sha: OLD } } };
    expect(await commitOf({ sha: SHA, context })).toBe(OLD);
  });

  it('is what the user checked out when that is not GITHUB_SHA', async () => {
    const repo = makeRepo([{ id: 'a' }, { id: 'b' }]);
    repo.checkout('a');
    for (const eventName of ['repository_dispatch', 'workflow_run', 'schedule']) {
      const context = { eventName, event: { workflow_run: { head_sha: OLD } } };
      expect(await commitOf({ dir: repo.dir, sha: repo.sha('b'), context })).toBe(repo.sha('a'));
    }
  });

  it.each(['push', 'release', 'merge_group', 'repository_dispatch', 'schedule'])(
    'is GITHUB_SHA in a %s',
    async (eventName) => {
      expect(await commitOf({ sha: SHA, context: { eventName } })).toBe(SHA);
    },
  );

  it('is the commit of an annotated tag, not the tag itself', async () => {
    const repo = makeRepo([{ id: 'a' }]);
    repo.git('tag', '-a', '-m', 'x', 'v1', repo.sha('a'));
    const tag = repo.git('rev-parse', 'v1').trim();
    repo.checkout('a');
    const context = { ref: 'refs/tags/v1', event: { after: tag, head_commit: { id: repo.sha('a') } } };
    expect(await commitOf({ dir: repo.dir, sha: tag, context })).toBe(repo.sha('a'));
    expect(await commitOf({ sha: tag, context })).toBe(repo.sha('a'));
  });

  it('is the head of another repository that is checked out in working_directory', async () => {
    const repo = makeRepo([{ id: 'a' }], 'git@github.com:acme/tool.git');
    repo.checkout('a');
    const { plan: made } = await plan({ api, dir: repo.dir, sha: SHA, context: { event: pullRequest } });
    expect(made.refs).toEqual([{ repository: 'acme/tool', commit: repo.sha('a') }]);
  });
});

describe('where the range begins', () => {
  const begin = async (parts: Parameters<typeof sentryWith>[0], options: Partial<Parameters<typeof plan>[0]> = {}) => {
    const api = sentryWith({ repositories: async () => [row('acme/web')], ...parts });
    return (await plan({ sha: SHA, api, ...options })).plan.refs?.[0]?.previousCommit;
  };

  it('is previous_commit before anything else', async () => {
    const previousReleaseWithCommits = async () => releaseOf('web@1', OLD);
    expect(await begin({ previousReleaseWithCommits }, { commits: { previousCommit: 'v1.0' } })).toBe('v1.0');
  });

  it('is not the zeros that a push event has for a new branch: the last release is asked', async () => {
    const previousReleaseWithCommits = async () => releaseOf('web@1', OLD);
    const zeros = '0'.repeat(40);
    expect(await begin({ previousReleaseWithCommits }, { commits: { previousCommit: zeros } })).toBe(OLD);
    const range = { mode: 'manual', repo: 'acme/web', commit: `${zeros}..${SHA}` } as const;
    expect(await begin({}, { commits: range })).toBeUndefined();
  });

  it('is the release before this one in a re-run, where Sentry answers with the release itself', async () => {
    const itself = releaseOf('web@2', SHA, { dateCreated: '2026-02-01T00:00:00Z' });
    const newer = releaseOf('web@3', 'd'.repeat(40), { dateCreated: '2026-03-01T00:00:00Z' });
    const foreign = releaseOf('api@1', 'e'.repeat(40), { projects: [{ id: 2, slug: 'api' }] });
    const found = await begin({
      previousReleaseWithCommits: async () => itself,
      recentReleases: async () => [newer, itself, foreign, releaseOf('web@1', OLD)],
    });
    expect(found).toBe(OLD);
  });

  it('is our own commit in a release of several repositories', async () => {
    const last = releaseOf('web@1', 'd'.repeat(40), { lastCommit: { id: 'd'.repeat(40), repository: 'acme/other' } });
    const found = await begin({
      previousReleaseWithCommits: async () => last,
      releaseCommits: async (version) =>
        version === 'web@1'
          ? [
              { id: 'd'.repeat(40), repository: 'acme/other' },
              { id: OLD, repository: 'Acme/Web' },
            ]
          : [],
    });
    expect(found).toBe(OLD);
  });

  it('is looked for in an older release when the last one has commits of another repository only', async () => {
    const foreign = releaseOf('api@9', 'd'.repeat(40), { lastCommit: { id: 'd'.repeat(40), repository: 'acme/api' } });
    const asked: string[] = [];
    const found = await begin({
      previousReleaseWithCommits: async () => foreign,
      recentReleases: async () => [foreign, releaseOf('web@1', OLD), releaseOf('web@0', 'e'.repeat(40))],
      releaseCommits: async (version) => {
        asked.push(version);
        return version === 'api@9' ? [{ id: 'd'.repeat(40), repository: 'acme/api' }] : [];
      },
    });
    expect([found, asked]).toEqual([OLD, ['web@2', 'api@9']]);
  });

  it('is nowhere when all releases are of other repositories: that is named, and the newest commits are sent', async () => {
    const repo = makeRepo([{ id: 'a' }, { id: 'b' }]);
    repo.checkout('b');
    const foreign = (version: string) =>
      releaseOf(version, 'd'.repeat(40), { lastCommit: { id: 'd'.repeat(40), repository: 'acme/api' } });
    const releases = Array.from({ length: 20 }, (_, index) => foreign(`api@${20 - index}`));
    let looks = 0;
    const { plan: made, log } = await plan({
      dir: repo.dir,
      api: sentryWith({
        previousReleaseWithCommits: async () => foreign('api@20'),
        recentReleases: async () => releases,
        releaseCommits: async () => {
          looks += 1;
          return [];
        },
      }),
    });
    expect(made.commits?.map(({ id }) => id)).toEqual(['b', 'a'].map(repo.sha));
    expect(log.lines).toContainEqual(
      `notice: The previous commit ${'d'.repeat(40)} (last commit of release api@20) is one of acme/api, not of acme/web. ` +
        'The range begins after the last tag, or, without one, the newest 20 commits are sent.',
    );
    expect(looks).toBeLessThan(10);
  });

  it('takes the releases that sentry-cli made, which call every repository "origin"', async () => {
    const last = releaseOf('web@1', OLD, { lastCommit: { id: OLD, repository: 'origin' } });
    expect(await begin({ previousReleaseWithCommits: async () => last })).toBe(OLD);
  });

  const toProduction = {
    deploy: {
      environments: ['production'],
      name: undefined,
      url: undefined,
      startedAt: undefined,
      finishedAt: undefined,
    },
  };
  const production = { id: '1', environment: 'production', name: undefined, url: undefined, dateFinished: undefined };

  it('is the last deploy to this environment when no release says anything', async () => {
    const found = await begin(
      {
        recentReleases: async (environment) =>
          environment === undefined ? [] : [releaseOf('web@1', 'f'.repeat(40)), releaseOf('web@0', OLD)],
        deploys: async (version) => (version === 'web@0' ? [production] : []),
      },
      { inputs: toProduction },
    );
    expect(found).toBe(OLD);
  });

  it('is asked for in one order: previous_commit, last release, last deploy, before the push, previous tag', async () => {
    const repo = makeRepo(['tag', 'before', 'deploy', 'release', 'input', 'head'].map((id) => ({ id })));
    repo.git('tag', 'v1', repo.sha('tag'));
    repo.checkout('head');
    const known = ['input', 'release', 'deploy', 'before', 'tag'];
    const found: unknown[] = [];
    for (; known.length > 0; known.shift()) {
      const sha = (id: string) => (known.includes(id) ? repo.sha(id) : undefined);
      const deployed = sha('deploy');
      const { plan: made } = await plan({
        dir: repo.dir,
        sha: repo.sha('head'),
        commits: { previousCommit: sha('input') },
        inputs: toProduction,
        context: { event: sha('before') === undefined ? {} : { before: repo.sha('before') } },
        api: sentryWith({
          previousReleaseWithCommits: async () =>
            sha('release') === undefined ? undefined : releaseOf('web@1', repo.sha('release')),
          recentReleases: async (environment) =>
            environment === undefined || deployed === undefined ? [] : [releaseOf('web@0', deployed)],
          deploys: async () => [production],
        }),
      });
      found.push([made.commits?.length, made.reason.replace(/^.*since \w+, /, '')]);
    }
    expect(found).toEqual([
      [1, 'previous_commit'],
      [2, 'last commit of release web@1'],
      [3, 'commit of the last deploy to production, release web@0'],
      [4, 'state of the branch before this push'],
      [5, 'tag v1'],
    ]);
  });

  describe('given as the checkout knows it', () => {
    const repo = makeRepo(['a', 'b', 'c'].map((id) => ({ id })));
    repo.git('update-ref', 'refs/remotes/origin/stable', repo.sha('a'));
    const shallow = checkout(repo, 'main', 1);
    let github: FakeGitHub;
    beforeEach(async () => {
      github = await githubOf(repo);
    });

    it.each([
      ['HEAD~1', ['c']],
      ['@^', ['c']],
      ['origin/stable', ['c', 'b']],
    ])('%s is that commit, also where GitHub tells the commits', async (previousCommit, expected) => {
      repo.checkout('c');
      const { plan: made } = await plan({ dir: repo.dir, sha: repo.sha('c'), github, commits: { previousCommit } });
      expect([made.source, made.commits?.map(({ id }) => id)]).toEqual(['github', expected.map(repo.sha)]);
    });

    it.each([
      ['HEAD', 'c'],
      ['HEAD~1', 'c', '~1'],
    ])(
      '%s beyond a shallow checkout is told from our commit, not from the default branch of GitHub',
      async (previousCommit, step, rest = '') => {
        const commits = { previousCommit };
        const revision = `${repo.sha(step)}${rest}`;
        for (const dir of [shallow, undefined]) {
          const { plan: made } = await plan({
            ...{ sha: repo.sha('c'), commits, api: connected(row('acme/web')) },
            ...(dir === undefined ? {} : { dir }),
          });
          expect(made.refs).toEqual([{ repository: 'acme/web', commit: repo.sha('c'), previousCommit: revision }]);
        }
      },
    );
  });

  it('is lost after a force-push that GitHub forgot: named, with the fallback of ignore_missing', async () => {
    const repo = makeRepo([{ id: 'a' }, { id: 'b' }]);
    repo.checkout('b');
    const { plan: made, log } = await plan({
      dir: repo.dir,
      context: { event: { before: OLD, forced: true } },
      sha: repo.sha('b'),
    });
    expect(made.commits).toHaveLength(2);
    expect(log.lines).toContainEqual(
      expect.stringMatching(`^warning: The previous commit ${OLD} \\(state of the branch before this push\\)`),
    );
  });

  it('is not `before` of an event that is no push: a pull request has one too, of its own branch', async () => {
    const context = { eventName: 'pull_request', event: { action: 'synchronize', before: OLD } };
    expect(await begin({}, { context })).toBeUndefined();
  });

  it('is not `before` of a push to another repository than the one in working_directory', async () => {
    const repo = makeRepo([{ id: 'a' }], 'https://github.com/acme/tool');
    repo.checkout('a');
    const repositories = async () => [row('acme/tool')];
    expect(await begin({ repositories }, { dir: repo.dir, context: { event: { before: OLD } } })).toBeUndefined();
  });

  it.each([
    ['the state before the push', { before: OLD }, OLD],
    ['nothing for a new branch or tag', { before: '0'.repeat(40) }, undefined],
    ['nothing for anything else', { before: 'main' }, undefined],
  ])('is %s', async (_, event, expected) => {
    expect(await begin({}, { context: { event } })).toBe(expected);
  });
});

describe('a release of several repositories', () => {
  const others = [
    { id: 'd'.repeat(40), repository: 'acme/api', message: 'api', dateCreated: '2025-12-31T00:00:00Z' },
    { id: 'e'.repeat(40), repository: 'acme/api', message: 'older', dateCreated: '2025-12-30T00:00:00Z' },
  ];

  it('keeps the ref of the other one', async () => {
    const api = sentryWith({
      repositories: async () => [row('acme/web'), row('acme/api')],
      releaseCommits: async () => others,
    });
    expect((await plan({ sha: SHA, api })).plan.refs).toEqual([
      { repository: 'acme/web', commit: SHA },
      { repository: 'acme/api', commit: 'd'.repeat(40) },
    ]);
  });

  it('sends both as commits when the other one is not connected', async () => {
    const repo = makeRepo([{ id: 'a' }]);
    repo.checkout('a');
    const api = sentryWith({ repositories: async () => [row('acme/web')], releaseCommits: async () => others });
    const { plan: made } = await plan({ dir: repo.dir, api });
    expect(made.source).toBe('git');
    expect(made.commits?.map(({ id, repository }) => [id, repository])).toEqual([
      [repo.sha('a'), 'acme/web'],
      ['d'.repeat(40), 'acme/api'],
      ['e'.repeat(40), 'acme/api'],
    ]);
    expect(made.commits?.every(({ timestamp }) => timestamp !== undefined)).toBe(true);
  });

  it('keeps within one request and its limits, whatever the release had', async () => {
    const repo = makeRepo([{ id: 'a' }]);
    repo.checkout('a');
    const many = Array.from({ length: 6000 }, (_, index) => ({
      id: index.toString(16).padStart(40, '0'),
      repository: `acme/${'api'.repeat(30)}`,
      message: 'm'.repeat(index === 0 ? 20_000 : 1000),
      authorName: 'n'.repeat(200),
      authorEmail: 'e'.repeat(100),
      dateCreated: new Date(1_700_000_000_000 - index * 1000).toISOString(),
    }));
    const { plan: made, log } = await plan({ dir: repo.dir, api: sentryWith({ releaseCommits: async () => many }) });
    expect(made.commits?.[0]?.id).toBe(repo.sha('a'));
    expect(made.commits?.length).toBeLessThanOrEqual(5000);
    expect(Buffer.byteLength(JSON.stringify(made.commits))).toBeLessThan(5 * 1024 * 1024);
    const longest = (field: 'repository' | 'message' | 'author_name' | 'author_email') =>
      Math.max(...(made.commits ?? []).map((commit) => commit[field]?.length ?? 0));
    expect([longest('repository'), longest('message'), longest('author_name'), longest('author_email')]).toEqual([
      ...[64, 10_000, 128, 75],
    ]);
    const sent = (made.commits?.length ?? 0) - 1;
    expect(log.lines.filter((line) => line.startsWith('notice'))).toEqual([
      expect.stringMatching(/^notice: \d+ older commits are left out: one request holds 5000 commits and 5 MiB\.$/),
      expect.stringMatching(
        `^notice: Cut to what Sentry takes: ${sent} author names .*, ${sent} e-mail addresses .*, 1 message .*, ` +
          'the name of the repository, now acme/(api)+ap \\(to 64\\)\\.$',
      ),
    ]);
  });

  it('gives no commit a time when one of the others has none', async () => {
    const repo = makeRepo([{ id: 'a' }]);
    repo.checkout('a');
    const api = sentryWith({ releaseCommits: async () => [{ id: 'd'.repeat(40), repository: 'acme/api' }] });
    const { plan: made } = await plan({ dir: repo.dir, api });
    expect(made.commits).toHaveLength(2);
    expect(made.commits?.every((commit) => !('timestamp' in commit))).toBe(true);
  });

  it('does not double our own commits in a re-run', async () => {
    const repo = makeRepo([{ id: 'a' }]);
    repo.checkout('a');
    const own = [{ id: repo.sha('a'), repository: 'acme/web' }];
    const { plan: made } = await plan({ dir: repo.dir, api: sentryWith({ releaseCommits: async () => own }) });
    expect(made.commits?.map(({ id }) => id)).toEqual([repo.sha('a')]);
  });
});

describe('ignore_missing and ignore_empty', () => {
  const lost = sentryWith({ previousReleaseWithCommits: async () => releaseOf('web@1', 'deadbeef'.repeat(5)) });
  const repo = makeRepo([{ id: 'a' }, { id: 'b' }]);
  repo.checkout('b');
  const same = sentryWith({ previousReleaseWithCommits: async () => releaseOf('web@1', repo.sha('b')) });

  it('false: a lost previous commit is an error that names it', async () => {
    const made = plan({ dir: repo.dir, api: lost, commits: { ignoreMissing: false } });
    await expect(made).rejects.toMatchObject({
      code: 'commits-failed',
      message: expect.stringContaining('deadbeef'.repeat(5)),
      hint: expect.stringContaining('previous_commit'),
    });
  });

  it.each([
    [undefined, 'warning'],
    [true, 'info'],
  ])('%s: the newest commits are sent, told as %s', async (ignoreMissing, level) => {
    const { plan: made, log } = await plan({ dir: repo.dir, api: lost, commits: { ignoreMissing } });
    expect(made.commits).toHaveLength(2);
    expect(log.lines.filter((line) => line.includes('deadbeef'))).toEqual([expect.stringMatching(`^${level}: `)]);
  });

  it('no new commits: the plan says so itself, and that the log has been told', async () => {
    const told = await plan({ dir: repo.dir, api: same });
    expect(told.plan).toMatchObject({ source: 'none', nothingNew: true, told: true });
    const silent = await plan({ dir: repo.dir, api: same, commits: { ignoreEmpty: true } });
    expect(silent.plan).toMatchObject({ source: 'none', nothingNew: true, told: false });
  });

  it('no new commits: a notice, nothing when ignore_empty is true, an error when it is false', async () => {
    const told = await plan({ dir: repo.dir, api: same });
    expect(told.plan).toMatchObject({ source: 'none' });
    expect(told.log.lines).toContainEqual(expect.stringMatching(/^notice: There are no new commits/));
    const silent = await plan({ dir: repo.dir, api: same, commits: { ignoreEmpty: true } });
    expect(silent.log.lines.filter((line) => line.startsWith('notice'))).toEqual([]);
    await expect(plan({ dir: repo.dir, api: same, commits: { ignoreEmpty: false } })).rejects.toMatchObject({
      code: 'commits-failed',
    });
  });
});

it.each([
  ['log.showRoot', 'false'],
  ['log.diffMerges', 'combined'],
  ['log.diffMerges', 'off'],
  ['diff.renames', 'copies'],
  ['diff.ignoreSubmodules', 'all'],
  ['color.ui', 'always'],
  ['format.pretty', 'full'],
  ['log.follow', 'true'],
])('%s of git’s configuration does not change what the commits are', async (key, value) => {
  const repo = makeRepo([
    { id: 'root' },
    { id: 'side', parents: ['root'], files: { lib: { mode: '160000', data: '1'.repeat(40) } } },
    { id: 'main', parents: ['root'], files: { 'root.txt': null, 'moved.txt': 'root' } },
    { id: 'merge', parents: ['main', 'side'], files: { lib: { mode: '160000', data: '1'.repeat(40) } } },
  ]);
  repo.git('config', key, value);
  repo.checkout('merge');
  const { plan: made } = await plan({ dir: repo.dir });
  expect(['merge', 'main', 'side', 'root'].map((id) => changesOf(made, repo.sha(id)))).toEqual([
    ['A lib'],
    ['A moved.txt', 'D root.txt'],
    ['A lib'],
    ['A root.txt'],
  ]);
});

it('a commit of the year 10000, which Sentry cannot read, leaves the times away and keeps the order', async () => {
  const authored = 253_402_300_800 - 1_767_225_600;
  const repo = makeRepo([{ id: 'a' }, { id: 'b', authored }, { id: 'c' }]);
  const github = await githubOf(repo);
  repo.checkout('c');
  const byGit = await plan({ dir: repo.dir });
  const byApi = await plan({ sha: repo.sha('c'), github });
  for (const { plan: made } of [byGit, byApi]) {
    expect(made.commits?.map(({ id, timestamp }) => [id, timestamp])).toEqual(
      ['c', 'b', 'a'].map((id) => [repo.sha(id), undefined]),
    );
  }
});

describe('a shallow checkout', () => {
  const origin = makeRepo(Array.from({ length: 8 }, (_, index) => ({ id: `c${index}` })));
  const previous = sentryWith({ previousReleaseWithCommits: async () => releaseOf('web@1', origin.sha('c4')) });

  it('of one commit gives the whole range through GitHub', async () => {
    const github = await githubOf(origin);
    const dir = checkout(origin, 'main', 1);
    const { plan: made } = await plan({ dir, sha: origin.sha('c7'), api: previous, github });
    expect(made.source).toBe('github');
    expect(made.commits?.map(({ id }) => id)).toEqual(['c7', 'c6', 'c5'].map(origin.sha));
  });

  it('that reaches back far enough is enough', async () => {
    const { plan: made } = await plan({ dir: checkout(origin, 'main', 5), api: previous });
    expect(made.commits?.map(({ id }) => id)).toEqual(['c7', 'c6', 'c5'].map(origin.sha));
  });

  it('that reaches back on one side of a merge only is left to GitHub: on the other side there may be more', async () => {
    const merged = makeRepo([
      ...[{ id: 'root' }, { id: 's1' }, { id: 's2' }, { id: 's3' }],
      ...[{ id: 'base', parents: ['root'] }, { id: 'm1' }, { id: 'merge', parents: ['m1', 's3'] }],
    ]);
    const dir = checkout(merged, 'main', 3);
    const api = sentryWith({ previousReleaseWithCommits: async () => releaseOf('web@1', merged.sha('base')) });
    const github = await githubOf(merged);
    const { plan: made } = await plan({ dir, api, github });
    expect(made.commits?.map(({ id }) => id)).toEqual(['merge', 'm1', 's3', 's2', 's1'].map(merged.sha));
    github.faults.push({ status: 401 });
    const alone = await plan({ dir, api, github });
    expect(alone.plan.reason).toContain('the shallow checkout does not reach back to');
    expect(alone.log.lines).toContainEqual(expect.stringMatching(/^warning: The previous commit .* too shallow/));
  });

  it('that does not reach back gives what it has, without calling the whole tree new', async () => {
    const { plan: made, log } = await plan({ dir: checkout(origin, 'main', 2), api: previous });
    expect(made.commits?.map(({ id, patch_set }) => [id, patch_set])).toEqual([
      [origin.sha('c7'), [{ path: 'c7.txt', type: 'A' }]],
      [origin.sha('c6'), undefined],
    ]);
    expect(log.lines).toContain(
      `warning: The previous commit ${origin.sha('c4')} (last commit of release web@1) cannot be reached: ` +
        'the checkout is too shallow, and GitHub could not be asked. The newest 20 commits are sent instead.',
    );
  });

  it('stays as it is: nothing is fetched, not even from a partial clone that lacks its trees', async () => {
    const dir = tempDir();
    origin.git('config', 'uploadpack.allowFilter', 'true');
    runGit(dir, ['clone', '-q', '--no-checkout', '--filter=tree:0', origin.url, '.']);
    runGit(dir, ['config', 'remote.origin.url', 'https://github.com/acme/web']);
    runGit(dir, ['config', `url.${origin.url}.insteadOf`, 'https://github.com/acme/web']);
    runGit(dir, ['config', 'protocol.file.allow', 'always']);
    const objects = () => runGit(dir, ['count-objects', '-v']);
    const before = objects();
    const { plan: made, log } = await plan({ dir, sha: origin.sha('c7'), api: previous });
    expect(objects()).toBe(before);
    expect(made.commits?.map(({ id }) => id)).toEqual(['c7', 'c6', 'c5'].map(origin.sha));
    expect(made.commits?.every((commit) => commit.patch_set === undefined)).toBe(true);
    expect(log.lines).toContainEqual('notice: 3 of 3 commits are sent without their list of files.');
  });
});

describe('set_commits: manual', () => {
  const manual = { mode: 'manual', repo: 'acme/web' } as const;

  it('sends the ref that was asked for, in the spelling that Sentry knows', async () => {
    const commits = { ...manual, commit: SHA, previousCommit: OLD };
    const { plan: made } = await plan({ api: connected(row('Acme/Web')), commits });
    expect(made.refs).toEqual([{ repository: 'Acme/Web', commit: SHA, previousCommit: OLD }]);
  });

  it('takes the commit of the run when none is given, and a range with two dots as sentry-cli, or three as GitHub', async () => {
    const api = connected(row('acme/web'));
    expect((await plan({ api, sha: SHA, commits: manual })).plan.refs?.[0]?.commit).toBe(SHA);
    for (const dots of ['..', '...']) {
      const range = await plan({ api, sha: SHA, commits: { ...manual, commit: `${OLD}${dots}${SHA}` } });
      expect(range.plan.refs).toEqual([{ repository: 'acme/web', commit: SHA, previousCommit: OLD }]);
    }
  });

  it.each(['git://github.com/acme/web.git', 'https://ann:secret@github.com/Acme/Web', 'git@github.com:acme/web'])(
    'takes the address %s for the repository',
    async (repo) => {
      const commits = { ...manual, repo, commit: SHA };
      const { plan: made } = await plan({ api: connected(row('acme/web')), commits });
      expect(made.refs).toEqual([{ repository: 'acme/web', commit: SHA }]);
    },
  );

  it('does not ask this GitHub server for a repository whose address is on another, and shows no password of it', async () => {
    const github = await githubOf(makeRepo([{ id: 'a' }]));
    const made = plan({ sha: SHA, github, commits: { ...manual, repo: 'https://ann:secret@gitlab.com/acme/web' } });
    await expect(made).rejects.toMatchObject({
      code: 'commits-failed',
      message: expect.stringMatching(/^The commits of acme\/web cannot be found: ((?!secret).)*$/),
    });
    expect(github.requests).toEqual([]);
  });

  it('tells where the range begins by the full id, when the checkout knows the tag or branch that was given', async () => {
    const repo = makeRepo([{ id: 'a' }, { id: 'b' }]);
    repo.git('tag', '-a', '-m', 'x', 'v1.0', repo.sha('a'));
    repo.git('branch', `long-${'x'.repeat(60)}`, repo.sha('a'));
    repo.checkout('b');
    for (const previousCommit of ['v1.0', 'HEAD~1', `long-${'x'.repeat(60)}`]) {
      const { plan: made } = await plan({
        dir: repo.dir,
        api: connected(row('acme/web')),
        commits: { ...manual, previousCommit },
      });
      expect(made.refs).toEqual([{ repository: 'acme/web', commit: repo.sha('b'), previousCommit: repo.sha('a') }]);
    }
  });

  it('and so where a tag or a short id is what the last release has', async () => {
    const repo = makeRepo([{ id: 'a' }, { id: 'b' }]);
    repo.git('tag', 'v1.0', repo.sha('a'));
    repo.checkout('b');
    for (const id of ['v1.0', repo.sha('a').slice(0, 10)]) {
      const api = sentryWith({
        repositories: async () => [row('acme/web')],
        previousReleaseWithCommits: async () => releaseOf('web@1', id),
      });
      const { plan: made } = await plan({ dir: repo.dir, sha: repo.sha('b'), api });
      expect(made.refs).toEqual([{ repository: 'acme/web', commit: repo.sha('b'), previousCommit: repo.sha('a') }]);
    }
  });

  it('leaves a tag of another repository as it was written: the checkout may have one of the same name', async () => {
    const repo = makeRepo([{ id: 'a' }, { id: 'b' }]);
    repo.git('tag', 'v1.0', repo.sha('a'));
    repo.checkout('b');
    const commits = { mode: 'manual', repo: 'acme/api', commit: SHA, previousCommit: 'v1.0' } as const;
    const { plan: made } = await plan({ dir: repo.dir, api: connected(row('acme/api')), commits });
    expect(made.refs).toEqual([{ repository: 'acme/api', commit: SHA, previousCommit: 'v1.0' }]);
  });

  it.each([
    ['previous_commit', { previousCommit: `t-${'x'.repeat(70)}` }, 'previous_commit is longer than the 64 characters'],
    ['commit', { commit: `b-${'x'.repeat(70)}` }, 'commit is longer than the 64 characters'],
  ])('goes on to the next source with a %s that is longer than Sentry takes', async (_, given, reason) => {
    const repo = makeRepo([{ id: 'a' }, { id: 'b' }]);
    repo.git('tag', `t-${'x'.repeat(70)}`, repo.sha('a'));
    repo.git('branch', `b-${'x'.repeat(70)}`, repo.sha('b'));
    const github = await githubOf(repo);
    const { plan: made } = await plan({
      ...{ sha: repo.sha('b'), github, api: connected(row('acme/web')) },
      commits: { ...manual, ...given },
    });
    expect(made).toMatchObject({ source: 'github', reason: expect.stringContaining(reason) });
    expect(made.commits?.[0]?.id).toBe(repo.sha('b'));
  });

  it('a token that may not list repositories goes on to the next source, and says so where there is none', async () => {
    const api = sentryWith({ repositories: async () => undefined });
    const repo = makeRepo([{ id: 'a' }]);
    repo.checkout('a');
    const { plan: made } = await plan({ dir: repo.dir, api, commits: manual });
    expect(made).toMatchObject({ source: 'git', reason: expect.stringContaining('may not list the repositories') });
    await expect(plan({ sha: SHA, api, commits: manual })).rejects.toMatchObject({
      code: 'commits-failed',
      hint: expect.stringContaining('org:read'),
    });
  });

  it('reads the checkout when the repository is not connected', async () => {
    const repo = makeRepo([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
    repo.checkout('c');
    const commits = { ...manual, commit: 'HEAD~1', previousCommit: repo.sha('a') };
    const { plan: made } = await plan({ dir: repo.dir, commits });
    expect(made.commits?.map(({ id }) => id)).toEqual([repo.sha('b')]);
  });

  it('takes no row that only commits made for a repository whose commits Sentry can read', async () => {
    const repo = makeRepo([{ id: 'a' }, { id: 'b' }]);
    repo.checkout('b');
    const api = connected(row('acme/web', { provider: 'unknown', url: undefined }));
    const { plan: made } = await plan({ dir: repo.dir, api, commits: { ...manual, previousCommit: repo.sha('a') } });
    expect(made).toMatchObject({ source: 'git', commits: [{ id: repo.sha('b') }] });
  });

  it('without new commits is no failure: the repository was found', async () => {
    const repo = makeRepo([{ id: 'a' }, { id: 'b' }]);
    repo.checkout('b');
    const { plan: made } = await plan({ dir: repo.dir, commits: { ...manual, previousCommit: repo.sha('b') } });
    expect(made).toMatchObject({ source: 'none', nothingNew: true });
  });

  it('fails with the names that Sentry knows when nobody knows the repository', async () => {
    const made = plan({ sha: SHA, api: connected(row('acme/api')), commits: { ...manual, repo: 'acme/wbe' } });
    await expect(made).rejects.toMatchObject({ code: 'commits-failed', hint: expect.stringContaining('acme/api') });
  });

  it('without repo is an error of the input', async () => {
    const made = plan({ sha: SHA, commits: { ...manual, repo: undefined } });
    await expect(made).rejects.toMatchObject({ code: 'input-invalid' });
  });
});

it('auto asks the integration, GitHub, the checkout and nobody, and says each time why the ones before were not used', async () => {
  const repo = makeRepo([{ id: 'a' }, { id: 'b' }]);
  const github = await githubOf(repo);
  repo.checkout('b');
  const previousReleaseWithCommits = async () => releaseOf('web@1', repo.sha('a'));
  const none = sentryWith({ previousReleaseWithCommits });
  const all = { dir: repo.dir, sha: repo.sha('b'), github };
  const since = `since ${repo.sha('a').slice(0, 12)}, last commit of release web@1`;
  const found: unknown[] = [];
  for (const options of [
    { ...all, api: { ...none, repositories: async () => [row('acme/web')] } },
    { ...all, api: none },
    { ...all, api: none, commits: { githubToken: undefined } },
    { sha: repo.sha('b'), api: none },
  ]) {
    const { plan: made } = await plan(options);
    found.push([made.source, made.reason]);
  }
  expect(found).toEqual([
    ['integration', 'acme/web is connected in Sentry'],
    ['github', `acme/web is not connected in Sentry; from GitHub's API, ${since}`],
    ['git', `acme/web is not connected in Sentry; there is no github_token; from the checkout, ${since}`],
    [
      'none',
      'acme/web is not connected in Sentry; there is no github_token; there is no checkout in the working directory',
    ],
  ]);
});

it('skip sends nothing and asks nobody', async () => {
  const repositories = () => Promise.reject(new Error('asked'));
  const { plan: made, log } = await plan({ sha: SHA, api: sentryWith({ repositories }), commits: { mode: 'skip' } });
  expect([made, log.lines]).toEqual([{ source: 'none', reason: 'set_commits is skip' }, []]);
});

it('no source at all is a notice that names each reason and what would help', async () => {
  const { plan: made, log } = await plan({ sha: SHA, context: { repository: 'acme/web' } });
  const reason =
    'acme/web is not connected in Sentry; there is no github_token; there is no checkout in the working directory';
  expect(made).toEqual({ source: 'none', reason, told: true });
  expect(log.lines.filter((line) => !line.startsWith('info'))).toEqual([
    `notice: No commits are set: ${reason}. Connect the repository in Sentry, or let the job read it (permissions: contents: read), ` +
      'or check out its history (fetch-depth: 0).',
  ]);
});

it('nothing to find commits in is a notice, not an error', async () => {
  const { plan: made, log } = await plan({ context: { repository: undefined } });
  expect(made.source).toBe('none');
  expect(log.lines).toEqual([expect.stringMatching(/^notice: No commits are set/)]);
});
