import type { GitCommit, GitFile, GitStore } from './github-git.js';

/** One request to the fake API, already allowed. */
export interface GitHubCall {
  readonly store: GitStore;
  /** URL of the repository's API, without trailing slash. */
  readonly base: string;
  readonly query: URLSearchParams;
  /** Path after `/repos/{owner}/{repo}/`, decoded segment by segment. */
  readonly path: readonly string[];
}

export interface GitHubAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Relations for the `Link` header. */
  readonly pages?: { readonly next?: number; readonly last?: number };
}

const NOT_FOUND = problem(404, 'Not Found');

/** Answers as GitHub's REST API documents it; a route that is not known here is 404, as there. */
export async function answer(call: GitHubCall): Promise<GitHubAnswer> {
  const [kind, ...rest] = call.path;
  const name = rest.join('/');
  if (kind !== 'tags' && (await call.store.isEmpty())) return problem(409, 'Git Repository is empty.');
  if (kind === 'compare' && name !== '') return await compare(call, name);
  if (kind === 'commits' && name === '') return await listCommits(call);
  if (kind === 'commits') return await oneCommit(call, name);
  if (kind === 'tags' && name === '') return await listTags(call);
  if (kind === 'git' && rest[0] === 'tags' && rest.length === 2) return await annotatedTag(call, rest[1] ?? '');
  return NOT_FOUND;
}

export function problem(status: number, message: string): GitHubAnswer {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) } };
}

async function compare({ store, base, query }: GitHubCall, basehead: string): Promise<GitHubAnswer> {
  const [left, right] = basehead.split('...');
  const from = left ? await commitNamed(store, left) : undefined;
  const to = right ? await commitNamed(store, right) : undefined;
  if (from === undefined || to === undefined) return NOT_FOUND;
  const mergeBase = await store.mergeBase(from, to);
  if (mergeBase === undefined) return problem(404, `No common ancestor between ${left} and ${right}.`);
  const [total, behind] = [await store.count(from, to), await store.count(to, from)];
  const paged = query.has('page') || query.has('per_page');
  const { page, size } = pageOf(query, paged ? 100 : 250, paged ? 30 : 250);
  const commits = (await store.between(from, to)).slice((page - 1) * size, page * size);
  const files = page === 1 ? (await store.files(mergeBase, to)).slice(0, 300) : undefined;
  const shown = async (sha: string) => {
    const found = await store.commitWithFiles(sha);
    return found === undefined ? undefined : commitBody(found.commit, base);
  };
  return {
    status: 200,
    body: {
      url: `${base}/compare/${basehead}`,
      base_commit: await shown(from),
      merge_base_commit: await shown(mergeBase),
      status: comparison(total, behind),
      ahead_by: total,
      behind_by: behind,
      total_commits: total,
      commits: commits.map((commit) => commitBody(commit, base)),
      ...(files === undefined ? {} : { files: files.map(fileBody) }),
    },
    pages: links(page, Math.ceil(total / size)),
  };
}

function comparison(ahead: number, behind: number): 'identical' | 'ahead' | 'behind' | 'diverged' {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}

async function listCommits({ store, base, query }: GitHubCall): Promise<GitHubAnswer> {
  const sha = await commitNamed(store, query.get('sha') ?? 'HEAD');
  if (sha === undefined) return NOT_FOUND;
  const { page, size } = pageOf(query, 100, 30);
  const commits = await store.commits([sha], { skip: (page - 1) * size, count: size + 1 });
  return {
    status: 200,
    body: commits.slice(0, size).map((commit) => commitBody(commit, base)),
    pages: commits.length > size ? { next: page + 1 } : {},
  };
}

async function oneCommit({ store, base, query }: GitHubCall, name: string): Promise<GitHubAnswer> {
  const sha = /^[0-9a-f]{40}$/.test(name) ? name : await commitNamed(store, name);
  const named = sha === undefined ? undefined : await store.commitWithFiles(sha);
  // The id of a tag object leads git to another commit; GitHub does not follow it.
  const found = named?.commit.sha === sha ? named : undefined;
  if (found === undefined) return problem(422, `No commit found for SHA: ${name}`);
  const { page, size } = pageOf(query, 100, 300);
  const all = found.files.slice(0, 3000);
  const files = all.slice((page - 1) * size, page * size);
  return {
    status: 200,
    body: {
      ...commitBody(found.commit, base),
      stats: { total: 0, additions: 0, deletions: 0 },
      files: files.map(fileBody),
    },
    pages: links(page, Math.ceil(all.length / size)),
  };
}

async function listTags({ store, base, query }: GitHubCall): Promise<GitHubAnswer> {
  const { page, size } = pageOf(query, 100, 30);
  const tags = await store.tags();
  return {
    status: 200,
    body: tags.slice((page - 1) * size, page * size).map(({ name, sha }) => ({
      name,
      zipball_url: `${base}/zipball/refs/tags/${name}`,
      tarball_url: `${base}/tarball/refs/tags/${name}`,
      commit: { sha, url: `${base}/commits/${sha}` },
      node_id: `tag-${name}`,
    })),
    pages: links(page, Math.ceil(tags.length / size)),
  };
}

async function annotatedTag({ store, base }: GitHubCall, sha: string): Promise<GitHubAnswer> {
  if ((await store.type(sha)) !== 'tag') return NOT_FOUND;
  const commit = await store.commitOf(sha);
  return {
    status: 200,
    body: { sha, url: `${base}/git/tags/${sha}`, tag: '', object: { type: 'commit', sha: commit } },
  };
}

/** GitHub takes full and short ids, branches and tags, with or without their folder; but not the id of a tag object. */
async function commitNamed(store: GitStore, name: string): Promise<string | undefined> {
  if (/^[0-9a-f]{7,40}$/.test(name)) {
    // Peeled and not: a tag object is no commit here.
    const commit = await store.commitOf(name);
    const object = name.length === 40 ? name : await store.resolve(name);
    if (commit !== undefined && commit === object) return commit;
  }
  if (name === 'HEAD') return await store.commitOf('HEAD');
  for (const prefix of ['refs/heads/', 'refs/tags/', 'refs/', '']) {
    if (prefix === '' && !name.startsWith('refs/')) continue;
    const found = await store.commitOf(`${prefix}${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function pageOf(
  query: URLSearchParams,
  most: number,
  standard: number,
): { readonly page: number; readonly size: number } {
  const size = Math.min(most, Math.max(1, Number(query.get('per_page') ?? standard) || standard));
  return { page: Math.max(1, Number(query.get('page') ?? 1) || 1), size: query.has('per_page') ? size : standard };
}

function links(page: number, last: number): { readonly next?: number; readonly last?: number } {
  return page < last ? { next: page + 1, last } : {};
}

function commitBody(commit: GitCommit, base: string) {
  const { sha, parents, author, committer, message, tree } = commit;
  return {
    sha,
    node_id: `C_${sha}`,
    commit: {
      author,
      committer,
      message,
      tree: { sha: tree, url: `${base}/git/trees/${tree}` },
      url: `${base}/git/commits/${sha}`,
      comment_count: 0,
      verification: { verified: false, reason: 'unsigned', signature: null, payload: null },
    },
    url: `${base}/commits/${sha}`,
    html_url: `${base}/commit/${sha}`,
    author: null,
    committer: null,
    parents: parents.map((parent) => ({ sha: parent, url: `${base}/commits/${parent}` })),
  };
}

function fileBody({ filename, status, previous, blob }: GitFile) {
  return {
    sha: blob,
    filename,
    status,
    additions: 0,
    deletions: 0,
    changes: 0,
    ...(previous === undefined ? {} : { previous_filename: previous }),
  };
}
