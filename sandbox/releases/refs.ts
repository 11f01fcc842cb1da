import type { Caller } from '../auth/caller.js';
import { parseDate } from '../dates.js';
import { ApiError } from '../http/answer.js';
import type { Services } from '../services.js';
import type { FetchJob, Organization, Release, Repository } from '../state/types.js';
import type { RefInput } from '../validate/release.js';
import { ensureCommit, setCommits } from './commits.js';
import { previousWithCommits } from './previous.js';

interface Ref {
  readonly repository: Repository;
  readonly commit: string;
  readonly previousCommit: string | undefined;
}

/**
 * Applies `refs`: every repository must exist (400 else, after everything before it was stored), head commits are set, and
 * unless commits came in the same request a job asks the provider for the commits between.
 */
export function setRefs(
  services: Services,
  org: Organization,
  release: Release,
  inputs: readonly RefInput[],
  request: { readonly caller: Caller; readonly fetch: boolean },
): void {
  const refs = resolveRefs(org, inputs);
  for (const ref of refs) {
    ensureCommit(services, org, ref.repository, ref.commit);
    release.headCommits = release.headCommits.filter((head) => head.repository !== ref.repository);
    release.headCommits.push({ repository: ref.repository, commit: ref.commit });
  }
  if (!request.fetch) return;
  const previous = previousWithCommits(org, release, undefined, { exclude: release });
  org.fetchJobs.push(jobOf(release, refs, previous, request.caller));
  services.later(0, async () => fetchCommits(services, org, release, refs, previous));
}

function resolveRefs(org: Organization, inputs: readonly RefInput[]): Ref[] {
  const unknown = new Set<string>();
  const refs: Ref[] = [];
  for (const input of inputs) {
    const name = input.repository ?? '';
    const repository = org.repositories.find((candidate) => candidate.name === name);
    if (repository === undefined) unknown.add(name);
    else refs.push({ repository, ...splitRange(input) });
  }
  if (unknown.size > 0) {
    throw new ApiError({ status: 400, json: { refs: [`Invalid repository names: ${[...unknown].join(',')}`] } });
  }
  return refs;
}

/** `from..to` overrides previousCommit. `a...b` falls into `a` and `.b`, as on the server. */
function splitRange(input: RefInput): { commit: string; previousCommit: string | undefined } {
  const commit = input.commit ?? '';
  const at = commit.indexOf('..');
  if (at < 0) return { commit, previousCommit: input.previousCommit ?? undefined };
  return { previousCommit: commit.slice(0, at), commit: commit.slice(at + 2) };
}

function jobOf(release: Release, refs: readonly Ref[], previous: Release | undefined, caller: Caller): FetchJob {
  return {
    release: release.version,
    refs: refs.map((ref) => ({
      repository: ref.repository.name,
      commit: ref.commit,
      previousCommit: ref.previousCommit ?? null,
    })),
    previousRelease: previous?.version,
    user: caller.user?.id,
  };
}

/** How far back a provider goes when there is nothing to start from. */
const PROVIDER_DEFAULT = 20;

function fetchCommits(
  services: Services,
  org: Organization,
  release: Release,
  refs: readonly Ref[],
  previous: Release | undefined,
): void {
  const found = refs.flatMap((ref) => {
    const start =
      ref.previousCommit ?? previous?.headCommits.find((head) => head.repository === ref.repository)?.commit;
    return between(ref.repository, start, ref.commit);
  });
  if (found.length > 0) setCommits(services, org, release, found);
}

function between(repository: Repository, start: string | undefined, end: string) {
  const history = repository.history ?? [];
  const from = history.findIndex((commit) => commit.id === end);
  if (from < 0) return [];
  const to = history.findIndex((commit) => commit.id === start);
  const slice = history.slice(from, to > from ? to : from + PROVIDER_DEFAULT);
  return slice.map((commit) => ({
    id: commit.id,
    repository: repository.name,
    message: commit.message,
    author_name: commit.author_name,
    author_email: commit.author_email,
    timestamp: commit.timestamp === undefined ? undefined : parseDate(commit.timestamp),
    patch_set: undefined,
  }));
}
