/** What a commit did to one path. Renames are a deletion and an addition; mode and type changes are modifications. */
export interface FileChange {
  /** Relative to the repository's root, forward slashes, never quoted. */
  readonly path: string;
  readonly type: 'A' | 'M' | 'D';
}

/** A commit as both sources tell it. */
export interface SourceCommit {
  /** 40 or 64 hex, lower case. */
  readonly sha: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly authorName: string;
  readonly authorEmail: string;
  /** Author date, ISO 8601 in UTC with seconds (`2026-01-03T01:04:05Z`); undefined when it is not a date. */
  readonly authoredAt: string | undefined;
}

/**
 * A time as {@link SourceCommit.authoredAt}; undefined when it is no date, or in a year that has no four digits: the server
 * refuses a request with one of those.
 */
export function isoSeconds(unixMs: number): string | undefined {
  const time = new Date(unixMs);
  const text = Number.isNaN(time.getTime()) ? '' : time.toISOString();
  return /^(?!0000)\d{4}-/.test(text) ? text.replace(/\.\d{3}Z$/, 'Z') : undefined;
}

/** The commits between two points, or why there is no such thing. */
export type Range =
  | {
      readonly kind: 'found';
      /** Newest first, at most the limit that was asked for. */
      readonly commits: readonly SourceCommit[];
      /** How many there are in all. */
      readonly total: number;
      /** Set when the previous commit is no ancestor (force-push, other branch): the commit both have in common. */
      readonly mergeBase: string | undefined;
    }
  | { readonly kind: 'unknown-base' }
  /** Both are known but have no commit in common. */
  | { readonly kind: 'unrelated' };

/** One place that knows commits. Every method throws {@link SourceUnavailable} when the place cannot answer at all. */
export interface CommitSource {
  readonly kind: 'github' | 'git';
  /** Commits whose file lists are sent. Each one costs a request at GitHub. */
  readonly filesLimit: number;
  /** Commits that are looked through for `commits_path`. */
  readonly pathsLimit: number;
  /** Files of one commit that are told; a list of as many may not be whole. */
  readonly listLimit: number;
  /** Full id of the commit that a sha, tag or branch stands for, annotated tags peeled; undefined when it is unknown. */
  resolve(revision: string): Promise<string | undefined>;
  /** The commits that `head` has and `base` has not. */
  since(base: string, head: string, limit: number): Promise<Range>;
  /** `head` and the commits before it, newest first. */
  latest(head: string, count: number): Promise<readonly SourceCommit[]>;
  /** What each commit changed against its first parent; a commit is absent when that cannot be told. */
  files(commits: readonly SourceCommit[]): Promise<ReadonlyMap<string, readonly FileChange[]>>;
  /** Names of the tags by the commit they are on, annotated tags peeled. */
  tags(): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** A source cannot answer; the next one is asked. Its message is a clause for the log and never reaches the user as an error. */
export class SourceUnavailable extends Error {
  override readonly name = 'SourceUnavailable';
}

/** A source could answer, but only in part; it is asked again when no other one knows all. */
export class SourceIncomplete extends SourceUnavailable {}
