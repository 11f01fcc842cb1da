import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Fault, FaultAction } from '../../sandbox/faults/types.js';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import { Journal } from '../../src/journal.js';
import { type RunEnd, run } from '../../src/run.js';
import { writeWithMap } from '../support/workspace.js';
import { memoryLog, scaledClock } from '../unit/sentry/fakes.js';

/**
 * The central promise as a property: whatever goes wrong on the way, the run ends green with everything at Sentry, or red, and
 * then a run without faults completes it. Shared by the test (a few hundred schedules) and scripts/soak.ts (thousands).
 */

/** What happens on the wire during one run, and how the user asked for it. */
export interface Schedule {
  readonly faults: readonly Fault[];
  readonly wait: boolean;
  /** Chance for jitter, from the generator, so that a schedule replays. */
  readonly seed: number;
}

/** How a schedule went, for statistics. */
export interface ScheduleResult {
  readonly first: RunEnd['report']['result'];
  readonly code: string | undefined;
  readonly hits: number;
  readonly requests: number;
}

const ENDPOINTS = [
  { method: 'GET', path: '/api/0/' },
  { method: 'GET', path: '/api/0/projects/**' },
  { method: 'POST', path: '**/releases/' },
  { method: 'GET', path: '**/releases/1.0.0/' },
  { method: 'PUT', path: '**/releases/1.0.0/' },
  { method: 'GET', path: '**/repos/' },
  { method: 'GET', path: '**/previous-with-commits/' },
  { method: 'GET', path: '**/commits/' },
  { method: 'GET', path: '**/chunk-upload/' },
  { method: 'POST', path: '**/chunk-upload/' },
  { method: 'POST', path: '**/assemble/' },
  { method: 'GET', path: '**/deploys/' },
  { method: 'POST', path: '**/deploys/' },
] as const;

const RETRYABLE = [408, 425, 429, 500, 502, 503, 504, 507, 520, 524];
const FINAL = [400, 401, 403, 404, 413, 422];
const BODIES = [
  '',
  '"slow down"',
  '{"detail":"no"}',
  '<html><title>Bad Gateway</title></html>',
  '{"detail":{"code":"x","message":"y"}}',
];
const WAITS = ['0', '1', '30', 'soon', '-5', 'Sun, 06 Nov 1994 08:49:37 GMT', '9'.repeat(400)];

const answered: fc.Arbitrary<FaultAction> = fc
  .record({
    status: fc.constantFrom(...RETRYABLE),
    wait: fc.option(fc.constantFrom(...WAITS), { nil: undefined }),
    body: fc.constantFrom(...BODIES),
    early: fc.boolean(),
  })
  .map(({ body, early, status, wait }) => ({
    status,
    body,
    ...(early ? { early } : {}),
    ...(wait === undefined ? {} : { headers: { 'Retry-After': wait } }),
  }));

const broken: fc.Arbitrary<FaultAction> = fc.oneof(
  fc.constantFrom('before-body', 'after-body', 'after-handling').map((reset) => ({ reset }) as FaultAction),
  fc.nat(3_000).map((resetAfterBytes) => ({ resetAfterBytes })),
  fc.nat(40).map((truncate) => ({ truncate })),
  fc.constant<FaultAction>({ closeAfter: true }),
);

const odd: fc.Arbitrary<FaultAction> = fc.oneof(
  fc.nat(15).map((delayMs) => ({ delayMs })),
  fc.constantFrom(3_600_000, -3_600_000, 1_500).map((clockSkewMs) => ({ clockSkewMs })),
  fc.constant<FaultAction>({ merge: { future: { key: [1] }, constructor: null } }),
  fc.constant<FaultAction>({ drip: { bytes: 40, everyMs: 1 } }),
  fc.constant<FaultAction>({ headers: { 'X-Sentry-Rate-Limit-Remaining': '0', 'X-Sentry-Rate-Limit-Reset': '1' } }),
);

/** Ends a run that meets it, because no repeat mends it. */
const final: fc.Arbitrary<FaultAction> = fc.oneof(
  fc.constantFrom(...FINAL).map((status) => ({ status, body: '{"detail":"no"}' })),
  fc.constant<FaultAction>({ body: '<html>sign in</html>' }),
  fc.constant<FaultAction>({ status: 302, headers: { Location: 'http://localhost:9/' } }),
);

const onEndpoint = (action: fc.Arbitrary<FaultAction>, endpoints: readonly (typeof ENDPOINTS)[number][] = ENDPOINTS) =>
  fc
    .record({
      match: fc.constantFrom(...endpoints),
      nth: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant({ to: 3 }), fc.constant({ from: 2 })),
      times: fc.integer({ min: 1, max: 8 }),
      action,
    })
    .map(({ action: act, match, nth, times }): Fault => ({ match: { ...match, nth }, do: act, times }));

// A 4xx for a read means "there is none", which is another story than a fault.
const WRITES = ENDPOINTS.filter(({ method }) => method !== 'GET');
const CHUNKS = ENDPOINTS.filter(({ method, path }) => method === 'POST' && path === '**/chunk-upload/');
const ASSEMBLE = ENDPOINTS.filter(({ path }) => path === '**/assemble/');
const PUTS = ENDPOINTS.filter(({ method }) => method === 'PUT');

const swallowed: fc.Arbitrary<FaultAction> = fc.constantFrom<FaultAction>({ swallow: true }, { swallow: [0] });
const forgotten: fc.Arbitrary<FaultAction> = fc.constantFrom<FaultAction>(
  { forgetChunks: 'all' },
  { forgetChunks: 1 },
  { state: 'not_found' },
);
/** Only where the user waits is the end of the job part of what green means. */
const jobs: fc.Arbitrary<FaultAction> = fc.constantFrom<FaultAction>(
  { job: 'hold' },
  { job: { error: 'internal server error' } },
  { job: { delayMs: 20 } },
  { state: 'assembling' },
  { state: 'created' },
);

const always = [
  { arbitrary: onEndpoint(answered), weight: 6 },
  { arbitrary: onEndpoint(broken), weight: 6 },
  { arbitrary: onEndpoint(odd), weight: 3 },
  { arbitrary: onEndpoint(final, WRITES), weight: 1 },
  { arbitrary: onEndpoint(swallowed, CHUNKS), weight: 2 },
  { arbitrary: onEndpoint(forgotten, ASSEMBLE), weight: 2 },
  { arbitrary: onEndpoint(fc.constant<FaultAction>({ commitLock: true }), PUTS), weight: 1 },
];

/** Random schedules over all endpoints. */
export const schedules: fc.Arbitrary<Schedule> = fc.boolean().chain((wait) => {
  const kinds = wait ? [...always, { arbitrary: onEndpoint(jobs, ASSEMBLE), weight: 2 }] : always;
  return fc.record({
    faults: fc.array(fc.oneof(...kinds), { maxLength: 7 }),
    wait: fc.constant(wait),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
  });
});

const HEAD = 'c'.repeat(40);
const BEFORE = 'b'.repeat(40);
/** Waits pass a thousand times faster than they are said; that they are never shorter than asked is tested elsewhere. */
const SPEED = 1_000;

/** A build of two scripts with maps, big enough for a dozen chunks of the sandbox's small size. */
export function writeBuild(folder: string): void {
  for (const name of ['main', 'vendor']) {
    const lines = Array.from({ length: 30 }, (_, line) => `console.log("${name}", ${line}, "${hash(name + line)}");`);
    const source = lines.join('\n');
    writeWithMap(join(folder, 'dist'), name, source, '"use strict";\n');
  }
}

const hash = (text: string) => createHash('sha1').update(text).digest('hex');

/** Thousands of small files are written and removed: in memory where the system has a folder for that. */
const SCRATCH = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export async function startWorld(
  schedule: Schedule,
): Promise<{ sandbox: Sandbox; folder: string; close: () => Promise<void> }> {
  const folder = mkdtempSync(join(SCRATCH, 'schedule-'));
  const sandbox = await startSandbox({
    dataDir: join(folder, 'sandbox'),
    faults: schedule.faults,
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
  writeBuild(folder);
  return {
    sandbox,
    folder,
    close: async () => {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function runOnce(
  sandbox: Sandbox,
  folder: string,
  schedule: Schedule,
  inputs: NodeJS.ProcessEnv = {},
): Promise<RunEnd> {
  const clock = scaledClock(SPEED, randomFrom(schedule.seed));
  const env: NodeJS.ProcessEnv = {
    GITHUB_WORKSPACE: folder,
    GITHUB_REPOSITORY: 'acme/web',
    GITHUB_RUN_ID: '7',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_SHA: HEAD,
    INPUT_AUTH_TOKEN: sandbox.tokens[0]?.token,
    INPUT_PROJECTS: 'web',
    INPUT_RELEASE: '1.0.0',
    INPUT_ENVIRONMENT: 'production',
    INPUT_SET_COMMITS: 'manual',
    INPUT_REPO: 'acme/web',
    INPUT_COMMIT: HEAD,
    INPUT_PREVIOUS_COMMIT: BEFORE,
    INPUT_SOURCEMAPS: 'dist',
    INPUT_WAIT: schedule.wait ? '600' : 'false',
    INPUT_TIMEOUT: '6h',
    ...inputs,
  };
  const log = { ...memoryLog(), group: () => undefined, endGroup: () => undefined, progress: () => undefined };
  return run({
    env,
    cwd: folder,
    clock,
    cancel: new AbortController().signal,
    log,
    journal: new Journal(clock),
    userAgent: 'sentry-release-action/0.0.0',
    // No schedule leaves a request unanswered: these only must not fire on a busy machine.
    timeouts: {
      connectMs: 20_000,
      firstByteMs: 20_000,
      assembleFirstByteMs: 20_000,
      attemptMs: 40_000,
      chunkAttemptMs: 40_000,
      stallMs: 20_000,
    },
  });
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

/** What Sentry holds in the end, as plain data to compare. */
export interface Stored {
  readonly releases: readonly unknown[];
  readonly bundles: readonly string[];
  readonly fetched: readonly unknown[];
}

async function stored(sandbox: Sandbox): Promise<Stored> {
  await sandbox.idle();
  const org = sandbox.state.organizations.get('acme');
  if (org === undefined) throw new Error('the sandbox has no organization');
  const bundles: string[] = [];
  for (const { bundleId, checksum, debugIds, projects, releases } of org.bundles) {
    const bytes = Buffer.from(await (await fetch(`${sandbox.url}/_sandbox/bundles/${checksum}`)).arrayBuffer());
    const links = releases.map(({ dist, release }) => `${release}/${dist}`).sort();
    const ids = debugIds.map(({ debugId, type }) => `${debugId}/${type}`).sort();
    bundles.push(
      JSON.stringify({
        bundleId,
        bytes: createHash('sha1').update(bytes).digest('hex'),
        links,
        ids,
        projects: projects.map(({ slug }) => slug),
      }),
    );
  }
  const releases = [...org.releases.values()].map((release) => ({
    version: release.version,
    projects: release.projects.map(({ slug }) => slug),
    released: release.dateReleased !== undefined,
    deploys: release.deploys.map(({ environment, url }) => ({ environment, url })),
    heads: release.headCommits.map(({ commit, repository }) => `${repository.name}@${commit}`),
  }));
  const refs = org.fetchJobs.map((job) => JSON.stringify({ release: job.release, refs: job.refs }));
  return { releases, bundles, fetched: [...new Set(refs)] };
}

let reference: Promise<Stored> | undefined;

/** What a run without any fault leaves behind. */
export function faultless(): Promise<Stored> {
  reference ??= (async () => {
    const schedule = { faults: [], wait: true, seed: 1 };
    const { close, folder, sandbox } = await startWorld(schedule);
    try {
      const end = await runOnce(sandbox, folder, schedule);
      if (end.failure !== undefined) throw end.failure;
      return await stored(sandbox);
    } finally {
      await close();
    }
  })();
  return reference;
}

/** Runs one schedule to its end. Throws when the promise is broken. */
export async function checkSchedule(schedule: Schedule): Promise<ScheduleResult> {
  const expected = await faultless();
  const { close, folder, sandbox } = await startWorld(schedule);
  try {
    const first = await runOnce(sandbox, folder, schedule);
    if (first.failure?.code === 'internal') throw first.failure;
    if (first.report.result === 'success') assertEqual(await stored(sandbox), expected, 'after a green run');
    else assertNotDoubled(await stored(sandbox));
    assertWholeFiles(folder);
    const hits = sandbox.requests.filter(({ fault }) => fault !== undefined).length;
    const outcome = { first: first.report.result, code: first.failure?.code, hits };
    // After a green run a third of the schedules try the re-run, too; after a red one all do.
    if (first.failure === undefined && schedule.seed % 3 !== 0)
      return { ...outcome, requests: sandbox.requests.length };
    sandbox.faults.clear();
    await sandbox.idle();
    // Sentry remembers the end of a job for ten minutes, a failed one too: the re-run comes after that.
    sandbox.clock.advance(601_000);
    const second = await runOnce(sandbox, folder, schedule);
    if (second.failure !== undefined) throw second.failure;
    assertEqual(await stored(sandbox), expected, 'after the re-run');
    return { ...outcome, requests: sandbox.requests.length };
  } finally {
    await close();
  }
}

function assertEqual(actual: Stored, expected: Stored, when: string): void {
  const [a, b] = [JSON.stringify(actual, undefined, 1), JSON.stringify(expected, undefined, 1)];
  if (a !== b) throw new Error(`Sentry does not hold what it should ${when}.\nIt holds ${a}\ninstead of ${b}`);
}

function assertNotDoubled({ bundles, releases }: Stored): void {
  const deploys = releases.flatMap((release) => (release as { deploys: unknown[] }).deploys);
  if (releases.length > 1 || deploys.length > 1 || bundles.length > 1) {
    throw new Error(`A failed run doubled something: ${JSON.stringify({ releases, bundles })}`);
  }
}

/** A script and its map belong together: both edited, or none. No temporary file is left. */
function assertWholeFiles(folder: string): void {
  const dist = join(folder, 'dist');
  for (const name of readdirSync(dist)) {
    if (!/^(main|vendor)\.js(\.map)?$/.test(name)) throw new Error(`left behind: ${name}`);
    if (name.endsWith('.map')) continue;
    const script = readFileSync(join(dist, name), 'utf8');
    const map = readFileSync(join(dist, `${name}.map`), 'utf8');
    const id = /debugId=([0-9a-f-]{36})/.exec(script)?.[1];
    const mapId = (JSON.parse(map) as { debugId?: string }).debugId;
    if (id !== mapId) throw new Error(`${name} has ${id}, its map ${mapId}`);
  }
}

/** Runs that many schedules of a seed. Answers how often which end was met: `success`, or `failed: <code>`. */
export async function checkSchedules(seed: number, numRuns: number): Promise<ReadonlyMap<string, number>> {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(schedules, async (schedule) => {
      const { code, first } = await checkSchedule(schedule);
      const end = code === undefined ? first : `${first}: ${code}`;
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }),
    { seed, numRuns, endOnFailure: true },
  );
  return ends;
}
