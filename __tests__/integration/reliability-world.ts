import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RepositoryConfig } from '../../sandbox/config.js';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import { Journal } from '../../src/journal.js';
import { type RunEnd, run } from '../../src/run.js';
import type { Timeouts } from '../../src/sentry/bounds.js';
import { initCheckout, writeWithMap } from '../support/workspace.js';
import { type MemoryLog, memoryLog, scaledClock } from '../unit/sentry/fakes.js';
import { hangs, type Schedule } from './reliability-faults.js';

/** One commit as git itself tells it: what Sentry must hold in the end. */
export interface LocalCommit {
  readonly id: string;
  readonly message: string;
  readonly author: string;
  /** Unix seconds. */
  readonly date: number;
  /** `A path` */
  readonly files: readonly string[];
}

/** A checkout of acme/web, made once and copied into each world. */
export interface History {
  readonly folder: string;
  /** The newest first. The last one belongs to the release before. */
  readonly commits: readonly LocalCommit[];
}

/** A server, and a folder with a build; where the commits are read from the checkout, it is one. */
export interface World {
  readonly sandbox: Sandbox;
  readonly folder: string;
  close(): Promise<void>;
}

/** Thousands of small files are written and removed: in memory where the system has a folder for that. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
/** Waits pass a thousand times faster than they are said; that they are never shorter than asked is tested elsewhere. */
const SPEED = 1_000;
const BEFORE_VERSION = '0.9.0';

let made: History | undefined;

/** Five commits of one author, each with a file of its own. */
export function history(): History {
  made ??= makeHistory();
  return made;
}

function makeHistory(): History {
  const folder = mkdtempSync(join(SCRATCH, 'history-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { git } = initCheckout(folder);
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@acme.example');
  for (let nth = 1; nth <= 5; nth += 1) {
    writeFileSync(join(folder, `f${nth}.txt`), `${nth}`);
    git('add', '-A');
    // A second apart: commits of one moment have no order.
    git('commit', '-q', '-m', `Change ${nth}\n\nWhy ${nth}.`, `--date=@${1_790_000_000 + nth} +0000`);
  }
  const ids = git('rev-list', 'HEAD').split('\n');
  const commits = ids.map((id): LocalCommit => {
    const [author = '', date = '', ...message] = git('log', '-1', '--format=%ae%n%at%n%B', id).split('\n');
    const files = git('show', '--format=', '--name-status', id).split('\n');
    return {
      ...{ id, author, date: Number(date), message: message.join('\n').trim() },
      files: files.map((line) => line.replace('\t', ' ')),
    };
  });
  return { folder, commits };
}

/** A build of two scripts with maps, big enough for a dozen chunks of the sandbox's small size. */
function writeBuild(folder: string): void {
  for (const name of ['main', 'vendor']) {
    const lines = Array.from({ length: 30 }, (_, line) => `console.log("${name}", ${line}, "${hash(name + line)}");`);
    writeWithMap(join(folder, 'dist'), name, lines.join('\n'), '"use strict";\n');
  }
}

const hash = (text: string) => createHash('sha1').update(text).digest('hex');

/** The provider's copy of the history: what Sentry reads when it is told a ref. */
function connected(): RepositoryConfig {
  return {
    ...{ name: 'acme/web', url: 'https://github.com/acme/web', provider: 'integrations:github' },
    ...{ externalSlug: 'acme/web', externalId: '1', integrationId: '1' },
    history: history().commits.map(({ author, date, id, message }) => ({
      ...{ id, message, author_name: 'Ada', author_email: author },
      timestamp: new Date(date * 1000).toISOString(),
    })),
  };
}

/** Starts a world in which an older release has the oldest commit; the faults come after that. */
export async function startWorld(schedule: Schedule): Promise<World> {
  const folder = mkdtempSync(join(SCRATCH, 'schedule-'));
  const repositories = schedule.commits === 'list' ? [] : [connected()];
  const sandbox = await startSandbox({
    dataDir: join(folder, 'sandbox'),
    organizations: [{ slug: 'acme', projects: [{ slug: 'web' }, { slug: 'api' }], repositories }],
    seed: schedule.seed,
    options: {
      selfHosted: true,
      chunkSize: 2_048,
      chunksPerRequest: 2,
      maxRequestSize: 8_192,
      concurrency: 3,
      compression: ['gzip'],
    },
  });
  if (schedule.commits === 'list') cpSync(join(history().folder, '.git'), join(folder, '.git'), { recursive: true });
  writeBuild(folder);
  await releaseBefore(sandbox);
  for (const fault of schedule.faults) sandbox.faults.add(fault);
  return {
    sandbox,
    folder,
    close: async () => {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function releaseBefore(sandbox: Sandbox): Promise<void> {
  const oldest = history().commits.at(-1);
  const timestamp = new Date((oldest?.date ?? 0) * 1000).toISOString();
  const commits = [{ id: oldest?.id, repository: 'acme/web', message: oldest?.message, timestamp }];
  const answer = await fetch(`${sandbox.url}/api/0/organizations/acme/releases/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.tokens[0]?.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ version: BEFORE_VERSION, projects: ['web'], commits }),
  });
  if (answer.status !== 201) throw new Error(`the release before was not made: ${await answer.text()}`);
  sandbox.log.clear();
}

/** Without hanging requests these only must not fire on a busy machine. */
const PATIENT: Timeouts = {
  ...{ connectMs: 20_000, firstByteMs: 20_000, assembleFirstByteMs: 20_000 },
  ...{ attemptMs: 40_000, chunkAttemptMs: 40_000, stallMs: 20_000 },
};
/** With them; a false alarm on a busy machine is one more fault. */
const SHORT: Timeouts = {
  ...{ connectMs: 20_000, firstByteMs: 150, assembleFirstByteMs: 150 },
  ...{ attemptMs: 300, chunkAttemptMs: 300, stallMs: 150 },
};

/** Runs the pipeline once; `inputs` go over those of every schedule. */
export async function runOnce(
  { folder, sandbox }: Pick<World, 'sandbox' | 'folder'>,
  schedule: Schedule,
  inputs: NodeJS.ProcessEnv = {},
): Promise<RunEnd & { readonly log: MemoryLog }> {
  const clock = scaledClock(SPEED, randomFrom(schedule.seed));
  const env: NodeJS.ProcessEnv = {
    GITHUB_WORKSPACE: folder,
    GITHUB_REPOSITORY: 'acme/web',
    GITHUB_RUN_ID: '7',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_SHA: history().commits[0]?.id,
    PATH: process.env['PATH'],
    INPUT_AUTH_TOKEN: sandbox.tokens[0]?.token,
    INPUT_PROJECTS: 'web',
    INPUT_RELEASE: '1.0.0',
    INPUT_ENVIRONMENT: 'production',
    INPUT_SOURCEMAPS: 'dist',
    INPUT_WAIT: schedule.wait ? '600' : 'false',
    INPUT_TIMEOUT: '6h',
    ...inputs,
  };
  const memory = memoryLog();
  const log = { ...memory, group: () => undefined, endGroup: () => undefined, progress: () => undefined };
  const end = await run({
    env,
    cwd: folder,
    clock,
    cancel: new AbortController().signal,
    log,
    journal: new Journal(clock),
    userAgent: 'sentry-release-action/0.0.0',
    timeouts: hangs(schedule) && sandbox.faults.list().length > 0 ? SHORT : PATIENT,
  });
  return { ...end, log: memory };
}

/** mulberry32: small, seeded, good enough for jitter. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
