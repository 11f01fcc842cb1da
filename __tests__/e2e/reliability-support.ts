import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxConfig } from '../../sandbox/config.js';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import { initCheckout, writeWithMap } from '../support/workspace.js';
import { actionEntry, type RunOptions, type RunResult, runAction } from './harness.js';
import { parseKeyValueFile } from './runner/file-commands.js';

/** A sandbox, a build to upload, and the action as the runner starts it. */
export interface Scene {
  readonly sandbox: Sandbox;
  readonly folder: string;
  /** Runs the bundle with what every test here needs; `inputs` and `env` on top. */
  run(options?: Partial<RunOptions>): Promise<RunResult>;
  posts(suffix: string): Sandbox['requests'];
  org(): NonNullable<ReturnType<Sandbox['state']['organizations']['get']>>;
  close(): Promise<void>;
}

/** @param bytes size of the build, of text that does not compress to nothing */
export async function scene(config: SandboxConfig = {}, bytes = 20_000): Promise<Scene> {
  const sandbox = await startSandbox(config);
  const folder = mkdtempSync(join(tmpdir(), 'reliability-'));
  writeBuild(join(folder, 'dist'), bytes);
  return {
    sandbox,
    folder,
    run: (options = {}) =>
      runAction({
        cwd: folder,
        ...options,
        inputs: {
          auth_token: sandbox.tokens[0]?.token ?? '',
          projects: 'web',
          release: '1.0.0',
          environment: 'production',
          set_commits: 'skip',
          sourcemaps: 'dist',
          ...options.inputs,
        },
        env: { GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '1', GITHUB_REPOSITORY: 'acme/web', ...options.env },
      }),
    posts: (suffix) => sandbox.requests.filter(({ method, path }) => method === 'POST' && path.endsWith(suffix)),
    org: () => {
      const org = sandbox.state.organizations.get('acme');
      if (org === undefined) throw new Error('no organization');
      return org;
    },
    close: async () => {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Four scripts with their maps; `seed` makes another build of it. */
export function writeBuild(dist: string, bytes: number, seed = ''): void {
  const files = 4;
  for (let file = 0; file < files; file += 1) {
    const lines = Math.ceil(bytes / files / 2 / 120);
    const source = Array.from({ length: lines }, (_, line) => `log(${line}, "${noise(`${seed}${file}/${line}`)}");`);
    writeWithMap(dist, `f${file}`, source.join('\n'));
  }
}

const noise = (text: string) => createHash('sha512').update(text).digest('base64');

/** Starts scenes, and closes after each test what it or the test itself opened, the last first. */
export function scenes(): {
  readonly start: (...args: Parameters<typeof scene>) => Promise<Scene>;
  readonly cleanups: (() => unknown)[];
} {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  const start = async (...args: Parameters<typeof scene>) => {
    const started = await scene(...args);
    cleanups.push(() => started.close());
    return started;
  };
  return { start, cleanups };
}

/** Green means that all of it is there, once. */
export async function expectComplete({ org, sandbox }: Scene, result: RunResult): Promise<void> {
  await sandbox.idle();
  expect({ exit: result.exitCode, log: result.exitCode === 0 ? '' : result.log }).toEqual({ exit: 0, log: '' });
  expect(org().releases.size).toBe(1);
  expect(org().releases.get('1.0.0')?.deploys).toHaveLength(1);
  expect(org().releases.get('1.0.0')?.dateReleased).toBeDefined();
  expect(org().bundles).toHaveLength(1);
}

/** The next run, without faults, completes it and sends no chunk that Sentry has; answers how many those were. */
export async function expectRest(world: Scene): Promise<number> {
  const kept = new Set(world.org().chunks.keys());
  world.sandbox.faults.clear();
  world.sandbox.log.clear();
  // A request of the first run may still be under way, and is in the log only when it ends.
  const begunAt = new Date().toISOString();
  await expectComplete(world, await world.run());
  const posts = world.posts('/chunk-upload/').filter(({ time }) => time >= begunAt);
  const again = posts.flatMap(({ chunks }) => chunks ?? []);
  expect(again.filter((sha1) => kept.has(sha1))).toEqual([]);
  return kept.size;
}

/** Faults that answer the first assemble with a 429 of these headers. */
export const assemble429 = (headers: Record<string, string>) => [
  { match: { method: 'POST', path: '**/assemble/', nth: 1 }, do: { status: 429, headers } },
];

/** Many requests for a small build. */
export const SMALL = { chunkSize: 4_096, chunksPerRequest: 1, maxRequestSize: 4_096 };

/** Node behind a shell that limits what it may do, for `node` of a run. */
export function limitedNode(folder: string, limit: string): string {
  const node = join(folder, 'node.sh');
  writeFileSync(node, `#!/bin/sh\n${limit}\nexec "${process.execPath}" "$@"\n`);
  chmodSync(node, 0o755);
  return node;
}

/** The inputs and the environment of a run in which every git command hangs; `end` ends those that are left. */
export function hangingGit({ folder }: Scene): {
  readonly options: Partial<RunOptions>;
  readonly end: () => void;
} {
  const sha = initCheckout(folder).commit('a.txt');
  const [bin, pids] = [join(folder, 'bin'), join(folder, 'pids')];
  mkdirSync(bin);
  writeFileSync(pids, '');
  writeFileSync(join(bin, 'git'), `#!/bin/sh\necho $$ >> "${pids}"\nexec sleep 60\n`, { mode: 0o755 });
  return {
    options: {
      inputs: { set_commits: 'auto' },
      env: { PATH: `${bin}:${process.env['PATH']}`, GITHUB_SHA: sha },
    },
    end: () => {
      for (const pid of readFileSync(pids, 'utf8').trim().split('\n')) if (pid !== '') process.kill(Number(pid));
    },
  };
}

/** The bundle as a bare process, for what the harness cannot do to it. */
export interface BareRun {
  readonly child: ChildProcess;
  /** What it wrote to stdout until now. */
  log(): string;
  /** Resolves when its log has this. */
  said(pattern: RegExp): Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly at: number }>;
  /** As written to the runner's files until now. */
  outputs(): Readonly<Record<string, string>>;
  summary(): string;
}

/** @param hook CommonJS that runs before the bundle does */
export function spawnBundle(world: Scene, hook = ''): BareRun {
  const [preload, output, summary] = ['hook.cjs', 'output', 'summary'].map((name) => join(world.folder, name));
  for (const [path = '', text] of [
    [preload, hook],
    [output, ''],
    [summary, ''],
  ])
    writeFileSync(path, text ?? '');
  const child = spawn(process.execPath, ['--require', preload ?? '', actionEntry()], {
    env: bareEnvironment(world, { GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary }),
    cwd: world.folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout?.on('data', (piece: Buffer) => {
    text += String(piece);
  });
  const ended = new Promise<{ code: number | null; at: number }>((resolve) => {
    child.once('exit', (code) => resolve({ code, at: Date.now() }));
  });
  const read = (path = '') => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  return {
    child,
    ended,
    log: () => text,
    said: async (pattern) => {
      while (!pattern.test(text)) await new Promise((resolve) => child.stdout?.once('data', resolve));
    },
    outputs: () => parseKeyValueFile(read(output)),
    summary: () => read(summary),
  };
}

function bareEnvironment(world: Scene, files: Record<string, string | undefined>): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    RUNNER_TEMP: world.folder,
    TMPDIR: world.folder,
    GITHUB_WORKSPACE: world.folder,
    INPUT_AUTH_TOKEN: world.sandbox.tokens[0]?.token,
    INPUT_PROJECTS: 'web',
    INPUT_RELEASE: '1.0.0',
    INPUT_SET_COMMITS: 'skip',
    INPUT_SOURCEMAPS: 'dist',
    INPUT_ENVIRONMENT: 'production',
    ...files,
  };
}
