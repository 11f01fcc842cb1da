import type { RefPayload, ReleaseCommit, Repository } from '../sentry/types.js';
import type { Previous } from './previous.js';
import type { OwnRepository } from './repository.js';
import type { Submodule } from './submodules.js';
import { parseVcsUrl, repositoryKey, sameRepository, type VcsUrl } from './vcs-url.js';

/** Providers whose commits Sentry fetches by itself. Any other row was only made by commits that were sent. */
const FETCHING_PROVIDERS = new Set([
  'git',
  'github',
  'bitbucket',
  'visualstudio',
  'google',
  'integrations:github',
  'integrations:github_enterprise',
  'integrations:gitlab',
  'integrations:bitbucket',
  'integrations:bitbucket_server',
  'integrations:vsts',
]);

/** Characters of a revision that the server takes (src/sentry/api/serializers/rest_framework/release.py). */
const MAX_REVISION = 64;

export interface RefsRequest {
  /** All that Sentry knows; undefined when the token may not list them. */
  readonly rows: readonly Repository[] | undefined;
  /** Tells which of them are our repository. */
  readonly choose: (rows: readonly Repository[]) => readonly Repository[];
  /** How our repository is called where it is not connected. */
  readonly name: string;
  readonly commit: string;
  /** Resolved to a full id as far as that is possible here. */
  readonly previous: Previous | undefined;
  readonly paths: readonly string[];
  /** Asked only when our repository is connected. @default none */
  readonly submodules?: (rows: readonly Repository[]) => Promise<readonly RefPayload[]>;
  /** Commits of other repositories that the release has already. */
  readonly others: readonly ReleaseCommit[];
}

/** One ref a repository: ours, then the submodules, then what was there; or why Sentry cannot read the commits itself. */
export async function planRefs(request: RefsRequest): Promise<readonly RefPayload[] | string> {
  const { rows, name, commit, previous, paths, others } = request;
  if (rows === undefined) {
    return 'the token may not list the repositories that are connected in Sentry (it needs org:read or org:ci)';
  }
  const connected = request.choose(rows);
  if (connected.length === 0) return `${name} is not connected in Sentry`;
  if (paths.length > 0) return 'Sentry reads the commits of all paths, but commits_path is given';
  const othersRefs = refsOfOthers(others, rows);
  if (othersRefs === undefined) {
    return 'the release has commits of another repository that is not connected in Sentry, which would be lost';
  }
  for (const { revision, why } of [
    { revision: commit, why: 'commit' },
    ...(previous === undefined ? [] : [previous]),
  ]) {
    if (revision.length > MAX_REVISION) return `${why} is longer than the ${MAX_REVISION} characters that Sentry takes`;
  }
  const base = previous === undefined ? {} : { previousCommit: previous.revision };
  const byName = new Map<string, RefPayload>();
  const ours = connected.map((row) => ({ repository: row.name, commit, ...base }));
  for (const ref of [...ours, ...((await request.submodules?.(rows)) ?? []), ...othersRefs]) {
    if (!byName.has(ref.repository)) byName.set(ref.repository, ref);
  }
  return [...byName.values()];
}

/** True when Sentry can fetch this repository's commits. */
export function isConnected(repository: Repository): boolean {
  return FETCHING_PROVIDERS.has(repository.provider) && repository.status === 'active';
}

/** The rows of a repository that Sentry is connected to. */
export function connectedRows(rows: readonly Repository[], own: OwnRepository): readonly Repository[] {
  return rows.filter((row) => isConnected(row) && isSame(row, own.url, own.onGitHub));
}

/** One ref for each submodule that Sentry is connected to, at the commit that the checkout records. */
export function submoduleRefs(rows: readonly Repository[], submodules: readonly Submodule[]): readonly RefPayload[] {
  const names = new Map<string, string[]>();
  for (const row of rows.filter(isConnected)) {
    if (row.url === undefined) continue;
    const key = repositoryKey(parseVcsUrl(row.url));
    names.set(key, [...(names.get(key) ?? []), row.name]);
  }
  return submodules.flatMap(({ url, commit }) =>
    (names.get(repositoryKey(url)) ?? []).map((repository) => ({ repository, commit })),
  );
}

/** The row a user means by `repo`: its name or its name at the provider, whatever the letter case. */
export function rowNamed(rows: readonly Repository[], name: string): Repository | undefined {
  const wanted = name.toLowerCase();
  const connected = rows.filter(isConnected);
  return (
    connected.find((row) => row.name === name) ??
    connected.find((row) => row.name.toLowerCase() === wanted || row.externalSlug?.toLowerCase() === wanted)
  );
}

/** Refs that keep the others: the newest commit of each. undefined when Sentry could not fetch one of them by itself. */
function refsOfOthers(
  others: readonly ReleaseCommit[],
  rows: readonly Repository[],
): readonly RefPayload[] | undefined {
  const refs = new Map<string, RefPayload>();
  for (const { id, repository } of others) {
    const row = repository === undefined ? undefined : rowNamed(rows, repository);
    if (row === undefined) return undefined;
    if (!refs.has(row.name)) refs.set(row.name, { repository: row.name, commit: id });
  }
  return [...refs.values()];
}

// A row without URL can only be told by name, and only where a name is `owner/repo` of this very GitHub server.
function isSame(row: Repository, url: VcsUrl, byName: boolean): boolean {
  if (row.url !== undefined) return sameRepository(parseVcsUrl(row.url), url);
  const isGitHub = row.provider.includes('github');
  return (
    byName && isGitHub && [row.name, row.externalSlug].some((name) => name?.toLowerCase() === url.path.toLowerCase())
  );
}
