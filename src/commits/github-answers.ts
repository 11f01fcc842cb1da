import { type FileChange, isoSeconds, type SourceCommit, SourceUnavailable } from './source.js';

/** What GitHub tells of a commit, as far as it is used; every field is checked, because a proxy may answer in its place. */
interface CommitAnswer {
  readonly sha?: unknown;
  readonly parents?: readonly ({ readonly sha?: unknown } | null)[];
  readonly commit?: {
    readonly message?: unknown;
    readonly author?: { readonly name?: unknown; readonly email?: unknown; readonly date?: unknown } | null;
  };
}

interface FileAnswer {
  readonly filename?: unknown;
  readonly previous_filename?: unknown;
  readonly status?: unknown;
}

/** @throws SourceUnavailable when it is not a commit */
export function parseCommitAnswer(answer: CommitAnswer | null): SourceCommit {
  const { sha, commit, parents } = answer ?? {};
  if (typeof sha !== 'string' || !/^[0-9a-f]{40,64}$/.test(sha)) throw malformed();
  const author = commit?.author ?? undefined;
  return {
    sha,
    parents: listOf(parents ?? []).flatMap((parent) => (typeof parent?.sha === 'string' ? [parent.sha] : [])),
    message: text(commit?.message).trimEnd(),
    authorName: text(author?.name),
    authorEmail: text(author?.email),
    authoredAt: isoSeconds(Date.parse(text(author?.date))),
  };
}

/** GitHub finds renames and copies; Sentry knows neither, so that a rename is told as git does without looking for them. */
export function parseFiles(files: readonly (FileAnswer | null)[] | undefined): readonly FileChange[] {
  return listOf(files ?? []).flatMap((file): FileChange[] => {
    const { filename, previous_filename: previous, status } = file ?? {};
    if (typeof filename !== 'string') return [];
    if (status === 'renamed' && typeof previous === 'string') {
      return [
        { path: previous, type: 'D' },
        { path: filename, type: 'A' },
      ];
    }
    if (status === 'added' || status === 'copied') return [{ path: filename, type: 'A' }];
    if (status === 'removed') return [{ path: filename, type: 'D' }];
    return status === 'unchanged' ? [] : [{ path: filename, type: 'M' }];
  });
}

interface TagAnswer {
  readonly name?: unknown;
  readonly commit?: { readonly sha?: unknown } | null;
}

/** Commit and name of each tag. @throws SourceUnavailable when it is no list */
export function parseTags(tags: readonly (TagAnswer | null)[]): readonly (readonly [sha: string, name: string])[] {
  return listOf(tags).flatMap((tag) => {
    const sha = tag?.commit?.sha;
    return typeof sha === 'string' && typeof tag?.name === 'string' ? [[sha, tag.name] as const] : [];
  });
}

/** @throws SourceUnavailable when it is no list, whatever its type says */
export function listOf<T>(value: readonly T[]): readonly T[] {
  if (!Array.isArray(value)) throw malformed();
  return value;
}

/** How many there are, of all pages. @throws SourceUnavailable when it is no number that could be true */
export function countOf(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw malformed();
  return value;
}

function malformed(): SourceUnavailable {
  return new SourceUnavailable('an answer of GitHub is not in the expected form');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
