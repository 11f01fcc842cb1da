import { type FakeGitHub, startGitHub } from '../../sandbox/github.js';
import { makeRepo, removeRepos, runGit, TOKEN } from '../integration/commits-support.js';

const repo = makeRepo([
  { id: 'a' },
  { id: 'b', files: { 'old.txt': 'line\n'.repeat(20) } },
  { id: 'c', files: { 'old.txt': null, 'new.txt': 'line\n'.repeat(20) } },
]);
repo.git('tag', '-a', '-m', 'x', 'v1', repo.sha('b'));
repo.git('tag', 'light', repo.sha('a'));
const empty = makeRepo([]);

let github: FakeGitHub;
let now = 1_800_000_000_000;
beforeEach(async () => {
  github = await startGitHub({
    repositories: [
      { name: 'acme/web', dir: repo.dir, formerNames: ['acme/old'] },
      { name: 'acme/empty', dir: empty.dir },
    ],
    tokens: [{ token: TOKEN }, { token: 'narrow', repositories: ['acme/empty'] }, { token: 'blind', contents: false }],
    limit: 5,
    now: () => now,
  });
});
afterEach(() => github.close());
afterAll(removeRepos);

async function get(path: string, token: string | undefined = TOKEN, init: RequestInit = {}) {
  const headers = { 'user-agent': 'test', ...(token === '' ? {} : { authorization: `token ${token}` }) };
  const answer = await fetch(`${github.url}${path}`, { headers, redirect: 'manual', ...init });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

it('tells a comparison oldest first, with its status and total', async () => {
  const { status, body } = await get(`/repos/acme/web/compare/${repo.sha('a')}...main?per_page=1&page=1`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: 'ahead',
    ahead_by: 2,
    behind_by: 0,
    total_commits: 2,
    merge_base_commit: { sha: repo.sha('a') },
  });
  expect(body['commits']).toEqual([expect.objectContaining({ sha: repo.sha('b') })]);
});

it('finds renames, as GitHub does', async () => {
  const { body } = await get(`/repos/acme/web/commits/${repo.sha('c')}`);
  expect(body['files']).toEqual([
    expect.objectContaining({ status: 'renamed', filename: 'new.txt', previous_filename: 'old.txt' }),
  ]);
});

it('resolves tags, light and annotated, to commits', async () => {
  expect((await get('/repos/acme/web/commits/v1')).body).toMatchObject({ sha: repo.sha('b') });
  const { body } = await get('/repos/acme/web/tags');
  expect(body).toEqual([
    expect.objectContaining({ name: 'v1', commit: expect.objectContaining({ sha: repo.sha('b') }) }),
    expect.objectContaining({ name: 'light', commit: expect.objectContaining({ sha: repo.sha('a') }) }),
  ]);
});

it('does not take the id of a tag object for a commit', async () => {
  const tag = repo.git('rev-parse', 'v1').trim();
  expect((await get(`/repos/acme/web/commits/${tag}`)).status).toBe(422);
  expect((await get(`/repos/acme/web/git/tags/${tag}`)).body).toMatchObject({ object: { sha: repo.sha('b') } });
});

it('pages with Link', async () => {
  const { headers, body } = await get('/repos/acme/web/commits?sha=main&per_page=2');
  expect(body).toHaveLength(2);
  expect(headers.get('link')).toMatch(/page=2>; rel="next"/);
});

it('pages the files of a commit by three hundred, and tags by a hundred at most', async () => {
  const files = Object.fromEntries(Array.from({ length: 310 }, (_, index) => [`f/${1000 + index}`, 'x']));
  repo.extend([{ id: 'wide', files }]);
  const create = Array.from({ length: 105 }, (_, index) => `create refs/tags/t${1000 + index} ${repo.sha('a')}\n`);
  runGit(repo.dir, ['update-ref', '--stdin'], create.join(''));
  const first = await get(`/repos/acme/web/commits/${repo.sha('wide')}`);
  expect(first.body['files']).toHaveLength(300);
  expect(first.headers.get('link')).toMatch(/page=2>; rel="next"/);
  const second = await get(`/repos/acme/web/commits/${repo.sha('wide')}?page=2`);
  expect(second.body['files']).toHaveLength(10);
  expect(second.headers.get('link')).toBeNull();
  expect((await get('/repos/acme/web/tags?per_page=1000')).body).toHaveLength(100);
  expect((await get('/repos/acme/web/tags?per_page=100&page=2')).body).toHaveLength(7);
});

it.each([
  ['an unknown commit', '/repos/acme/web/commits/deadbeefdeadbeef', TOKEN, 422],
  ['an unknown side of a comparison', '/repos/acme/web/compare/main...nothing', TOKEN, 404],
  ['an empty repository', '/repos/acme/empty/commits', TOKEN, 409],
  ['an unknown repository', '/repos/acme/none/commits', TOKEN, 404],
  ['a repository the token may not see', '/repos/acme/web/commits', 'narrow', 404],
  ['no token', '/repos/acme/web/commits', '', 404],
  ['a wrong token', '/repos/acme/web/commits', 'wrong', 401],
  ['a token without contents: read', '/repos/acme/web/commits', 'blind', 403],
  ['an unknown route', '/repos/acme/web/pulls', TOKEN, 404],
  ['an unknown query', '/repos/acme/web/commits?sh=main', TOKEN, 422],
])('refuses %s', async (_, path, token, status) => {
  expect((await get(path, token)).status).toBe(status);
});

it('refuses to be written to', async () => {
  const headers = { 'user-agent': 'test', authorization: `token ${TOKEN}` };
  expect((await get('/repos/acme/web/commits', TOKEN, { method: 'POST', headers })).status).toBe(404);
});

it('counts requests down and refuses them until the reset', async () => {
  for (let left = 4; left >= 0; left -= 1) {
    expect((await get('/repos/acme/web/tags')).headers.get('x-ratelimit-remaining')).toBe(String(left));
  }
  const refused = await get('/repos/acme/web/tags');
  expect([refused.status, refused.headers.get('x-ratelimit-remaining')]).toEqual([403, '0']);
  now += 3_601_000;
  expect((await get('/repos/acme/web/tags')).status).toBe(200);
});

it('sends a renamed repository to its id', async () => {
  const { status, headers } = await get('/repos/acme/old/commits/v1');
  expect(status).toBe(301);
  expect((await get(new URL(headers.get('location') ?? '').pathname)).body).toMatchObject({ sha: repo.sha('b') });
});
