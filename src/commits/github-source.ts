import type { getOctokit } from '@actions/github';
import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import { countOf, listOf, parseCommitAnswer, parseFiles, parseTags } from './github-answers.js';
import { createGitHubFetch, type GitHubBudget } from './github-fetch.js';
import { type CommitSource, type FileChange, type Range, type SourceCommit, SourceUnavailable } from './source.js';

export interface GitHubSourceOptions {
  readonly apiUrl: string;
  readonly token: string;
  readonly owner: string;
  readonly repo: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Unix milliseconds; no wait for GitHub ends after it. */
  readonly waitUntil: number;
  /** @default the fetch of @actions/github */
  readonly fetch?: typeof fetch;
}

type Octokit = ReturnType<typeof getOctokit>;

const PAGE = 100;
/** GITHUB_TOKEN has 1,000 requests an hour for the whole repository: one release must not take them all. */
const FILES_LIMIT = 250;
const PATHS_LIMIT = 500;
/** Requests that are left to the other steps of the job: below this, file lists are not asked for any more. */
const RESERVED_REQUESTS = 50;
/** GitHub asks for few parallel requests; more than a handful brings its secondary limits. */
const PARALLEL = 4;
/** GitHub tells at most 3,000 files of a commit, 300 a page; a server may have smaller pages. */
const MAX_FILES = 3000;
const MAX_FILE_PAGES = 30;
/** Each page of tags costs a request, and they are asked for only where nothing else says where the range begins. */
const MAX_TAG_PAGES = 50;

/** Reads commits from GitHub's API, so that no history is needed in the checkout. Octokit is loaded here, at first use. */
export async function createGitHubSource(options: GitHubSourceOptions): Promise<CommitSource> {
  const budget: GitHubBudget = { remaining: undefined };
  const octokit = await loadOctokit(options, budget);
  const at = { owner: options.owner, repo: options.repo };
  return {
    kind: 'github',
    filesLimit: FILES_LIMIT,
    pathsLimit: PATHS_LIMIT,
    listLimit: MAX_FILES,
    resolve: (revision) => resolveCommit(octokit, at, revision),
    since: (base, head, limit) => since(octokit, at, base, head, limit),
    latest: (head, count) => latest(octokit, at, head, count),
    files: (commits) => filesOf(octokit, at, commits, budget),
    tags: () => readTags(octokit, at, budget, options.log),
  };
}

interface At {
  readonly owner: string;
  readonly repo: string;
}

async function loadOctokit(options: GitHubSourceOptions, budget: GitHubBudget): Promise<Octokit> {
  const { getOctokit: create, defaults } = await loadToolkit();
  const reach = options.fetch ?? (defaults.request?.fetch as unknown as typeof fetch);
  const debug = (message: string) => options.log.debug(message);
  return create(options.token, {
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    log: { debug: () => undefined, info: () => undefined, warn: debug, error: debug },
    request: { fetch: createGitHubFetch({ ...options, fetch: reach }, budget) },
  });
}

/** Loaded at first use only: that takes longer than a whole run through a connected repository needs. */
async function loadToolkit() {
  try {
    const { getOctokit } = await import(/* webpackMode: "eager" */ '@actions/github');
    const { defaults } = await import(/* webpackMode: "eager" */ '@actions/github/lib/utils');
    return { getOctokit, defaults };
  } catch (error) {
    // It reads the event's file while it is loaded, and throws when that is not JSON.
    throw new SourceUnavailable(`the client of GitHub's API cannot be loaded: ${String(error)}`);
  }
}

async function resolveCommit(octokit: Octokit, at: At, revision: string): Promise<string | undefined> {
  const found = await known(octokit.rest.repos.getCommit({ ...at, ref: revision, per_page: 1 }));
  if (found !== undefined) return parseCommitAnswer(found.data).sha;
  if (!/^[0-9a-f]{40}$/.test(revision)) return undefined;
  // The id of an annotated tag's own object.
  const tag = await known(octokit.rest.git.getTag({ ...at, tag_sha: revision }));
  return tag?.data.object.type === 'commit' ? tag.data.object.sha : undefined;
}

async function since(octokit: Octokit, at: At, base: string, head: string, limit: number): Promise<Range> {
  const compare = async (page: number) =>
    await known(
      octokit.rest.repos.compareCommitsWithBasehead({ ...at, basehead: `${base}...${head}`, per_page: PAGE, page }),
    );
  const first = await compare(1);
  if (first === undefined) return await sinceNamed(octokit, at, base, head, limit);
  const { merge_base_commit: merge, status } = first.data;
  const total = countOf(first.data.total_commits);
  // Oldest first: the newest are on the last pages.
  const pages = new Map([[1, listOf(first.data.commits)]]);
  const last = Math.ceil(total / PAGE);
  for (let page = last; page > 1 && (last - page) * PAGE < limit; page -= 1) {
    const answer = await compare(page);
    if (answer === undefined) throw new SourceUnavailable('GitHub lost the comparison half way');
    pages.set(page, listOf(answer.data.commits));
  }
  const commits = [...pages.entries()]
    .sort(([left], [right]) => left - right)
    .flatMap(([, found]) => found.map(parseCommitAnswer))
    .reverse();
  const diverged = status === 'diverged' || status === 'behind';
  return { kind: 'found', commits: commits.slice(0, limit), total, mergeBase: diverged ? merge?.sha : undefined };
}

/**
 * A comparison is 404 for an unknown commit on either side, for commits without a common ancestor, and for the id of an
 * annotated tag's own object, which stands for a commit all the same.
 */
async function sinceNamed(octokit: Octokit, at: At, base: string, head: string, limit: number): Promise<Range> {
  const to = await resolveCommit(octokit, at, head);
  if (to === undefined) throw noCommit(at, head);
  const from = await resolveCommit(octokit, at, base);
  if (from === undefined) return { kind: 'unknown-base' };
  return from === base && to === head ? { kind: 'unrelated' } : await since(octokit, at, from, to, limit);
}

function noCommit({ owner, repo }: At, sha: string): SourceUnavailable {
  return new SourceUnavailable(`GitHub shows no commit ${sha} in ${owner}/${repo} to this github_token`);
}

async function latest(octokit: Octokit, at: At, head: string, count: number): Promise<readonly SourceCommit[]> {
  const commits: SourceCommit[] = [];
  for (let page = 1; commits.length < count; page += 1) {
    const perPage = Math.min(PAGE, count);
    const answer = await known(octokit.rest.repos.listCommits({ ...at, sha: head, per_page: perPage, page }));
    if (answer === undefined) throw noCommit(at, head);
    commits.push(...listOf(answer.data).map(parseCommitAnswer));
    if (answer.data.length < perPage) break;
  }
  return commits.slice(0, count);
}

async function filesOf(
  octokit: Octokit,
  at: At,
  commits: readonly SourceCommit[],
  budget: GitHubBudget,
): Promise<ReadonlyMap<string, readonly FileChange[]>> {
  const files = new Map<string, readonly FileChange[]>();
  const queue = commits.values();
  const worker = async () => {
    for (const { sha } of queue) {
      if (isSpent(budget)) return;
      const found = await filesOfOne(octokit, at, sha);
      if (found !== undefined) files.set(sha, found);
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  } catch (error) {
    // The lists that are there stay: commits without one are complete but for their files.
    if (!(error instanceof SourceUnavailable)) throw error;
  }
  return files;
}

async function filesOfOne(octokit: Octokit, at: At, sha: string): Promise<readonly FileChange[] | undefined> {
  const files: FileChange[] = [];
  for (let page = 1; page <= MAX_FILE_PAGES; page += 1) {
    const answer = await known(octokit.rest.repos.getCommit({ ...at, ref: sha, page }));
    if (answer === undefined) return undefined;
    files.push(...parseFiles(answer.data.files));
    if (!/rel="next"/.test(answer.headers.link ?? '')) break;
  }
  return files;
}

async function readTags(
  octokit: Octokit,
  at: At,
  budget: GitHubBudget,
  log: Log,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const tags = new Map<string, string[]>();
  for (let page = 1; page <= MAX_TAG_PAGES && !isSpent(budget); page += 1) {
    const answer = await known(octokit.rest.repos.listTags({ ...at, per_page: PAGE, page }));
    for (const [sha, name] of parseTags(answer?.data ?? [])) tags.set(sha, [...(tags.get(sha) ?? []), name]);
    if ((answer?.data.length ?? 0) < PAGE) return tags;
  }
  log.info('Not all tags of the repository were read from GitHub: there are too many, or too few requests are left.');
  return tags;
}

/** True when what is left of the hour's requests belongs to the other steps of the job. */
function isSpent({ remaining }: GitHubBudget): boolean {
  return remaining !== undefined && remaining < RESERVED_REQUESTS;
}

/** undefined for what GitHub does not know: 404, 409 for an empty repository, 422 for something that names no commit. */
async function known<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // Octokit wraps what its fetch throws in an error of its own, with status 500 and no response.
    if ('response' in error && error.response === undefined && error.cause !== undefined) throw error.cause;
    const status = 'status' in error ? error.status : undefined;
    if (status === 404 || status === 409 || status === 422) return undefined;
    if (status === 401) throw new SourceUnavailable('GitHub refuses the github_token (401)');
    if (status === 403)
      throw new SourceUnavailable('the github_token may not read the contents of the repository (403)');
    if (typeof status === 'number') throw new SourceUnavailable(`GitHub answered ${status}`);
    throw error;
  }
}
