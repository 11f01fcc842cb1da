import type { CommitInputs } from '../inputs/inputs.js';
import type { Log } from '../log.js';
import { decideMissing } from './missing.js';
import { compilePaths } from './paths.js';
import type { Previous } from './previous.js';
import { previousTag } from './previous-tag.js';
import { isFullId, short } from './revision.js';
import { type CommitSource, type FileChange, type SourceCommit, SourceIncomplete } from './source.js';

/** A commit with what it changed, when that is known. */
export interface SelectedCommit extends SourceCommit {
  readonly files: readonly FileChange[] | undefined;
}

export interface Selection {
  /** Newest first. */
  readonly commits: readonly SelectedCommit[];
  /** `from..to`; undefined when there is no beginning. */
  readonly range: string | undefined;
  /** Where the range begins and why, or why there is none. */
  readonly reason: string;
}

export interface SelectionRequest {
  readonly head: string;
  readonly previous: Previous | undefined;
  /** Full name of the ref that the run is for; decides which tags are of the same kind. */
  readonly ref: string | undefined;
  readonly inputs: Pick<CommitInputs, 'ignoreMissing' | 'paths'>;
  readonly log: Log;
  /** False: throw {@link SourceIncomplete} rather than leave out file lists, because another source may have them. */
  readonly partial: boolean;
}

/** sentry-cli's number for a release that has nothing to be compared with. */
export const DEFAULT_COUNT = 20;
/** Sentry takes any number, but stores them one by one under a lock: more than this ends in a gateway time-out. */
export const MAX_COMMITS = 5000;
/** With `commits_path` and no previous commit: how far back the newest commits are looked for. */
const WINDOW = 250;

const NAMES: Record<CommitSource['kind'], string> = { github: 'GitHub', git: 'the checkout' };

/** Chooses the release's commits from one source. The same choice is made from every source, so that these agree. */
export async function selectCommits(source: CommitSource, request: SelectionRequest): Promise<Selection> {
  const { head, log } = request;
  const previous = request.previous ?? (await previousTag(source, head, request.ref));
  if (previous === undefined)
    return await newest(source, request, 'no earlier release, deploy, push or tag says where the range begins');
  const { revision } = previous;
  const base = isFullId(revision) ? revision : await source.resolve(revision);
  const range = base === undefined ? undefined : await source.since(base, head, MAX_COMMITS);
  if (base === undefined || range === undefined || range.kind !== 'found') {
    const relation = range?.kind === 'unrelated' ? 'shares no history with' : 'is not in the history of';
    const what = `${relation} ${short(head)}: it may have been squashed, force-pushed away or come from another repository`;
    return await withoutPrevious(source, request, previous, what);
  }
  const tell = range.mergeBase === undefined ? undefined : diverged(previous, range.mergeBase, request);
  const commits = await withFiles(source, range.commits, request);
  tell?.();
  if (range.total > MAX_COMMITS) {
    log.notice(`There are ${range.total} commits since ${short(base)}; the newest ${MAX_COMMITS} are sent.`);
  }
  const reason = `since ${short(base)}, ${previous.why}${untouched(range.commits, commits)}`;
  return { commits, range: `${short(base)}..${short(head)}`, reason };
}

/** The previous commit is known, but on another line: `ignore_missing` decides whether what both have in common will do. */
function diverged(previous: Previous, mergeBase: string, { head, inputs, log }: SelectionRequest): () => void {
  const what = `is no ancestor of ${short(head)}, as after a squash merge, a force-push or on another branch`;
  const instead =
    mergeBase === head
      ? `It is newer than ${short(head)}, as in a rollback: there are no new commits.`
      : `The commits since ${short(mergeBase)}, which both have, are taken.`;
  return decideMissing({ previous, what, instead, level: 'notice' }, inputs, log);
}

/**
 * Nobody knows the previous commit: `ignore_missing` decides whether the newest ones will do.
 *
 * @param what see {@link decideMissing}: goes on from the commit's name
 */
export async function withoutPrevious(
  source: CommitSource,
  request: SelectionRequest,
  previous: Previous,
  what: string,
): Promise<Selection> {
  const instead = `The newest ${DEFAULT_COUNT} commits are sent instead.`;
  const tell = decideMissing({ previous, what, instead, level: 'warning' }, request.inputs, request.log);
  const selection = await newest(source, request, `previous commit ${short(previous.revision)} not found`);
  tell();
  return selection;
}

async function newest(source: CommitSource, request: SelectionRequest, why: string): Promise<Selection> {
  const filtered = request.inputs.paths.length > 0;
  const found = await source.latest(request.head, filtered ? WINDOW : DEFAULT_COUNT);
  const commits = (await withFiles(source, found, request)).slice(0, DEFAULT_COUNT);
  const reason = `the newest ${commits.length}, because ${why}${untouched(found, commits)}`;
  return { commits, range: undefined, reason };
}

/** Why no commit is left although there are some: `commits_path` may be mistyped. */
function untouched(found: readonly SourceCommit[], kept: readonly SelectedCommit[]): string {
  return found.length > 0 && kept.length === 0 ? `; ${found.length} read, none touches commits_path` : '';
}

async function withFiles(
  source: CommitSource,
  commits: readonly SourceCommit[],
  { inputs, log, partial }: SelectionRequest,
): Promise<readonly SelectedCommit[]> {
  const touches = compilePaths(inputs.paths);
  const limit = touches === undefined ? source.filesLimit : source.pathsLimit;
  if (!partial && commits.length > limit) {
    throw new SourceIncomplete(
      `${NAMES[source.kind]} would tell the files of ${limit} of ${commits.length} commits only`,
    );
  }
  const looked = commits.slice(0, limit);
  const files = await source.files(looked);
  const cut = [...files.values()].filter((list) => list.length >= source.listLimit).length;
  if (cut > 0) {
    const what = `${NAMES[source.kind]} tells ${source.listLimit} files of a commit at most`;
    if (!partial) throw new SourceIncomplete(what);
    log.notice(`${cut} of ${commits.length} commits may be sent without all of their files: ${what}.`);
  }
  const found = commits.map((commit) => ({ ...commit, files: files.get(commit.sha) }));
  if (touches === undefined) {
    const without = found.filter((commit) => commit.files === undefined).length;
    if (without > 0) log.notice(`${without} of ${commits.length} commits are sent without their list of files.`);
    return found;
  }
  const unknown = found.filter((commit) => commit.files === undefined).length;
  if (unknown > 0) {
    log.notice(
      `commits_path: what ${unknown} of ${commits.length} commits changed cannot be read; these commits are left out.`,
    );
  }
  return found.filter((commit) => commit.files !== undefined && touches(commit.files));
}
