import { detail, errors } from '../http/answer.js';
import type { Services } from '../services.js';
import { addRepository } from '../state/create.js';
import type { Author, Commit, Organization, Release, Repository } from '../state/types.js';
import type { CommitInput } from '../validate/release.js';

/** Thrown while somebody else sets the commits of the release. The organization's urls answer 409 with it. */
export const lockedError = () => detail(409, 'Release commits are currently being processed');

/**
 * Replaces the commits of a release, as `commits` in a request do (Sentry's `set_commits`): unknown repositories are created
 * without a provider, the newest comes first, head commits are only filled in where there is none.
 */
export function setCommits(
  services: Services,
  org: Organization,
  release: Release,
  inputs: readonly CommitInput[],
): void {
  if (services.options.sharpEdges && inputs.some((input) => input.message === null)) throw errors.crash();
  const kept = inputs.filter((input) => !(input.message ?? '').includes('#skipsentry'));
  const ordered = newestFirst(kept, services.options.sharpEdges);
  release.commits = ordered.map((input) => upsertCommit(services, org, input));
  for (const commit of release.commits) {
    if (release.headCommits.some((head) => head.repository === commit.repository)) continue;
    release.headCommits.push({ repository: commit.repository, commit: commit.id });
  }
}

/** `refs: []`: everything that commits had set goes. */
export function clearCommits(release: Release): void {
  release.commits = [];
  release.headCommits = [];
}

function newestFirst(inputs: readonly CommitInput[], sharpEdges: boolean): CommitInput[] {
  const hasDate = inputs.some((input) => typeof input.timestamp === 'number');
  const hasNone = inputs.some((input) => input.timestamp === null);
  const hasAbsent = inputs.some((input) => input.timestamp === undefined);
  // Python cannot compare a date with 0, nor None with anything: the sort crashes there as soon as there are two.
  if (sharpEdges && inputs.length > 1 && (hasNone || (hasDate && hasAbsent))) throw errors.crash();
  return [...inputs].sort((a, b) => (b.timestamp ?? 0) - (a.timestamp ?? 0));
}

function upsertCommit(services: Services, org: Organization, input: CommitInput): Commit {
  const now = services.clock.now();
  const repository = repositoryFor(services, org, input.repository ?? '');
  const author = authorOf(org, input);
  const id = input.id ?? '';
  const key = commitKey(repository, id);
  const known = org.commits.get(key);
  if (known !== undefined) {
    known.message = input.message ?? known.message;
    known.author = author ?? known.author;
    known.date = input.timestamp ?? known.date;
    return known;
  }
  const commit: Commit = {
    id,
    repository,
    message: input.message ?? undefined,
    author,
    date: input.timestamp ?? now,
    patchSet: (input.patch_set ?? []).map((patch) => ({ path: patch.path ?? '', type: patch.type ?? '' })),
  };
  org.commits.set(key, commit);
  return commit;
}

/** Key of a commit row. */
export function commitKey(repository: Repository, id: string): string {
  return `${repository.name}\n${id}`;
}

function repositoryFor(services: Services, org: Organization, given: string): Repository {
  const name = given === '' ? `organization-${org.id}` : given;
  const known = org.repositories.find((repository) => repository.name === name && repository.status === 'active');
  return known ?? addRepository(org, { name }, services.ids, services.clock.now());
}

function authorOf(org: Organization, input: CommitInput): Author | undefined {
  const name = input.author_name ?? undefined;
  const email = emailOf(input.author_email ?? undefined, name);
  if (email === undefined) return undefined;
  for (const commit of org.commits.values()) {
    if (commit.author?.email !== email) continue;
    commit.author.name = name ?? commit.author.name;
    return commit.author;
  }
  return { name, email };
}

function emailOf(email: string | undefined, name: string | undefined): string | undefined {
  if (email !== undefined && email !== '') return email.slice(0, 75);
  if (name === undefined || name === '') return undefined;
  return `${name.replaceAll(/[^a-zA-Z0-9\-_.]*/g, '').toLowerCase()}@localhost`;
}

/** Makes sure of a bare commit row, as `refs` do. */
export function ensureCommit(services: Services, org: Organization, repository: Repository, id: string): void {
  const key = commitKey(repository, id);
  if (org.commits.has(key)) return;
  const date = services.clock.now();
  org.commits.set(key, { id, repository, message: undefined, author: undefined, date, patchSet: [] });
}
