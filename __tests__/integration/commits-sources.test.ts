import { type FakeGitHub, type GitHubRepository, startGitHub } from '../../sandbox/github.js';
import { SCENARIOS, type Scenario } from './commits-scenarios.js';
import {
  changesOf,
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
  runGit(repo.dir, ['update-ref', '--stdin'], light.join(''));
  repositories.splice(0, repositories.length, { name: 'acme/web', dir: repo.dir });
  return repo;
}

async function both(scenario: Scenario, repo: Repo) {
  const previous = scenario.previous === undefined ? undefined : releaseOf('web@1', repo.sha(scenario.previous));
  const options = {
    sha: repo.sha(scenario.head),
    api: sentryWith({ previousReleaseWithCommits: async () => previous }),
    context: { ref: scenario.ref ?? 'refs/heads/main', eventName: 'workflow_dispatch' },
  };
  const commits = { paths: scenario.paths ?? [], previousCommit: scenario.previousCommitInput };
  const byApi = await plan({ ...options, github, commits });
  repo.checkout(scenario.head);
  const byGit = await plan({ ...options, dir: repo.dir, commits });
  return { byApi, byGit };
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
    expect(byApi.plan.range).toBe(byGit.plan.range);
    for (const [step, expected] of Object.entries(scenario.changes ?? {})) {
      expect(changesOf(byGit.plan, repo.sha(step))).toEqual([...expected].sort());
    }
    for (const { log } of [byApi, byGit])
      if (scenario.says) expect(log.lines).toContainEqual(expect.stringMatching(scenario.says));
  });
});
