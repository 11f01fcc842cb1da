import { ActionError } from '../errors.js';
import type { CommitPayload, ReleaseCommit, SentryApi } from '../sentry/types.js';
import { describeCommit } from './payload.js';
import { mayBeOurs } from './previous.js';
import type { OwnRepository } from './repository.js';
import type { Trimmer } from './trim.js';

/**
 * The commits of other repositories that the release has already. Setting commits replaces them all, so a release of two
 * repositories would lose the first when the second is sent; they are sent again, along with ours.
 */
export async function commitsOfOthers(
  api: Pick<SentryApi, 'releaseCommits'>,
  release: string,
  repository: OwnRepository,
): Promise<readonly ReleaseCommit[]> {
  try {
    const commits = await api.releaseCommits(release);
    return commits.filter((commit) => !mayBeOurs(commit.repository, repository));
  } catch (error) {
    // No such release yet (a dry run), or a token or server without this list.
    if (error instanceof ActionError && (error.status === 403 || error.status === 404)) return [];
    throw error;
  }
}

/** Our commits and the others' in one list. Times are kept only when every one of them has one. */
export function mergeCommits(
  ours: readonly CommitPayload[],
  others: readonly ReleaseCommit[],
  trimmer: Trimmer,
): readonly CommitPayload[] {
  const known = new Set(ours.map(({ id }) => id));
  // Without patch_set: the server keeps the file list that a commit has. What it stores may be longer than what it takes.
  const kept = others.filter(({ id }) => !known.has(id)).map((commit) => describeCommit(commit, trimmer));
  const merged = [...ours, ...kept];
  if (merged.every(({ timestamp }) => timestamp !== undefined)) {
    return merged.sort((left, right) => Date.parse(right.timestamp ?? '') - Date.parse(left.timestamp ?? ''));
  }
  return merged.map(({ timestamp: _, ...commit }) => commit);
}
