import type { RefPayload, Repository } from '../sentry/types.js';
import type { OwnRepository } from './repository.js';
import type { Submodule } from './submodules.js';
import { parseVcsUrl, sameRepository, type VcsUrl } from './vcs-url.js';

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
export const MAX_REVISION = 64;

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
  return submodules.flatMap(({ url, commit }) =>
    rows.filter((row) => isConnected(row) && isSame(row, url, false)).map((row) => ({ repository: row.name, commit })),
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

// A row without URL can only be told by name, and only where a name is `owner/repo` of this very GitHub server.
function isSame(row: Repository, url: VcsUrl, byName: boolean): boolean {
  if (row.url !== undefined) return sameRepository(parseVcsUrl(row.url), url);
  const isGitHub = row.provider.includes('github');
  return (
    byName && isGitHub && [row.name, row.externalSlug].some((name) => name?.toLowerCase() === url.path.toLowerCase())
  );
}
