import { promises } from 'node:fs';
import { resolve } from 'node:path';
import type { Git } from './git.js';
import { resolveLocally } from './revision.js';
import {
  type CommitSource,
  type FileChange,
  isoSeconds,
  type Range,
  type SourceCommit,
  SourceUnavailable,
} from './source.js';

/** Enough for 5,000 commits with long messages, and for file lists of whole monorepos. */
const MAX_BYTES = 64 * 1024 * 1024;

/** One record per commit: fields end with NUL, which none of them can hold; %B is last because it may hold line breaks. */
const FORMAT = '%H%x00%P%x00%an%x00%ae%x00%at%x00%B%x00';
const FIELDS = 6;

/** Ids on one command line; Windows allows 32,767 characters. */
const BATCH = 400;

const LOG_FILES = [
  'log',
  '--no-walk=unsorted',
  '-m',
  '--first-parent',
  '--no-renames',
  '--no-ext-diff',
  '--ignore-submodules=none',
  '--name-status',
  '-z',
  '--format=%H',
];

/** Reads commits from the checkout. Fetches nothing: where the history does not reach, it says so. */
export async function createGitSource(git: Git): Promise<CommitSource> {
  if (git.root === undefined) throw new SourceUnavailable('there is no checkout in the working directory');
  const shallow = await shallowCommits(git, git.root);
  return {
    kind: 'git',
    filesLimit: Number.POSITIVE_INFINITY,
    pathsLimit: Number.POSITIVE_INFINITY,
    listLimit: Number.POSITIVE_INFINITY,
    resolve: (revision) => resolveLocally(git, revision),
    since: (base, head, limit) => since(git, shallow, base, head, limit),
    latest: async (head, count) => await list(git, [`--max-count=${count}`, '--end-of-options', head]),
    files: (commits) =>
      readFiles(
        git,
        commits.filter(({ sha }) => !shallow.has(sha)),
      ),
    tags: () => readTags(git),
  };
}

async function since(
  git: Git,
  shallow: ReadonlySet<string>,
  base: string,
  head: string,
  limit: number,
): Promise<Range> {
  if ((await resolveLocally(git, head)) === undefined) throw new SourceUnavailable(`the checkout lacks commit ${head}`);
  const known = await resolveLocally(git, base);
  if (known === undefined) {
    if (shallow.size > 0) throw new SourceUnavailable(`the shallow checkout does not reach back to ${base}`);
    return { kind: 'unknown-base' };
  }
  const merge = await git.run(['merge-base', '--end-of-options', known, head]);
  const mergeBase = merge.exitCode === 0 ? merge.stdout.trim() : undefined;
  const commits = await list(git, [`--max-count=${limit + 1}`, '--end-of-options', head, `^${known}`]);
  // Past a shallow commit there may be more, on a way that never meets the base.
  if (commits.some(({ sha }) => shallow.has(sha))) {
    throw new SourceUnavailable(`the shallow checkout does not reach back to ${base}`);
  }
  if (mergeBase === undefined) return { kind: 'unrelated' };
  const total = commits.length <= limit ? commits.length : await count(git, head, known);
  return {
    kind: 'found',
    commits: commits.slice(0, limit),
    total,
    mergeBase: mergeBase === known ? undefined : mergeBase,
  };
}

async function list(git: Git, selection: readonly string[]): Promise<readonly SourceCommit[]> {
  const answer = await git.run(['rev-list', '--encoding=UTF-8', `--format=${FORMAT}`, ...selection], {
    maxBytes: MAX_BYTES,
  });
  if (answer.exitCode !== 0) throw new SourceUnavailable(`git could not list commits: ${answer.stderr}`);
  if (answer.cut) throw new SourceUnavailable('the list of commits is too long to read');
  return parseCommits(answer.stdout);
}

/** Reads the records of {@link FORMAT}. */
export function parseCommits(text: string): readonly SourceCommit[] {
  const fields = text.split('\0');
  const commits: SourceCommit[] = [];
  for (let at = 0; at + FIELDS <= fields.length; at += FIELDS) {
    const [sha = '', parents = '', authorName = '', authorEmail = '', seconds = '', message = ''] = fields.slice(at);
    commits.push({
      // Every record comes after the line break that ends the one before, and a line `commit <sha>`.
      sha: sha.slice(sha.lastIndexOf('\n') + 1),
      parents: parents === '' ? [] : parents.split(' '),
      message: message.trimEnd(),
      authorName,
      authorEmail,
      authoredAt: seconds === '' ? undefined : isoSeconds(Number(seconds) * 1000),
    });
  }
  return commits;
}

async function count(git: Git, head: string, base: string): Promise<number> {
  const answer = await git.run(['rev-list', '--count', '--end-of-options', head, `^${base}`]);
  return Number(answer.stdout.trim());
}

/** Compares each commit with its first parent, a batch of commits at a time. */
async function readFiles(
  git: Git,
  commits: readonly SourceCommit[],
): Promise<ReadonlyMap<string, readonly FileChange[]>> {
  const files = new Map<string, readonly FileChange[]>();
  for (let at = 0; at < commits.length; at += BATCH) {
    const shas = commits.slice(at, at + BATCH).map(({ sha }) => sha);
    // -m with --first-parent: a merge against its first parent, in every version of git; without, it prints nothing.
    const answer = await git.run([...LOG_FILES, '--end-of-options', ...shas], { maxBytes: MAX_BYTES });
    const batch = parseNameStatus(answer.stdout);
    // A partial clone without trees ends here. What was told before is whole, except for the last commit.
    const last = [...batch.keys()].at(-1);
    if ((answer.exitCode !== 0 || answer.cut) && last !== undefined) batch.delete(last);
    for (const [sha, changes] of batch) files.set(sha, changes);
    if (answer.exitCode !== 0) break;
  }
  return files;
}

/** Reads `log --name-status -z --format=%H`: a commit id, then pairs of status and path, each ended by NUL. */
export function parseNameStatus(text: string): Map<string, FileChange[]> {
  const files = new Map<string, FileChange[]>();
  const fields = text.split('\0');
  let current: FileChange[] = [];
  for (let at = 0; at < fields.length; at += 1) {
    // The first status of a commit comes after a line break.
    const field = fields[at]?.replace(/^\n/, '') ?? '';
    if (/^[0-9a-f]{40,64}$/.test(field)) {
      current = [];
      files.set(field, current);
    } else if (/^[A-Z]$/.test(field)) {
      at += 1;
      const path = fields[at];
      if (path !== undefined) current.push({ path, type: field === 'A' || field === 'D' ? field : 'M' });
    }
  }
  return files;
}

async function readTags(git: Git): Promise<ReadonlyMap<string, readonly string[]>> {
  const answer = await git.run(
    ['for-each-ref', '--format=%(objectname) %(*objectname) %(refname:strip=2)', 'refs/tags'],
    { maxBytes: MAX_BYTES },
  );
  const tags = new Map<string, string[]>();
  for (const line of answer.stdout.split('\n')) {
    const [, object, peeled, name] = /^([0-9a-f]+) ([0-9a-f]*) (.+)$/.exec(line) ?? [];
    if (object === undefined || name === undefined) continue;
    const sha = peeled ? peeled : object;
    tags.set(sha, [...(tags.get(sha) ?? []), name]);
  }
  return tags;
}

/** The commits whose parents are not here, although they have some. */
async function shallowCommits(git: Git, root: string): Promise<ReadonlySet<string>> {
  const answer = await git.run(['rev-parse', '--git-path', 'shallow']);
  const path = answer.stdout.trim();
  if (answer.exitCode !== 0 || path === '')
    throw new SourceUnavailable(`git cannot read the checkout: ${answer.stderr}`);
  try {
    return new Set((await promises.readFile(resolve(root, path), 'utf8')).split('\n').filter((line) => line !== ''));
  } catch {
    // No such file: the history is whole.
    return new Set();
  }
}
