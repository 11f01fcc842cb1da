import { type FakeGitHub, type GitHubRepository, startGitHub } from '../../sandbox/github.js';
import { SCENARIOS, type Scenario } from './commits-scenarios.js';
import {
  changesOf,
  checkout,
  makeRepo,
  plan,
  type Repo,
  releaseOf,
  removeRepos,
  runGit,
  sentryWith,
  TOKEN,
} from './commits-support.js';

const repositories: GitHubRepository[] = [];
let github: FakeGitHub;
beforeAll(async () => {
  github = await startGitHub({ repositories, tokens: [{ token: TOKEN }], limit: 1_000_000 });
});
afterAll(async () => {
  await github.close();
  removeRepos();
});

function build({ steps, tags = {} }: Scenario): Repo {
  const repo = makeRepo(steps);
  const light: string[] = [];
  for (const [step, names] of Object.entries(tags)) {
    for (const name of names) {
      if (name.startsWith('!')) repo.git('tag', '-a', '-m', 'A tag', name.slice(1), repo.sha(step));
      else light.push(`create refs/tags/${name} ${repo.sha(step)}\n`);
    }
  }
  if (light.length > 0) runGit(repo.dir, ['update-ref', '--stdin'], light.join(''));
  repositories.splice(0, repositories.length, { name: 'acme/web', dir: repo.dir });
  return repo;
}

/** Sentry with the release before, and with what the release itself has already. */
function sentryOf({ previous, already = [] }: Scenario, repo: Repo) {
  const last = previous === undefined ? undefined : releaseOf('web@1', repo.sha(previous));
  const commits = already.map((id, index) => ({
    ...{ id: repo.sha(id), repository: repo.sha(id) === id ? 'acme/api' : 'acme/web' },
    dateCreated: new Date(1_700_000_000_000 - index * 1000).toISOString(),
  }));
  const isRerun = commits.some(({ repository }) => repository === 'acme/web');
  const itself = releaseOf('web@2', commits[0]?.id, { dateCreated: '2026-02-01T00:00:00Z' });
  return sentryWith({
    // In a re-run Sentry names the release itself.
    previousReleaseWithCommits: async () => (isRerun ? itself : last),
    recentReleases: async () => [...(isRerun ? [itself] : []), ...(last === undefined ? [] : [last])],
    releaseCommits: async (version) => (version === 'web@2' ? commits : []),
  });
}

async function both(scenario: Scenario, repo: Repo) {
  const options = {
    sha: repo.sha(scenario.head),
    api: sentryOf(scenario, repo),
    context: { ref: scenario.ref ?? 'refs/heads/main', eventName: 'workflow_dispatch' },
  };
  const commits = { paths: scenario.paths ?? [], previousCommit: scenario.previousCommitInput };
  const byApi = await plan({ ...options, github, commits });
  const byGit = await plan({ ...options, dir: checkoutOf(scenario, repo), commits });
  return { byApi, byGit };
}

function checkoutOf({ head, depth }: Scenario, repo: Repo): string {
  if (depth === undefined) {
    repo.checkout(head);
    return repo.dir;
  }
  repo.branch('shallow', head);
  return checkout(repo, 'shallow', depth);
}

describe('the same release from GitHub and from the checkout', () => {
  it.each(SCENARIOS)('$title', async (scenario) => {
    const repo = build(scenario);
    const { byApi, byGit } = await both(scenario, repo);
    const ids = byGit.plan.commits?.map(({ id }) => id) ?? [];
    expect(ids).toEqual(scenario.expected.map(repo.sha));
    const empty = scenario.expected.length === 0;
    expect([byApi.plan.source, byGit.plan.source]).toEqual(empty ? ['none', 'none'] : ['github', 'git']);
    expect(byApi.plan.commits).toEqual(byGit.plan.commits);
    // The server refuses a request with any other type, with a null, or with some of the times.
    for (const commit of byGit.plan.commits ?? []) {
      expect(['acme/web', 'acme/api']).toContain(commit.repository);
      expect(Object.values(commit)).not.toContain(null);
      expect(commit.timestamp).toMatch(/^\d{4}-\d\d-\d\dT/);
      expect((commit.patch_set ?? []).every(({ type }) => 'AMD'.includes(type))).toBe(true);
    }
    expect(byApi.plan.range).toBe(byGit.plan.range);
    for (const [step, expected] of Object.entries(scenario.changes ?? {})) {
      expect(changesOf(byGit.plan, repo.sha(step))).toEqual([...expected].sort());
    }
    for (const { log } of [byApi, byGit])
      if (scenario.says) expect(log.lines).toContainEqual(expect.stringMatching(scenario.says));
  });
});
