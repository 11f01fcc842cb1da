import type { Log } from '../log.js';
import type { CommitPayload, ReleaseCommit } from '../sentry/types.js';
import { MAX_COMMITS, type SelectedCommit } from './select.js';
import type { Trimmer } from './trim.js';

/** Bytes of JSON in the one request. */
const MAX_BODY_BYTES = 5 * 1024 * 1024;
/** Of these, for commits without their file lists, so that the newest ones' lists always have room. */
const MAX_BARE_BYTES = 4 * 1024 * 1024;

type PatchSet = NonNullable<CommitPayload['patch_set']>;

/**
 * Writes commits as the server takes them. What is too long is cut or left out, never refused as a whole. All commits carry a
 * time or none does, because the server cannot sort a mixture. {@link fitRequest} bounds the whole.
 */
export function toPayload(
  commits: readonly SelectedCommit[],
  repository: string,
  trimmer: Trimmer,
): readonly CommitPayload[] {
  return withTimes(commits).map(({ commit, timestamp }) => ({
    ...describeCommit({ ...commit, id: commit.sha, repository, dateCreated: timestamp }, trimmer),
    ...(commit.files === undefined ? {} : { patch_set: toPatchSet(commit.sha, commit.files, trimmer) }),
  }));
}

/** A commit without its list of files, within the limits. The server cannot store `message: null`; without the key it can. */
export function describeCommit(commit: ReleaseCommit, trimmer: Trimmer): CommitPayload {
  const { id, repository = '', message, authorName, authorEmail, dateCreated } = commit;
  return {
    id,
    repository: trimmer.text(id, 'repository', repository),
    ...(message === undefined ? {} : { message: trimmer.text(id, 'message', message) }),
    ...(authorName ? { author_name: trimmer.text(id, 'authorName', authorName) } : {}),
    ...(authorEmail ? { author_email: trimmer.text(id, 'authorEmail', authorEmail) } : {}),
    ...(dateCreated === undefined ? {} : { timestamp: dateCreated }),
  };
}

/**
 * Newest first, as the server sorts them too. The head must stay in front, because the server takes the first one for the
 * release's last commit, where the next release begins: author dates need not follow the history (rebase, cherry-pick).
 */
function withTimes(commits: readonly SelectedCommit[]) {
  const times = commits.map(({ authoredAt }) => authoredAt);
  if (times.includes(undefined)) return commits.map((commit) => ({ commit, timestamp: undefined }));
  const latest = times.reduce((left, right) => ((left ?? '') > (right ?? '') ? left : right), undefined);
  return commits
    .map((commit, index) => ({ commit, timestamp: index === 0 ? latest : commit.authoredAt }))
    .sort((left, right) => Date.parse(right.timestamp ?? '') - Date.parse(left.timestamp ?? ''));
}

function toPatchSet(id: string, files: NonNullable<SelectedCommit['files']>, trimmer: Trimmer): PatchSet {
  const unique = new Map<string, PatchSet[number]>();
  for (const { path, type } of files) {
    const kept = trimmer.path(id, path);
    if (kept !== undefined) unique.set(`${type}\0${path}`, { path: kept, type });
  }
  return [...unique.values()].sort((left, right) => compare(left.path, right.path) || compare(right.type, left.type));
}

/** Leaves out file lists, and then commits, from the oldest on, until they are as many and as large as one request may be. */
export function fitRequest(payload: readonly CommitPayload[], log: Log): readonly CommitPayload[] {
  let room = MAX_BODY_BYTES;
  const kept: CommitPayload[] = [];
  for (const commit of payload.slice(0, MAX_COMMITS)) {
    const { patch_set: _, ...bare } = commit;
    room -= sizeOf(bare);
    if (room < MAX_BODY_BYTES - MAX_BARE_BYTES) break;
    kept.push(commit);
  }
  let bare = 0;
  const fitted = kept.map((commit) => {
    const { patch_set: patchSet, ...rest } = commit;
    if (patchSet === undefined) return commit;
    room -= sizeOf(patchSet);
    // Once one does not fit, no older one is sent either: the newest are the ones that matter.
    if (room >= 0) return commit;
    bare += 1;
    return rest;
  });
  const limit = `one request holds ${MAX_COMMITS} commits and ${MAX_BODY_BYTES / 1024 / 1024} MiB`;
  if (kept.length < payload.length) log.notice(`${payload.length - kept.length} older commits are left out: ${limit}.`);
  if (bare > 0) log.notice(`${bare} older commits are sent without their list of files: ${limit}.`);
  return fitted;
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) + 20;
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
