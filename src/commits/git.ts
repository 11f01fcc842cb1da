import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Log } from '../log.js';

/** How one git command ended. git's own failures are answers, not exceptions. */
export interface GitAnswer {
  /** 0 is success; 128 also stands for "no repository here" and "no git on this machine". */
  readonly exitCode: number;
  /** UTF-8, cut at the command's byte limit. */
  readonly stdout: string;
  /** One line, for the log. */
  readonly stderr: string;
  /** True when stdout was longer than the limit: never parse a cut list as if it were whole. */
  readonly cut: boolean;
}

/** Read-only access to the repository that holds a folder. Nothing is fetched and nothing on the machine is changed. */
export interface Git {
  /** Root of the work tree, absolute; undefined when the folder is in no repository. */
  readonly root: string | undefined;
  /**
   * Runs `git <args>` in the root. Pass refs after `--end-of-options`. There is no stdin: a git that ends before it has read
   * it would take this process down (EPIPE inside @actions/exec).
   */
  run(args: readonly string[], options?: GitRunOptions): Promise<GitAnswer>;
}

export interface GitRunOptions {
  /** Bytes of stdout that are kept. @default 1 MiB */
  readonly maxBytes?: number;
}

/** The part of @actions/exec that is used; tests pass their own. */
export type Exec = (
  tool: string,
  args: string[],
  options: {
    readonly cwd: string;
    readonly env: Record<string, string>;
    readonly silent: true;
    readonly ignoreReturnCode: true;
    readonly listeners: { readonly stdout: (data: Buffer) => void; readonly stderr: (data: Buffer) => void };
  },
) => Promise<number>;

export interface GitOptions {
  /** Absolute. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly signal?: AbortSignal;
  /** @default @actions/exec, loaded at the first command */
  readonly exec?: Exec;
}

const DEFAULT_MAX_BYTES = 1024 * 1024;

/**
 * What git may see of the environment. An allow-list, because the rest holds the action's inputs and tokens, and because
 * variables such as GIT_EXTERNAL_DIFF or GIT_SSH_COMMAND make git run other programs.
 */
const PASSED_VARIABLES = [
  'PATH',
  'PATHEXT',
  'HOME',
  'USERPROFILE',
  'HOMEDRIVE',
  'HOMEPATH',
  'XDG_CONFIG_HOME',
  'SYSTEMROOT',
  'WINDIR',
  'PROGRAMDATA',
  'APPDATA',
  'LOCALAPPDATA',
  'TMPDIR',
  'TEMP',
  'TMP',
];

/** Gives access to the repository around `cwd`. Neither git nor @actions/exec is touched when there is none. */
export function createGit(options: GitOptions): Git {
  const root = findRoot(options.cwd);
  return {
    root,
    run: async (args, runOptions = {}) => {
      if (root === undefined) return failed('not a git repository');
      options.signal?.throwIfAborted();
      return await runGit(options, root, args, runOptions);
    },
  };
}

/** The environment of a git child process: no token, no prompt, no lock, no lazy fetch. */
export function gitEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && PASSED_VARIABLES.includes(name.toUpperCase())) passed[name] = value;
  }
  return {
    ...passed,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    // A partial clone would otherwise go to the network for a missing tree (git 2.45 and newer; older: protocol.allow).
    GIT_NO_LAZY_FETCH: '1',
    // The commits as everybody else has them.
    GIT_NO_REPLACE_OBJECTS: '1',
  };
}

async function runGit(
  { env, exec, log, signal }: GitOptions,
  root: string,
  args: readonly string[],
  { maxBytes = DEFAULT_MAX_BYTES }: GitRunOptions,
): Promise<GitAnswer> {
  const stdout = collector(maxBytes);
  const stderr = collector(4096);
  try {
    const ended = (exec ?? (await loadExec()))('git', [...globalArguments(root), ...args], {
      cwd: root,
      env: gitEnvironment(env),
      silent: true,
      ignoreReturnCode: true,
      listeners: { stdout: stdout.add, stderr: stderr.add },
    });
    const exitCode = await orAborted(ended, signal);
    const answer = { exitCode, stdout: stdout.text(), stderr: firstLine(stderr.text()), cut: stdout.cut() };
    if (exitCode !== 0) log.debug(`git ${args[0] ?? ''}: exit ${exitCode}: ${answer.stderr}`);
    return answer;
  } catch (error) {
    signal?.throwIfAborted();
    // git is not installed, or could not be started: for us the same as "no history here".
    const reason = firstLine(error instanceof Error ? error.message : String(error));
    log.debug(`git ${args[0] ?? ''} could not be started: ${reason}`);
    return failed(reason);
  }
}

/** @actions/exec cannot end a program: a git that hangs, or takes minutes, is left behind and must not hold up a cancel or the timeout. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
}

/** Settings of every call; they live on the command line, so that nothing outlasts it. */
function globalArguments(root: string): string[] {
  const owners = [...new Set([root, realRoot(root)])].flatMap((dir) => ['-c', `safe.directory=${dir}`]);
  return [
    '--no-pager',
    ...owners,
    '-c',
    'core.quotepath=off',
    // The configuration of a checkout is not ours: it must start no program and open no connection.
    '-c',
    'core.fsmonitor=false',
    '-c',
    'protocol.allow=never',
    '-c',
    'log.showSignature=false',
    // What a commit changed does not depend on how its user likes to look at it.
    '-c',
    'log.showRoot=true',
    '-c',
    'log.diffMerges=separate',
  ];
}

async function loadExec(): Promise<Exec> {
  const { exec } = await import(/* webpackMode: "eager" */ '@actions/exec');
  return exec as Exec;
}

function findRoot(start: string): string | undefined {
  for (let dir = resolve(start); ; dir = dirname(dir)) {
    // A file in worktrees and submodules, a folder else.
    if (existsSync(join(dir, '.git'))) return dir;
    if (dirname(dir) === dir) return undefined;
  }
}

// git compares safe.directory with the real path; on Windows with forward slashes.
function realRoot(root: string): string {
  try {
    return realpathSync(root).replaceAll('\\', '/');
  } catch {
    return root;
  }
}

function collector(maxBytes: number) {
  const parts: Buffer[] = [];
  let size = 0;
  let cut = false;
  return {
    add: (data: Buffer) => {
      const kept = data.subarray(0, Math.max(0, maxBytes - size));
      cut ||= kept.length < data.length;
      if (kept.length > 0) parts.push(kept);
      size += kept.length;
    },
    text: () => Buffer.concat(parts).toString('utf8'),
    cut: () => cut,
  };
}

function firstLine(text: string): string {
  return text.trim().split(/\r?\n/, 1)[0] ?? '';
}

function failed(reason: string): GitAnswer {
  return { exitCode: 128, stdout: '', stderr: reason, cut: false };
}
