import { execFile } from 'node:child_process';

/** One page of a list that git can count. */
export interface Slice {
  readonly skip: number;
  readonly count: number;
}

/** A commit as `git log` tells it. */
export interface GitCommit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: GitPerson;
  readonly committer: GitPerson;
  readonly message: string;
}

export interface GitPerson {
  readonly name: string;
  readonly email: string;
  /** ISO 8601, UTC, seconds: GitHub drops the zone. */
  readonly date: string;
}

export interface GitFile {
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'changed';
  readonly filename: string;
  readonly previous: string | undefined;
  readonly blob: string;
}

const FORMAT = ['%H', '%T', '%P', '%an', '%ae', '%at', '%cn', '%ce', '%ct', '%B'].join('%x00');
const FIELDS = 10;
/** Begins a commit in the output of git log; no path is just this. */
const MARK = '\u0001';
const READ_AHEAD = 300;

/** The real repository behind the fake API: everything it answers is what git says. */
export class GitStore {
  private readonly dir: string;
  /** Commits never change, and clients ask for one after the other: their parents are read along. */
  private readonly read = new Map<string, { readonly commit: GitCommit; readonly files: readonly GitFile[] }>();

  private readonly answers = new Map<string, Promise<unknown>>();

  private begun = false;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** True without a single commit. Asked for every request: once there is one, that is remembered. */
  async isEmpty(): Promise<boolean> {
    this.begun ||= (await this.resolve('HEAD')) !== undefined;
    return !this.begun;
  }

  /** Full id of what a name stands for, annotated tags peeled; undefined when there is no such commit. */
  async commitOf(name: string): Promise<string | undefined> {
    const ask = async () => await this.resolve(`${name}^{commit}`);
    return /^[0-9a-f]{40}$/.test(name) ? await this.always(`commit ${name}`, ask) : await ask();
  }

  async resolve(expression: string): Promise<string | undefined> {
    return (
      (await this.attempt('rev-parse', '--verify', '--quiet', '--end-of-options', expression))?.trim() || undefined
    );
  }

  async type(sha: string): Promise<string | undefined> {
    return (await this.attempt('cat-file', '-t', sha))?.trim();
  }

  async mergeBase(left: string, right: string): Promise<string | undefined> {
    return await this.always(`base ${left} ${right}`, async () =>
      (await this.attempt('merge-base', left, right))?.trim(),
    );
  }

  /** Commits that `head` has and `base` has not. Both are full ids. */
  async count(base: string, head: string): Promise<number> {
    const ask = async () => Number(await this.git('rev-list', '--count', head, `^${base}`));
    return await this.always(`count ${base} ${head}`, ask);
  }

  /** Newest first. */
  async commits(range: readonly string[], slice: Slice): Promise<readonly GitCommit[]> {
    const page = [`--skip=${slice.skip}`, `--max-count=${slice.count}`];
    return parseCommits((await this.git('log', '-z', `--format=${FORMAT}`, ...page, ...range)).split('\0'));
  }

  /** What `head` has and `base` has not, oldest first: the order of GitHub's comparison. Both are full ids. */
  async between(base: string, head: string): Promise<readonly GitCommit[]> {
    return await this.always(`between ${base} ${head}`, async () => {
      const text = await this.git('log', '-z', '--reverse', `--format=${FORMAT}`, head, `^${base}`);
      return parseCommits(text.split('\0'));
    });
  }

  /** A commit with what it changed against its first parent; undefined when the name is not that of a commit. */
  async commitWithFiles(
    sha: string,
  ): Promise<{ readonly commit: GitCommit; readonly files: readonly GitFile[] } | undefined> {
    const known = this.read.get(sha);
    if (known !== undefined) return known;
    const args = ['-m', '--first-parent', '-M', '--raw', '--no-abbrev', '-z', `--format=${MARK}%x00${FORMAT}%x00`];
    const text = await this.attempt('log', `--max-count=${READ_AHEAD}`, ...args, '--end-of-options', sha);
    for (const record of records(text ?? '')) {
      const [commit] = parseCommits(record.slice(0, FIELDS));
      if (commit !== undefined) this.read.set(commit.sha, { commit, files: parseFiles(record.slice(FIELDS)) });
    }
    return this.read.get(sha);
  }

  /** What changed between two commits, with renames found as GitHub finds them. */
  async files(base: string, sha: string): Promise<readonly GitFile[]> {
    const args = ['diff-tree', '-r', '-M', '--raw', '--no-abbrev', '-z', base, sha];
    return await this.always(args.join(' '), async () => parseFiles((await this.git(...args)).split('\0')));
  }

  async tags(): Promise<readonly { readonly name: string; readonly sha: string }[]> {
    const format = '%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(refname:strip=2)';
    const text = await this.git('for-each-ref', `--format=${format}`, '--sort=-refname', 'refs/tags');
    return text.split('\n').flatMap((line) => {
      const [type, object, peeledType, peeled, ...name] = line.split(' ');
      const sha = type === 'commit' ? object : peeledType === 'commit' ? peeled : undefined;
      return sha ? [{ name: name.join(' '), sha }] : [];
    });
  }

  /** For questions about full ids only: their answers never change. */
  private async always<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.answers.get(key) as Promise<T> | undefined;
    if (known !== undefined) return await known;
    const asked = ask();
    this.answers.set(key, asked);
    return await asked;
  }

  private async attempt(...args: readonly string[]): Promise<string | undefined> {
    try {
      return await this.git(...args);
    } catch {
      return undefined;
    }
  }

  private async git(...args: readonly string[]): Promise<string> {
    return await new Promise((resolve, reject) => {
      execFile(
        'git',
        ['-c', 'safe.directory=*', '-c', 'core.quotepath=off', ...args],
        { cwd: this.dir, maxBuffer: 256 * 1024 * 1024, encoding: 'utf8' },
        (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
      );
    });
  }
}

/** The fields of each commit, without its mark. */
function records(text: string): readonly (readonly string[])[] {
  const found: string[][] = [];
  for (const field of text.split('\0')) {
    if (field.trim() === MARK) found.push([]);
    else found.at(-1)?.push(field);
  }
  return found;
}

function parseCommits(fields: readonly string[]): readonly GitCommit[] {
  const commits: GitCommit[] = [];
  for (let at = 0; at + FIELDS <= fields.length; at += FIELDS) {
    const [sha = '', tree = '', parents = '', an = '', ae = '', at_ = '', cn = '', ce = '', ct = '', message = ''] =
      fields.slice(at);
    commits.push({
      sha,
      tree,
      parents: parents === '' ? [] : parents.split(' '),
      author: { name: an, email: ae, date: isoDate(at_) },
      committer: { name: cn, email: ce, date: isoDate(ct) },
      message: message.replace(/\n+$/, ''),
    });
  }
  return commits;
}

/** Reads `--raw -z`: `:modes blobs status`, then one path, or two for a rename. */
function parseFiles(fields: readonly string[]): readonly GitFile[] {
  const files: GitFile[] = [];
  for (let at = 0; at < fields.length; at += 1) {
    const raw = fields[at]?.trim() ?? '';
    if (!raw.startsWith(':')) continue;
    const [, , , blob = '', status = ''] = raw.split(' ');
    const renamed = status.startsWith('R');
    const previous = renamed ? fields[at + 1] : undefined;
    if (renamed) at += 1;
    at += 1;
    files.push({ status: statusOf(status), filename: fields[at] ?? '', previous, blob });
  }
  return files;
}

function statusOf(letter: string): GitFile['status'] {
  const known: Record<string, GitFile['status']> = { A: 'added', D: 'removed', M: 'modified', R: 'renamed' };
  return known[letter.charAt(0)] ?? 'changed';
}

function isoDate(seconds: string): string {
  return new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}
