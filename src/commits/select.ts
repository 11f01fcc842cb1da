import { ActionError } from '../errors.js';
import type { CommitInputs } from '../inputs/inputs.js';
import type { Log } from '../log.js';
import { compilePaths } from './paths.js';
import type { Previous } from './previous.js';
import { previousTag } from './previous-tag.js';
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

/** Chooses the release's commits from one source. The same choice is made from every source, so that these agree. */
export async function selectCommits(source: CommitSource, request: SelectionRequest): Promise<Selection> {
  const { head, log } = request;
  const previous = request.previous ?? (await previousTag(source, head, request.ref));
  if (previous === undefined)
    return await newest(source, request, 'no earlier release, deploy, push or tag says where the range begins');
  const base = await fullId(source, previous.revision);
  const range = base === undefined ? undefined : await source.since(base, head, MAX_COMMITS);
  if (base === undefined || range === undefined || range.kind !== 'found') {
    const what = range?.kind === 'unrelated' ? 'shares no history with' : 'is not in the history of';
    return await withoutPrevious(source, request, previous, what);
  }
  if (range.mergeBase !== undefined) {
    log.info(
      `The previous commit ${short(base)} (${previous.why}) is no ancestor of ${short(head)}, as after a force-push or on ` +
        `another branch: the commits since ${short(range.mergeBase)}, which both have, are taken.`,
    );
  }
  if (range.total > MAX_COMMITS) {
    log.notice(`There are ${range.total} commits since ${short(base)}; the newest ${MAX_COMMITS} are sent.`);
  }
  const commits = await withFiles(source, range.commits, request);
  return { commits, range: `${short(base)}..${short(head)}`, reason: `since ${short(base)}, ${previous.why}` };
}

/** The fallback of `ignore_missing`: an error when it is false, else the newest commits, with a warning unless it is true. */
export async function withoutPrevious(
  source: CommitSource,
  request: SelectionRequest,
  previous: Previous,
  what: string,
): Promise<Selection> {
  const name = `The previous commit ${previous.revision} (${previous.why})`;
  const message = `${name} ${what} ${short(request.head)}: it may have been squashed, force-pushed away or come from another repository`;
  const { ignoreMissing } = request.inputs;
  if (ignoreMissing === false) {
    throw new ActionError('commits-failed', `${message}.`, {
      hint: 'Name the right one with previous_commit, or drop ignore_missing: false to send the newest commits instead.',
    });
  }
  const text = `${message}. The newest ${DEFAULT_COUNT} commits are sent instead.`;
  if (ignoreMissing === true) request.log.info(text);
  else request.log.warning(text, { title: 'Previous commit not found' });
  return await newest(source, request, `previous commit ${short(previous.revision)} not found`);
}

async function newest(source: CommitSource, request: SelectionRequest, why: string): Promise<Selection> {
  const filtered = request.inputs.paths.length > 0;
  const found = await source.latest(request.head, filtered ? WINDOW : DEFAULT_COUNT);
  const commits = (await withFiles(source, found, request)).slice(0, DEFAULT_COUNT);
  return { commits, range: undefined, reason: `the newest ${commits.length}, because ${why}` };
}

async function withFiles(
  source: CommitSource,
  commits: readonly SourceCommit[],
  { inputs, log, partial }: SelectionRequest,
): Promise<readonly SelectedCommit[]> {
  const touches = compilePaths(inputs.paths);
  const limit = touches === undefined ? source.filesLimit : source.pathsLimit;
  if (!partial && commits.length > limit) {
    throw new SourceIncomplete(`${source.kind} would tell the files of ${limit} of ${commits.length} commits only`);
  }
  const looked = commits.slice(0, limit);
  const files = await source.files(looked);
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

async function fullId(source: CommitSource, revision: string): Promise<string | undefined> {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(revision) ? revision : await source.resolve(revision);
}

/** A commit as people read it. */
export function short(revision: string): string {
  return /^[0-9a-f]{40,64}$/.test(revision) ? revision.slice(0, 12) : revision;
}
