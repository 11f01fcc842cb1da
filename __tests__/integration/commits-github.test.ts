import type { FakeGitHub, GitHubConfig } from '../../sandbox/github.js';
import {
  githubOf,
  makeRepo,
  plan,
  releaseOf,
  removeRepos,
  runGit,
  sentryWith,
  steadyClock,
  stopGitHubs,
  TOKEN,
} from './commits-support.js';

const repo = makeRepo([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
afterEach(stopGitHubs);
afterAll(removeRepos);

const start = async (config: Partial<GitHubConfig> = {}): Promise<FakeGitHub> => await githubOf(repo, config);

const api = sentryWith({ previousReleaseWithCommits: async () => releaseOf('web@1', repo.sha('a')) });
const run = (options: Parameters<typeof plan>[0]) => plan({ sha: repo.sha('c'), api, ...options });
const idsOf = async (options: Parameters<typeof plan>[0]) => (await run(options)).plan.commits?.map(({ id }) => id);
const both = ['c', 'b'].map(repo.sha);

it('speaks to GitHub Enterprise Server under its own path', async () => {
  const github = await start({ prefix: '/api/v3' });
  const context = { serverUrl: 'https://ghe.example.com', repository: 'acme/web' };
  expect(await idsOf({ github, context })).toEqual(both);
  expect(github.requests.every(({ url }) => url.startsWith('/api/v3/repos/acme/web/'))).toBe(true);
});

it('speaks to a ghe.com server, whose API has a host of its own', async () => {
  const github = await start();
  const here = makeRepo([{ id: 'a' }, { id: 'b' }, { id: 'c' }], 'git@acme.ghe.com:acme/web.git');
  here.checkout('c');
  const context = { serverUrl: 'https://acme.ghe.com', repository: 'acme/web' };
  const { plan: made } = await run({ github, dir: here.dir, context });
  expect(made.source).toBe('github');
  expect(made.commits?.map(({ id }) => id)).toEqual(both);
});

it('is the next source for a Sentry token that may not list repositories', async () => {
  const { plan: made } = await run({
    github: await start(),
    api: sentryWith({ repositories: async () => undefined }),
  });
  expect(made.source).toBe('github');
  expect(made.reason).toMatch(/^the token may not list the repositories.*; from GitHub's API, /);
});

it('sends the token with every request, and only reads', async () => {
  const github = await start();
  await run({ github });
  expect(github.requests).toHaveLength(3);
  expect(github.requests.every(({ method, authorized }) => method === 'GET' && authorized)).toBe(true);
});

it('follows a renamed repository inside the same API', async () => {
  const github = await start({ repositories: [{ name: 'acme/site', dir: repo.dir, formerNames: ['acme/web'] }] });
  expect(await idsOf({ github })).toEqual(both);
});

it('does not take its token to another host', async () => {
  const other = await start();
  const github = await start();
  github.faults.push({ status: 302, headers: { location: `${other.url}/repos/acme/web/commits` } });
  const { plan: made } = await run({ github });
  expect(made.source).toBe('none');
  expect(made.reason).toContain('points to another host');
  expect(other.requests).toEqual([]);
});

it('waits until the primary limit is reset, by the clock of GitHub', async () => {
  const clock = steadyClock();
  const skewed = () => clock.now() + 3_600_000;
  const github = await start({ now: skewed });
  github.limit.remaining = 0;
  github.limit.resetAt = skewed() / 1000 + 30;
  expect(await idsOf({ github, clock })).toEqual(both);
  expect(clock.waits).toEqual([31_000]);
});

it('waits as long as a secondary limit asks', async () => {
  const clock = steadyClock();
  const github = await start({ now: clock.now });
  github.faults.push({
    status: 403,
    message: 'You have exceeded a secondary rate limit.',
    headers: { 'retry-after': '7' },
  });
  expect(await idsOf({ github, clock })).toEqual(both);
  expect(clock.waits).toEqual([7000]);
});

it.each([
  ['429', { status: 429 }],
  ['403', { status: 403, message: 'You have exceeded a secondary rate limit.' }],
])('waits a minute when it is limited by %s without being told for how long', async (_, fault) => {
  const clock = steadyClock();
  const github = await start({ now: clock.now });
  github.faults.push(fault);
  expect(await idsOf({ github, clock })).toEqual(both);
  expect(clock.waits).toEqual([60_000]);
});

it('pauses also where the limit says that no wait is needed', async () => {
  const clock = steadyClock();
  const github = await start({ now: clock.now });
  github.faults.push({ status: 429, headers: { 'retry-after': '0' } });
  expect(await idsOf({ github, clock })).toEqual(both);
  expect(clock.waits).toEqual([1000]);
});

it('does not wait when that would take more than half of the time that is left', async () => {
  const clock = steadyClock();
  const github = await start({ now: clock.now });
  github.limit.remaining = 0;
  github.limit.resetAt = clock.now() / 1000 + 3000;
  const { plan: made } = await run({ github, clock });
  expect(made).toMatchObject({
    source: 'none',
    reason: expect.stringContaining('a wait of 3001 s is too long for this run'),
  });
  expect(clock.waits).toEqual([]);
});

it('leaves the last requests of the hour to others: commits come without their files', async () => {
  const github = await start({ limit: 40 });
  const { plan: made, log } = await run({ github });
  expect(made.commits?.map((commit) => ['id', 'patch_set'].map((key) => key in commit))).toEqual([
    [true, false],
    [true, false],
  ]);
  expect(log.lines).toContainEqual('notice: 2 of 2 commits are sent without their list of files.');
});

it.each([
  ['a 502', { status: 502 }],
  ['a cut connection', { status: 0, cut: true }],
])('tries again after %s', async (_, fault) => {
  const clock = steadyClock();
  const github = await start();
  github.faults.push(fault, fault);
  expect(await idsOf({ github, clock })).toEqual(both);
  expect(clock.waits).toEqual([1000, 2000]);
});

it('goes on with the checkout when GitHub stays broken', async () => {
  const github = await start();
  github.faults.push({ status: 500 }, { status: 500 }, { status: 500 });
  repo.checkout('c');
  const { plan: made } = await run({ github, dir: repo.dir });
  expect(made).toMatchObject({ source: 'git', reason: expect.stringContaining('GitHub answered 500') });
});

it.each([
  ['a token that GitHub refuses', { commits: { githubToken: 'wrong' } }, 'refuses the github_token (401)'],
  ['a repository it may not see', { context: { repository: 'acme/secret' } }, 'shows no commit'],
])('names %s', async (_, options, reason) => {
  const { plan: made } = await run({ github: await start(), ...options });
  expect(made).toMatchObject({ source: 'none', reason: expect.stringContaining(reason) });
});

it('names a token without contents: read', async () => {
  const github = await start({ tokens: [{ token: TOKEN, contents: false }] });
  const { plan: made } = await run({ github });
  expect(made.reason).toContain('may not read the contents of the repository (403)');
});

it('does not ask about a repository that is on another server', async () => {
  const github = await start();
  const elsewhere = makeRepo([{ id: 'x' }], 'https://gitlab.com/acme/web.git');
  elsewhere.checkout('x');
  const { plan: made } = await run({ github, dir: elsewhere.dir });
  expect(made.source).toBe('git');
  expect(github.requests).toEqual([]);
});

it('takes the id of a tag object for the commit it stands for, on either side, as the checkout does', async () => {
  const tagged = makeRepo([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  const objects = ['a', 'c'].map((step) => {
    tagged.git('tag', '-a', '-m', 'x', `v-${step}`, tagged.sha(step));
    return tagged.git('rev-parse', `v-${step}`).trim();
  });
  const github = await start({ repositories: [{ name: 'acme/web', dir: tagged.dir }] });
  tagged.checkout('c');
  const commits = { previousCommit: objects[0] };
  for (const where of [{ github, sha: objects[1] }, { dir: tagged.dir }]) {
    const { plan: made, log } = await plan({ ...where, commits });
    expect(made.commits?.map(({ id }) => id)).toEqual(['c', 'b'].map(tagged.sha));
    expect(log.lines.filter((line) => line.startsWith('warning'))).toEqual([]);
  }
});

it('a head that GitHub does not have is left to the checkout', async () => {
  const local = makeRepo([{ id: 'a' }, { id: 'unpushed', message: 'Only here' }]);
  local.checkout('unpushed');
  // Not even an error is it that the previous commit cannot be found there: nobody knows that yet.
  const commits = { ignoreMissing: false };
  const { plan: made } = await plan({ dir: local.dir, github: await start(), api, commits });
  expect(made).toMatchObject({ source: 'git', commits: [{ id: local.sha('unpushed') }] });
});

it('tells three thousand files of a commit; the checkout, which tells all, is asked first', async () => {
  const files = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`gen/${String(index).padStart(4, '0')}.ts`, 'x']));
  const wide = makeRepo([{ id: 'a' }, { id: 'b', files: files(3001) }]);
  const github = await start({ repositories: [{ name: 'acme/web', dir: wide.dir }] });
  const previous = sentryWith({ previousReleaseWithCommits: async () => releaseOf('web@1', wide.sha('a')) });
  const options = { sha: wide.sha('b'), api: previous, github };
  const alone = await plan(options);
  expect(alone.plan).toMatchObject({ source: 'github', commits: [{ id: wide.sha('b') }] });
  expect(alone.plan.commits?.[0]?.patch_set?.map(({ path }) => path)).toEqual(Object.keys(files(3000)));
  expect(alone.log.lines.filter((line) => line.startsWith('notice'))).toEqual([
    'notice: 1 of 1 commits may be sent without all of their files: GitHub tells 3000 files of a commit at most.',
  ]);
  wide.checkout('b');
  const beside = await plan({ ...options, dir: wide.dir });
  expect(beside.plan.source).toBe('git');
  expect(beside.plan.commits?.[0]?.patch_set?.map(({ path }) => path)).toEqual(Object.keys(files(3001)));
  expect(beside.log.lines.filter((line) => line.startsWith('notice'))).toEqual([]);
});

describe('tags without end', () => {
  const tagged = makeRepo([{ id: 'a' }, { id: 'near' }, { id: 'head' }]);
  beforeAll(() => {
    const create = (name: string, step: string) => `create refs/tags/${name} ${tagged.sha(step)}\n`;
    const far = Array.from({ length: 5050 }, (_, index) => create(`v1.${index}`, 'a'));
    runGit(tagged.dir, ['update-ref', '--stdin'], [...far, create('near-1', 'near')].join(''));
    tagged.git('pack-refs', '--all');
  });

  it('are read up to five thousand from GitHub, which is said, and all from the checkout', async () => {
    const github = await start({ repositories: [{ name: 'acme/web', dir: tagged.dir }] });
    const byApi = await plan({ sha: tagged.sha('head'), github });
    expect(byApi.plan.reason).toMatch(/since \w+, tag v1\./);
    expect(github.requests.filter(({ url }) => url.includes('/tags?'))).toHaveLength(50);
    expect(byApi.log.lines).toContainEqual(expect.stringMatching(/^info: Not all tags of the repository were read/));
    tagged.checkout('head');
    expect((await plan({ dir: tagged.dir })).plan.reason).toContain('tag near-1');
  }, 120_000);

  it('do not take the last requests of the hour', async () => {
    const github = await start({ repositories: [{ name: 'acme/web', dir: tagged.dir }], limit: 55 });
    await plan({ sha: tagged.sha('head'), github });
    expect(github.requests.filter(({ url }) => url.includes('/tags?'))).toHaveLength(6);
  });
});

describe('commits_path with more commits than are looked through at GitHub', () => {
  const mono = makeRepo(
    Array.from({ length: 620 }, (_, index) => ({
      id: `c${index}`,
      files: { [index % 10 === 0 ? 'web/a.ts' : 'api/a.ts']: `${index}` },
    })),
  );
  const web = (from: number) =>
    Array.from({ length: 62 }, (_, index) => index * 10)
      .filter((index) => index >= from)
      .reverse()
      .map((index) => mono.sha(`c${index}`));
  const options = {
    sha: mono.sha('c619'),
    commits: { paths: ['web'] },
    api: sentryWith({ previousReleaseWithCommits: async () => releaseOf('web@1', mono.sha('c0')) }),
  };

  it('looks through the newest five hundred where there is nothing else, and says how many are left out', async () => {
    const github = await start({ repositories: [{ name: 'acme/web', dir: mono.dir }] });
    const { plan: made, log } = await plan({ ...options, github });
    expect(made.source).toBe('github');
    expect(made.commits?.map(({ id }) => id)).toEqual(web(120));
    expect(made.reason).toContain('GitHub would tell the files of 500 of 619 commits only');
    expect(log.lines.filter((line) => line.startsWith('notice'))).toEqual([
      'notice: commits_path: what 119 of 619 commits changed cannot be read; these commits are left out.',
    ]);
    expect(github.requests.length).toBeLessThan(520);
  }, 120_000);

  it('takes the checkout where it reaches, without asking for a single list of files', async () => {
    const github = await start({ repositories: [{ name: 'acme/web', dir: mono.dir }] });
    mono.checkout('c619');
    const { plan: made, log } = await plan({ ...options, github, dir: mono.dir });
    expect(made.source).toBe('git');
    expect(made.commits?.map(({ id }) => id)).toEqual(web(1));
    expect(log.lines.filter((line) => line.startsWith('notice'))).toEqual([]);
    expect(github.requests.length).toBeLessThan(20);
  });
});

describe('five thousand commits', () => {
  const big = makeRepo(
    Array.from({ length: 5002 }, (_, index) => ({ id: `c${index}`, files: { [`f${index % 50}.txt`]: `${index}` } })),
  );
  const last = sentryWith({ previousReleaseWithCommits: async () => releaseOf('web@1', big.sha('c1')) });

  it('are the same from GitHub and from the checkout, in one request of bounded size', async () => {
    const github = await start({ repositories: [{ name: 'acme/web', dir: big.dir }], limit: 100_000 });
    big.checkout('c5001');
    const byApi = (await plan({ sha: big.sha('c5001'), github, api: last })).plan;
    const byGit = (await plan({ dir: big.dir, api: last })).plan;
    expect([byApi.source, byGit.source]).toEqual(['github', 'git']);
    expect(byGit.commits).toHaveLength(5000);
    expect(byApi.commits?.map(({ patch_set: _, ...commit }) => commit)).toEqual(
      byGit.commits?.map(({ patch_set: _, ...commit }) => commit),
    );
    expect(byApi.commits?.slice(0, 250)).toEqual(byGit.commits?.slice(0, 250));
    // Each list of files costs a request at GitHub: the newest 250 have one.
    expect(byApi.commits?.filter((commit) => commit.patch_set !== undefined)).toHaveLength(250);
    expect(github.requests.length).toBeLessThan(400);
    expect(Buffer.byteLength(JSON.stringify(byGit.commits))).toBeLessThan(5 * 1024 * 1024);
  }, 120_000);

  it('with all their files come from the checkout, when it is there', async () => {
    const github = await start({ repositories: [{ name: 'acme/web', dir: big.dir }], limit: 100_000 });
    const made = (await plan({ dir: big.dir, github, api: last })).plan;
    expect(made.source).toBe('git');
    expect(made.commits?.every((commit) => commit.patch_set?.length === 1)).toBe(true);
  }, 120_000);

  it('are cut to the newest when there are more', async () => {
    const { plan: made, log } = await plan({
      dir: big.dir,
      commits: { previousCommit: big.sha('c0') },
    });
    expect(made.commits).toHaveLength(5000);
    expect(made.commits?.at(0)?.id).toBe(big.sha('c5001'));
    expect(log.lines).toContainEqual(expect.stringMatching(/^notice: There are 5001 commits since/));
  }, 120_000);
});
