/** What GitHub sends: the payloads of events, shortened to what a workflow may ask of them, in GitHub's own names and types. */
import type { WorkflowEvent } from './trigger.js';

const repository = (name = 'acme/web', fork = false) => ({
  id: fork ? 778_120_044 : 512_009_331,
  name: name.split('/')[1],
  full_name: name,
  private: false,
  fork,
  owner: { login: name.split('/')[0], type: 'Organization' },
  html_url: `https://github.com/${name}`,
  default_branch: 'main',
});
const sender = { login: 'octocat', id: 583_231, type: 'User' };

export function push(sha: string, ref = 'refs/heads/main'): WorkflowEvent {
  const tag = ref.startsWith('refs/tags/');
  const head = {
    id: sha,
    message: 'Add README.md',
    timestamp: '2026-01-02T04:04:05+01:00',
    url: `https://github.com/acme/web/commit/${sha}`,
    author: { name: 'Ada', email: 'ada@acme.example', username: 'ada' },
    committer: { name: 'GitHub', email: 'noreply@github.com', username: 'web-flow' },
    distinct: true,
    added: ['README.md'],
    removed: [],
    modified: [],
  };
  const payload = {
    ...{ ref, before: tag ? '0'.repeat(40) : 'd6fde92930d4715a2b49857d24b940956b26d2d3', after: sha },
    ...{ created: tag, deleted: false, forced: false, base_ref: tag ? 'refs/heads/main' : null },
    ...{ repository: repository(), pusher: { name: 'octocat', email: 'octocat@github.com' }, sender },
    ...{ commits: tag ? [] : [head], head_commit: head },
  };
  return { name: 'push', ref, sha, payload, changed: head.added };
}

export function release(sha: string, tag: string, prerelease: boolean, action = 'published'): WorkflowEvent {
  const payload = {
    action,
    release: {
      ...{ id: 17_372_790, tag_name: tag, name: tag, draft: false, prerelease, target_commitish: 'main' },
      ...{ created_at: '2026-01-02T03:00:00Z', published_at: '2026-01-02T03:04:05Z', author: sender, assets: [] },
      html_url: `https://github.com/acme/web/releases/tag/${tag}`,
      body: '',
    },
    ...{ repository: repository(), sender },
  };
  return { name: 'release', ref: `refs/tags/${tag}`, sha, payload };
}

interface PullRequestShape {
  /** The merge commit, which is what `github.sha` is. */
  readonly merge: string;
  readonly head: string;
  readonly from?: string;
  readonly action?: string;
  readonly changed?: readonly string[];
}

/** Of a pull request into main; GitHub gives runs for one from a fork no secrets. */
export function pullRequest(shape: PullRequestShape): WorkflowEvent {
  const { action = 'synchronize', changed = ['src/a.ts'], from = 'acme/web', head, merge } = shape;
  const fork = from !== 'acme/web';
  const payload = {
    ...{ action, number: 7 },
    pull_request: {
      ...{ id: 279_147_437, number: 7, state: 'open', draft: false, title: 'Add a coupon', merge_commit_sha: merge },
      user: { login: fork ? 'someone' : 'octocat' },
      head: { ref: 'coupon', sha: head, label: `${from.split('/')[0]}:coupon`, repo: repository(from, fork) },
      base: { ref: 'main', sha: head, label: 'acme:main', repo: repository() },
    },
    ...{ repository: repository(), sender },
  };
  const actor = fork ? 'someone' : 'octocat';
  return { name: 'pull_request', ref: 'refs/pull/7/merge', sha: merge, payload, changed, secrets: !fork, actor };
}

export function dispatch(sha: string, inputs: Readonly<Record<string, string>>): WorkflowEvent {
  const payload = {
    ...{ inputs, ref: 'refs/heads/main', workflow: '.github/workflows/a.yml', repository: repository(), sender },
  };
  return { name: 'workflow_dispatch', ref: 'refs/heads/main', sha, payload };
}

const deploymentOf = (sha: string, environment: string) => ({
  ...{ id: 87_972_451, sha, ref: 'main', task: 'deploy', environment, original_environment: environment },
  ...{ description: null, creator: sender, payload: {}, transient_environment: false, production_environment: false },
  ...{ created_at: '2026-01-02T03:04:05Z', updated_at: '2026-01-02T03:04:05Z' },
});

export function deployment(sha: string, environment: string): WorkflowEvent {
  const payload = { deployment: deploymentOf(sha, environment), repository: repository(), sender };
  return { name: 'deployment', ref: 'refs/heads/main', sha, payload };
}

export function deploymentStatus(sha: string, environment: string, state: string): WorkflowEvent {
  const status = {
    ...{ id: 1_115_122_403, state, environment, description: '', creator: sender },
    ...{ environment_url: 'https://my-app-git-main.example.com', log_url: 'https://platform.example.com/logs/1' },
    ...{ created_at: '2026-01-02T03:05:00Z', updated_at: '2026-01-02T03:05:00Z' },
  };
  const { payload } = deployment(sha, environment);
  // A platform that deploys a commit, not a branch, leaves the ref empty.
  return { name: 'deployment_status', ref: '', sha, payload: { ...payload, deployment_status: status } };
}
