import type { Inputs } from '../inputs/inputs.js';
import type { RefPayload, Repository } from '../sentry/types.js';
import type { CommitsDeps } from './context.js';
import { commitsOfOthers, refsOfOthers } from './merge.js';
import { findOwnCommit, type OwnCommit, resolveLocally } from './own-commit.js';
import { planManual } from './plan-manual.js';
import { type PlanRequest, planFromSources } from './plan-sources.js';
import { findPrevious } from './previous.js';
import { connectedRows, MAX_REVISION, submoduleRefs } from './refs.js';
import { findRepository, remoteUrl } from './repository.js';
import { short } from './select.js';
import { findSubmodules } from './submodules.js';
import type { CommitsPlan } from './types.js';

/**
 * Finds the release's commits and how they are told to Sentry, without sending anything: through the repository connected in
 * Sentry (no history needed), else from GitHub's API, else from the checkout, else not at all.
 *
 * @throws ActionError `commits-failed` where the user wants an error (`ignore_missing: false`, an unknown `repo`)
 */
export async function planCommits(inputs: Inputs, release: string, deps: CommitsDeps): Promise<CommitsPlan> {
  if (inputs.commits.mode === 'skip') return { source: 'none', reason: 'set_commits is skip' };
  const repository = await findRepository(deps.github, deps.git);
  const own = repository === undefined ? undefined : await findOwnCommit(deps.github, deps.git, repository);
  if (inputs.commits.mode === 'manual') return await planManual({ inputs, release, deps, repository, own });
  if (repository === undefined || own === undefined) {
    return nothing(
      deps,
      'no checkout in the working directory has a remote that names its repository, and GITHUB_REPOSITORY and GITHUB_SHA are not set',
    );
  }
  deps.log.info(`Commit ${short(own.sha)} of ${repository.url.path} (${own.why})`);
  return await planAuto({ inputs, release, deps, repository, own });
}

async function planAuto(
  found: Omit<PlanRequest, 'previous' | 'others' | 'skipped'> & { readonly own: OwnCommit },
): Promise<CommitsPlan> {
  const { inputs, release, deps, repository, own } = found;
  const [previous, others, rows] = await Promise.all([
    findPrevious({ inputs, release, github: deps.github, repository, api: deps.api, log: deps.log }),
    commitsOfOthers(deps.api, release, repository),
    deps.api.repositories(),
  ]);
  const request: PlanRequest = { ...found, previous, others, skipped: [] };
  const refs = rows === undefined ? undefined : await findRefs(rows, request);
  if (refs === undefined || typeof refs === 'string') {
    const why =
      refs ?? 'the token may not list the repositories that are connected in Sentry (it needs org:read or org:ci)';
    return await planFromSources({ ...request, skipped: [why] });
  }
  return {
    source: 'integration',
    reason: `${repository.url.path} is connected in Sentry`,
    refs,
    ...(previous === undefined ? {} : { range: `${short(previous.revision)}..${short(own.sha)}` }),
  };
}

/** The refs, or why there can be none. */
async function findRefs(rows: readonly Repository[], request: PlanRequest): Promise<readonly RefPayload[] | string> {
  const { inputs, deps, repository, own, previous, others } = request;
  const connected = connectedRows(rows, repository);
  if (connected.length === 0) return `${repository.url.path} is not connected in Sentry`;
  if (inputs.commits.paths.length > 0) return 'Sentry reads the commits of all paths, but commits_path is given';
  const othersRefs = refsOfOthers(others, rows);
  if (othersRefs === undefined) {
    return 'the release has commits of another repository that is not connected in Sentry, which would be lost';
  }
  const begin = previous === undefined ? undefined : await asFullId(previous.revision, deps);
  if (begin !== undefined && begin.length > MAX_REVISION) {
    return `${previous?.why ?? ''} is longer than the ${MAX_REVISION} characters that Sentry takes`;
  }
  const base = begin === undefined ? {} : { previousCommit: begin };
  const ours = connected.map(({ name }) => ({ repository: name, commit: own.sha, ...base }));
  return uniqueRefs([...ours, ...(await refsOfSubmodules(rows, deps, own.sha)), ...othersRefs]);
}

/** A tag, branch or `HEAD~1` is resolved where the checkout can: Sentry and its integrations know ids best. */
async function asFullId(revision: string, { git }: CommitsDeps): Promise<string> {
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(revision)) return revision;
  return (await resolveLocally(git, revision)) ?? revision;
}

async function refsOfSubmodules(rows: readonly Repository[], { git }: CommitsDeps, head: string) {
  return submoduleRefs(rows, await findSubmodules(git, head, await remoteUrl(git)));
}

/** One ref a repository: ours first, then the submodules, then what was there. */
function uniqueRefs(refs: readonly RefPayload[]): readonly RefPayload[] {
  const byName = new Map<string, RefPayload>();
  for (const ref of refs) if (!byName.has(ref.repository)) byName.set(ref.repository, ref);
  return [...byName.values()];
}

/** The plan that sends nothing, told to the user. */
function nothing({ log }: CommitsDeps, reason: string): CommitsPlan {
  log.notice(`No commits are set: ${reason}.`, { title: 'Release without commits' });
  return { source: 'none', reason, told: true };
}
