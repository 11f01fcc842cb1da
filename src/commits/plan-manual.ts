import { ActionError } from '../errors.js';
import type { Inputs } from '../inputs/inputs.js';
import type { Repository } from '../sentry/types.js';
import type { CommitsDeps } from './context.js';
import { commitsOfOthers } from './merge.js';
import type { OwnCommit } from './own-commit.js';
import { planOfRefs } from './plan-refs.js';
import { planFromSources } from './plan-sources.js';
import { findPrevious } from './previous.js';
import { planRefs, rowNamed } from './refs.js';
import { hostOf, type OwnRepository } from './repository.js';
import { resolveLocally } from './revision.js';
import type { CommitsPlan } from './types.js';
import { parseVcsUrl, type VcsUrl } from './vcs-url.js';

export interface ManualRequest {
  readonly inputs: Inputs;
  readonly release: string;
  readonly deps: CommitsDeps;
  /** What the checkout and the run say; used where it is the repository that `repo` names. */
  readonly repository: OwnRepository | undefined;
  readonly own: OwnCommit | undefined;
}

/**
 * `set_commits: manual`: exactly the repository and the commits that the user names. Through the connected repository when
 * Sentry has it under that name, in any letter case; else its commits are read as in `auto`.
 *
 * @throws ActionError `input-invalid` without `repo`, `commits-failed` when nothing knows the repository
 */
export async function planManual(request: ManualRequest): Promise<CommitsPlan> {
  const { inputs, release, deps } = request;
  const { repo } = inputs.commits;
  if (repo === undefined) throw invalid('set_commits is manual, but repo is not given', 'Set repo to owner/name.');
  const named = parseRepo(repo);
  const repository = repositoryNamed(named, request);
  const { commit, previousCommit } = splitRange(inputs);
  const own = { sha: await ownRevision(commit, repository, request), why: 'as given' };
  const asked = { ...inputs, commits: { ...inputs.commits, previousCommit } };
  const [beginning, others, rows] = await Promise.all([
    findPrevious({ inputs: asked, release, repository, own: own.sha }, deps),
    commitsOfOthers(deps.api, release, repository),
    deps.api.repositories(),
  ]);
  const row = rowNamed(rows ?? [], named.path);
  const refs = await planRefs({
    ...{ rows, name: named.path, commit: own.sha, others, choose: () => (row === undefined ? [] : [row]) },
    previous: beginning.previous,
    paths: inputs.commits.paths,
  });
  const found = { inputs: asked, release, deps, repository, own, beginning, others };
  if (typeof refs === 'string') return known(await planFromSources({ ...found, skipped: [refs] }), named.path, rows);
  return planOfRefs(refs, `set_commits is manual and ${row?.name} is connected in Sentry`, found);
}

/** What the user named must be found: a silent release without commits is not what was asked for. */
function known(plan: CommitsPlan, repo: string, rows: readonly Repository[] | undefined): CommitsPlan {
  if (plan.source !== 'none' || plan.nothingNew === true) return plan;
  const names = (rows ?? []).slice(0, 10).map(({ name }) => name);
  const hint =
    rows === undefined
      ? 'Give the Sentry token org:read or org:ci, or pass a github_token that may read the repository.'
      : names.length === 0
        ? 'No repository is connected in Sentry. Connect it, or pass a github_token that may read it.'
        : `Repositories that Sentry knows: ${names.join(', ')}. Check repo, or pass a github_token that may read it.`;
  throw new ActionError('commits-failed', `The commits of ${repo} cannot be found: ${plan.reason}.`, { hint });
}

/** `commit` may be a range itself, as in sentry-cli's `--commit repo@from..to`; GitHub's own form has three dots. */
function splitRange({ commits }: Inputs): {
  readonly commit: string | undefined;
  readonly previousCommit: string | undefined;
} {
  const range = /^(.+?)\.{2,3}(.+)$/s.exec(commits.commit ?? '');
  if (range === null) return commits;
  return { commit: range[2], previousCommit: commits.previousCommit ?? range[1] };
}

/** `owner/name`, on whatever host, or an address such as `${{ github.repositoryUrl }}` gives it. */
function parseRepo(repo: string): VcsUrl {
  return /^\w[\w+]*:\/\/|^git@/.test(repo) ? parseVcsUrl(repo) : { host: '', path: repo };
}

function repositoryNamed({ host, path }: VcsUrl, { deps, repository }: ManualRequest): OwnRepository {
  const ours = repository?.url.path.toLowerCase() ?? '';
  // `app` for `acme/app`: the official action took any name for the checkout when nothing was connected.
  const isOurs = `/${ours}`.endsWith(`/${path.toLowerCase()}`) && ['', repository?.url.host].includes(host);
  if (repository !== undefined && isOurs) return repository;
  const server = hostOf(deps.github);
  const url = { host: host || server, path };
  return { url, ofRun: false, onGitHub: url.host === server && /^[^/\s]+\/[^/\s]+$/.test(path), local: false };
}

/** The commit as a full id where the checkout can tell; else as it was written, which Sentry's own integration may know. */
async function ownRevision(
  commit: string | undefined,
  repository: OwnRepository,
  { deps, own, repository: local }: ManualRequest,
): Promise<string> {
  const isLocal = repository === local && repository.local;
  if (commit === undefined || commit === 'HEAD') {
    const ours = repository === local || commit === undefined;
    return ours && own !== undefined ? own.sha : 'HEAD';
  }
  return (isLocal ? await resolveLocally(deps.git, commit) : undefined) ?? commit;
}

function invalid(message: string, hint: string): ActionError {
  return new ActionError('input-invalid', message, { hint });
}
