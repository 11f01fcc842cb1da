import type { Log } from '../log.js';
import type { CommitPayload } from '../sentry/types.js';
import { MAX_COMMITS, type SelectedCommit } from './select.js';

/** Characters; longer values make Sentry's server refuse the whole request (src/sentry/api/serializers/rest_framework/release.py). */
export const LIMITS = { repository: 64, authorName: 128, authorEmail: 75, path: 510 } as const;

/** Characters. Not limited by the server; longer ones are pasted logs. */
export const MAX_MESSAGE = 10_000;
/** Bytes of JSON in the one request. */
const MAX_BODY_BYTES = 5 * 1024 * 1024;
/** Of these, for commits without their file lists, so that the newest ones' lists always have room. */
const MAX_BARE_BYTES = 4 * 1024 * 1024;

type PatchSet = NonNullable<CommitPayload['patch_set']>;

/**
 * Writes commits as the server takes them. What is too long is cut or left out with a notice, never refused as a whole: the
 * limits of the server above, no NUL (its database takes none). All commits carry a time or none does, because the server
 * cannot sort a mixture. {@link fitRequest} bounds the whole.
 */
export function toPayload(commits: readonly SelectedCommit[], repository: string, log: Log): readonly CommitPayload[] {
  const timed = withTimes(commits);
  const name = cut(repository, LIMITS.repository);
  if (name !== repository)
    log.notice(`The repository's name is cut to ${name}: Sentry allows ${LIMITS.repository} characters.`);
  let droppedPaths = 0;
  const payload = timed.map(({ commit, timestamp }) => {
    const patchSet = commit.files === undefined ? undefined : toPatchSet(commit.files);
    droppedPaths += (commit.files?.length ?? 0) - (patchSet?.length ?? 0);
    return {
      id: commit.sha,
      repository: name,
      message: cut(clean(commit.message), MAX_MESSAGE),
      ...(commit.authorName === '' ? {} : { author_name: cut(clean(commit.authorName), LIMITS.authorName) }),
      ...(commit.authorEmail === '' ? {} : { author_email: cut(clean(commit.authorEmail), LIMITS.authorEmail) }),
      ...(timestamp === undefined ? {} : { timestamp }),
      ...(patchSet === undefined ? {} : { patch_set: patchSet }),
    };
  });
  if (droppedPaths > 0) {
    log.notice(`${droppedPaths} paths are left out: they are longer than ${LIMITS.path} characters.`);
  }
  return payload;
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

function toPatchSet(files: NonNullable<SelectedCommit['files']>): PatchSet {
  const unique = new Map(
    files
      .filter(({ path }) => [...path].length <= LIMITS.path)
      .map(({ path, type }) => [`${type}\0${path}`, { path: clean(path), type }] as const),
  );
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

/** Cut between characters, never inside one. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : [...text].slice(0, length).join('');
}

function clean(text: string): string {
  return text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\uFFFD');
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
