import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type FakeGitHub, type GitHubConfig, startGitHub } from '../../sandbox/github.js';
import type { Clock } from '../../src/clock.js';
import type { CommitsDeps } from '../../src/commits/context.js';
import { createGit } from '../../src/commits/git.js';
import { planCommits } from '../../src/commits/plan.js';
import type { CommitsPlan } from '../../src/commits/types.js';
import type { GitHubContext } from '../../src/inputs/github.js';
import type { CommitInputs, Inputs } from '../../src/inputs/inputs.js';
import type { Log } from '../../src/log.js';
import type { Release, SentryApi } from '../../src/sentry/types.js';
import { temporaryFolder } from '../support/workspace.js';

/** Content of a file after a commit; null removes it; an object gives the mode or, for a submodule, the commit. */
export type Content = string | null | { readonly mode: '100755' | '120000' | '160000'; readonly data: string };

/** One commit of a made-up history. */
export interface Step {
  /** How the test calls it. */
  readonly id: string;
  readonly files?: Readonly<Record<string, Content>>;
  /** Default: the step before; `[]` makes a root. */
  readonly parents?: readonly string[];
  readonly message?: string;
  readonly author?: string;
  /** Seconds after the beginning, for author and committer. Default: a minute a step. */
  readonly at?: number;
  /** Seconds after the beginning, for the author only. */
  readonly authored?: number;
}

export interface Repo {
  readonly dir: string;
  /** To clone it from; on Windows a path with a drive is no part of an address as it is. */
  readonly url: string;
  /** The full id of a step. */
  sha(id: string): string;
  git(...args: readonly string[]): string;
  /** Makes a branch, or moves it, to a step. */
  branch(name: string, id: string): void;
  /** Checks a step out, detached, without touching files: the planner never looks at them. */
  checkout(id: string): void;
  /** Adds commits and moves `main` to the last one. */
  extend(steps: readonly Step[]): void;
}

const START = 1_767_225_600;
const created: string[] = [];

/** A folder of its own, removed by {@link removeRepos}. */
export function tempDir(): string {
  const dir = temporaryFolder('commits');
  created.push(dir);
  return dir;
}

export function removeRepos(): void {
  for (const dir of created.splice(0)) rmSync(dir, { recursive: true, force: true });
}

export function runGit(dir: string, args: readonly string[], input?: string): string {
  return execFileSync('git', ['-c', 'safe.directory=*', '-c', 'protocol.file.allow=always', ...args], {
    cwd: dir,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...{ PATH: process.env['PATH'], HOME: dir, GIT_CONFIG_NOSYSTEM: '1', TZ: 'UTC' },
      ...{ GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@example.com', GIT_AUTHOR_DATE: `${START} +0200` },
      ...{ GIT_COMMITTER_NAME: 'Ann', GIT_COMMITTER_EMAIL: 'ann@example.com', GIT_COMMITTER_DATE: `${START} +0200` },
    },
    ...(input === undefined ? {} : { input }),
  });
}

/** Makes a real repository from a list of commits, in one `git fast-import`. */
export function makeRepo(steps: readonly Step[], remote = 'https://github.com/acme/web.git'): Repo {
  const dir = emptyRepo(remote);
  const shas = new Map<string, string>();
  const repo: Repo = {
    dir,
    url: pathToFileURL(dir).href,
    sha: (id) => shas.get(id) ?? id,
    git: (...args) => runGit(dir, args),
    // Written as git writes it: to start git for each of hundreds takes minutes.
    branch: (name, id) => writeFileSync(join(dir, '.git', 'refs', 'heads', name), `${repo.sha(id)}\n`),
    checkout: (id) => writeFileSync(join(dir, '.git', 'HEAD'), `${repo.sha(id)}\n`),
    extend: (more) => {
      const first = shas.size;
      runGit(dir, ['fast-import', '--quiet', '--force', '--export-marks=.git/marks'], stream(more, first, shas));
      for (const line of readFileSync(join(dir, '.git', 'marks'), 'utf8').split('\n')) {
        const [mark, sha] = line.split(' ');
        const step = more[Number(mark?.slice(1)) - 1 - first];
        if (step !== undefined && sha !== undefined) shas.set(step.id, sha);
      }
    },
  };
  if (steps.length > 0) repo.extend(steps);
  return repo;
}

function emptyRepo(remote: string): string {
  const dir = tempDir();
  cpSync(template(), dir, { recursive: true });
  appendFileSync(join(dir, '.git', 'config'), `[remote "origin"]\n\turl = ${remote}\n`);
  return dir;
}

let templateDir: string | undefined;
/** An empty repository to copy: `git init` for every test would be half of their time. */
function template(): string {
  if (templateDir === undefined) {
    templateDir = tempDir();
    runGit(templateDir, ['init', '-q', '-b', 'main', '--template=', '.']);
  }
  return templateDir;
}

function stream(steps: readonly Step[], first: number, known: ReadonlyMap<string, string>): string {
  const marks = new Map(steps.map(({ id }, index) => [id, `:${first + index + 1}`]));
  const name = (id: string) => marks.get(id) ?? known.get(id) ?? id;
  let previous = [...known.keys()].at(-1);
  const commits = steps.map((step, index) => {
    const at = START + (step.at ?? (first + index) * 60);
    const authored = step.authored === undefined ? at : START + step.authored;
    const parents = step.parents ?? (previous === undefined ? [] : [previous]);
    previous = step.id;
    return [
      ...(parents.length === 0 ? ['reset refs/heads/main', ''] : []),
      'commit refs/heads/main',
      `mark ${name(step.id)}`,
      `author ${step.author ?? 'Ann <ann@example.com>'} ${authored} +0200`,
      `committer Bob <bob@example.com> ${at} +0000`,
      data(step.message ?? `${step.id}\n\nBody of ${step.id}.\n`),
      ...parents.map((parent, place) => `${place === 0 ? 'from' : 'merge'} ${name(parent)}`),
      ...Object.entries(step.files ?? { [`${step.id}.txt`]: step.id }).map(([path, content]) => change(path, content)),
      '',
    ].join('\n');
  });
  return `${commits.join('\n')}\ndone\n`;
}

function change(path: string, content: Content): string {
  const quoted = `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
  if (content === null) return `D ${quoted}`;
  if (typeof content === 'string') return `M 100644 inline ${quoted}\n${data(content)}`;
  if (content.mode === '160000') return `M 160000 ${content.data} ${quoted}`;
  return `M ${content.mode} inline ${quoted}\n${data(content.data)}`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

/** A clone as actions/checkout makes it. */
export function checkout(repo: Repo, ref: string, depth?: number): string {
  const dir = emptyRepo('https://github.com/acme/web');
  const depthArgs = depth === undefined ? [] : [`--depth=${depth}`];
  runGit(dir, ['fetch', '-q', '--no-tags', ...depthArgs, repo.url, ref]);
  runGit(dir, ['checkout', '-q', '--detach', 'FETCH_HEAD']);
  return dir;
}

/** Every line that was logged, with its level. */
export interface RecordedLog extends Log {
  readonly lines: string[];
}

export function recordLog(): RecordedLog {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    notice: at('notice'),
    warning: at('warning'),
    error: at('error'),
  };
}

export function releaseOf(version: string, commit: string | undefined, more: Partial<Release> = {}): Release {
  return {
    version,
    dateCreated: '2026-01-01T00:00:00Z',
    dateReleased: undefined,
    url: undefined,
    commitCount: commit === undefined ? 0 : 1,
    lastCommit: commit === undefined ? undefined : { id: commit, repository: 'acme/web' },
    projects: [{ id: 1, slug: 'web' }],
    ...more,
  };
}

/** A Sentry without anything, but for what a test gives. */
export function sentryWith(parts: Partial<SentryApi> = {}): SentryApi {
  const refuse = () => Promise.reject(new Error('not asked for in this test'));
  return {
    ...{ root: refuse, probeProject: refuse, createRelease: refuse, updateRelease: refuse, createDeploy: refuse },
    ...{ chunkOptions: refuse, uploadChunks: refuse, assemble: refuse, artifactLookup: refuse },
    getRelease: async () => undefined,
    previousReleaseWithCommits: async () => undefined,
    releaseCommits: async () => [],
    repositories: async () => [],
    recentReleases: async () => [],
    deploys: async () => [],
    ...parts,
  };
}

export interface PlanOptions {
  /** Working directory. Default: an empty folder, so that nothing is checked out. */
  readonly dir?: string;
  readonly sha?: string | undefined;
  readonly commits?: Partial<CommitInputs>;
  readonly inputs?: Partial<Inputs>;
  readonly context?: Partial<GitHubContext>;
  readonly api?: SentryApi;
  /** Given: its token is passed too, unless `commits.githubToken` says otherwise. */
  readonly github?: FakeGitHub;
  readonly clock?: Clock;
  readonly release?: string;
}

export const TOKEN = 'ghs_fake';

const started: FakeGitHub[] = [];

/** A fake GitHub API that has `acme/web`; {@link stopGitHubs} ends it, also where a test fails before its end. */
export async function githubOf({ dir }: Pick<Repo, 'dir'>, config: Partial<GitHubConfig> = {}): Promise<FakeGitHub> {
  const repositories = [{ name: 'acme/web', dir }];
  const github = await startGitHub({ repositories, tokens: [{ token: TOKEN }], ...config });
  started.push(github);
  return github;
}

export async function stopGitHubs(): Promise<void> {
  for (const github of started.splice(0)) await github.close();
}

/** Runs the planner with the real git and, through loopback, the fake GitHub API. */
export async function plan(options: PlanOptions): Promise<{ readonly plan: CommitsPlan; readonly log: RecordedLog }> {
  const log = recordLog();
  const dir = options.dir ?? emptyDir();
  const deps: CommitsDeps = {
    api: options.api ?? sentryWith(),
    github: contextOf(options),
    git: createGit({ cwd: dir, env: { PATH: process.env['PATH'], HOME: dir }, log }),
    log,
    clock: options.clock ?? steadyClock(),
    signal: new AbortController().signal,
    fetch: globalThis.fetch,
  };
  return { plan: await planCommits(inputsOf(options, dir), options.release ?? 'web@2', deps), log };
}

function contextOf({ sha, github, context }: PlanOptions): GitHubContext {
  return {
    ...{ eventName: 'push', sha, ref: 'refs/heads/main', repository: 'acme/web', runId: '1', runAttempt: 1 },
    ...{ job: 'build', actor: 'ann', serverUrl: 'https://github.com', apiUrl: github?.url ?? 'http://127.0.0.1:1' },
    event: {},
    ...context,
  };
}

function inputsOf({ github, commits, inputs }: PlanOptions, dir: string): Inputs {
  return {
    projects: ['web'],
    deploy: { environments: [], name: undefined, url: undefined, startedAt: undefined, finishedAt: undefined },
    workingDirectory: dir,
    timeoutMs: 600_000,
    commits: {
      ...{ mode: 'auto', repo: undefined, commit: undefined, previousCommit: undefined },
      ...{ ignoreMissing: undefined, ignoreEmpty: undefined, paths: [] },
      githubToken: github === undefined ? undefined : TOKEN,
      ...commits,
    },
    ...inputs,
    // The planner reads nothing else of the inputs.
  } as Inputs;
}

/** Time stands still, but for the waits. */
export function steadyClock(start = START * 1000): Clock & { readonly waits: number[] } {
  let now = start;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    random: () => 0.5,
    sleep: async (ms) => {
      waits.push(ms);
      now += ms;
    },
  };
}

let empty: string | undefined;
function emptyDir(): string {
  empty ??= tempDir();
  mkdirSync(empty, { recursive: true });
  return empty;
}

/** `A path`, `M path`, … of a commit in a plan, sorted. */
export function changesOf(found: CommitsPlan, sha: string): readonly string[] | undefined {
  const commit = found.commits?.find(({ id }) => id === sha);
  return commit?.patch_set?.map(({ type, path }) => `${type} ${path}`).sort();
}
