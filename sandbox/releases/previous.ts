import type { Organization, Project, Release } from '../state/types.js';

/** The date a release is sorted by: when it was released, else created. */
export function effectiveDate(release: Release): number {
  return release.dateReleased ?? release.dateCreated;
}

/**
 * The newest release with commits, not after the given one, that shares a project with it. May be the release itself, as on
 * the server, unless `exclude` says otherwise.
 * @param visible when given, only shared projects among these count.
 */
export function previousWithCommits(
  org: Organization,
  release: Release,
  visible: readonly Project[] | undefined,
  options: { readonly exclude?: Release } = {},
): Release | undefined {
  const shared = release.projects.filter((project) => visible === undefined || visible.includes(project));
  return [...org.releases.values()]
    .filter((candidate) => candidate !== options.exclude && candidate.commits.length > 0)
    .filter((candidate) => candidate.projects.some((project) => shared.includes(project)))
    .filter((candidate) => effectiveDate(candidate) <= effectiveDate(release))
    .sort((a, b) => effectiveDate(b) - effectiveDate(a) || b.id - a.id)[0];
}
