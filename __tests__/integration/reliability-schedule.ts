import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import type { Sandbox } from '../../sandbox/server.js';
import type { RunEnd } from '../../src/run.js';
import { readZip } from '../unit/upload/support/zip-reader.js';
import { ENDPOINTS, type Schedule, schedules } from './reliability-faults.js';
import { history, runOnce, startWorld, type World } from './reliability-world.js';

/**
 * The central promise as a property: whatever goes wrong on the way, the run ends green with everything at Sentry, or red, and
 * then a run without faults completes it. *Everything* is told by the files on the disk and by git, never by what another run
 * sent. Shared by the tests (a few hundred schedules) and scripts/soak.ts (thousands).
 */

/** How a schedule went, for statistics. */
export interface ScheduleResult {
  readonly first: RunEnd['report']['result'];
  readonly code: string | undefined;
  /** Method and path pattern of each request that met a fault. */
  readonly hits: readonly string[];
  readonly requests: number;
}

const VERSION = '1.0.0';
const RUN_URL = 'https://github.com/acme/web/actions/runs/7/attempts/';

/** Runs one schedule to its end. Throws when the promise is broken. */
export async function checkSchedule(schedule: Schedule): Promise<ScheduleResult> {
  const world = await startWorld(schedule);
  const { sandbox } = world;
  try {
    const first = await runOnce(world, schedule);
    if (first.failure?.code === 'internal') throw first.failure;
    assertQuiet(first.log.of('info'), first.report.traffic.waits.length);
    if (first.report.result === 'success') await assertAll(world, schedule, ['1'], 'after a green run');
    else await assertNothingWrong(world);
    assertWholeFiles(world.folder);
    const outcome = { first: first.report.result, code: first.failure?.code, hits: hitsOf(schedule, sandbox) };
    // After a green run a third of the schedules try the re-run, too; after a red one all do.
    if (first.failure === undefined && schedule.seed % 3 !== 0) {
      return { ...outcome, requests: sandbox.requests.length };
    }
    await assertRerun(world, schedule, first.report.result === 'success');
    return { ...outcome, requests: sandbox.requests.length };
  } finally {
    await world.close();
  }
}

/** The job again without faults: the same attempt (the step is repeated), or the next one ("re-run failed jobs"). */
async function assertRerun(world: World, schedule: Schedule, wasGreen: boolean): Promise<void> {
  const { sandbox } = world;
  sandbox.faults.clear();
  await sandbox.idle();
  // Sentry remembers the end of a job for ten minutes, a failed one too: the re-run comes after that.
  sandbox.clock.advance(601_000);
  const attempt = schedule.seed % 2 === 0 ? '2' : '1';
  const second = await runOnce(world, schedule, { GITHUB_RUN_ATTEMPT: attempt });
  if (second.failure !== undefined) throw second.failure;
  const had = wasGreen || deployUrls(sandbox).includes(`${RUN_URL}1`);
  await assertAll(world, schedule, [...new Set([...(had ? ['1'] : []), attempt])], 'after the re-run');
}

function orgOf(sandbox: Sandbox) {
  const org = sandbox.state.organizations.get('acme');
  if (org === undefined) throw new Error('the sandbox has no organization');
  return org;
}

function releasesOf(sandbox: Sandbox) {
  return [...orgOf(sandbox).releases.values()].filter(({ version }) => version !== '0.9.0');
}

function deployUrls(sandbox: Sandbox): readonly (string | undefined)[] {
  return releasesOf(sandbox).flatMap(({ deploys }) => deploys.map(({ url }) => url));
}

/** One release with its commits, one deploy for each of these attempts, one bundle that is the files on the disk. */
async function assertAll(world: World, schedule: Schedule, attempts: readonly string[], when: string): Promise<void> {
  const { sandbox } = world;
  await sandbox.idle();
  const releases = releasesOf(sandbox).map((release) => ({
    version: release.version,
    projects: release.projects.map(({ slug }) => slug),
    released: release.dateReleased !== undefined,
    deploys: release.deploys.map(({ environment, url }) => ({ environment, url })),
    heads: release.headCommits.map(({ commit, repository }) => `${repository.name}@${commit}`),
    commits: release.commits.map(({ author, date, id, message, patchSet, repository }) => ({
      ...{ id, message, author: author?.email, date: Math.floor(date / 1000), repository: repository.name },
      // Which files a commit changed is told with the list; with a ref the provider knows it.
      files: schedule.commits === 'list' ? patchSet.map(({ path, type }) => `${type} ${path}`) : [],
    })),
  }));
  assertEqual(releases, [wholeRelease(schedule, attempts)], when);
  const { bundles } = orgOf(sandbox);
  if (bundles.length !== 1) throw new Error(`Sentry has ${bundles.length} bundles ${when}`);
  await assertBundle(world, when);
}

/** What git and the inputs say. */
function wholeRelease(schedule: Schedule, attempts: readonly string[]) {
  const ours = history().commits.slice(0, -1);
  return {
    version: VERSION,
    projects: ['web'],
    released: true,
    deploys: attempts.map((attempt) => ({ environment: 'production', url: `${RUN_URL}${attempt}` })),
    heads: [`acme/web@${ours[0]?.id}`],
    commits: ours.map(({ files, ...commit }) => ({
      ...{ id: commit.id, message: commit.message, author: commit.author, date: commit.date, repository: 'acme/web' },
      files: schedule.commits === 'list' ? files : [],
    })),
  };
}

/** Every entry of the stored bundle is the file on the disk, byte by byte, under its URL and its debug id; none is missing. */
export async function assertBundle({ folder, sandbox }: World, when: string): Promise<void> {
  for (const bundle of orgOf(sandbox).bundles) {
    const answer = await fetch(`${sandbox.url}/_sandbox/bundles/${bundle.checksum}`);
    const entries = readZip(Buffer.from(await answer.arrayBuffer()));
    const stored = new Map(entries.map(({ data, method, name }) => [name, method === 8 ? inflateRawSync(data) : data]));
    const manifest = JSON.parse(String(stored.get('manifest.json'))) as {
      readonly files: Record<string, ManifestFile>;
    };
    const names = readdirSync(join(folder, 'dist')).sort();
    const paths = names.map((name) => `files/_/_/${name}`);
    assertEqual([...stored.keys()].sort(), [...paths, 'manifest.json'], when);
    assertEqual(Object.keys(manifest.files).sort(), paths, when);
    for (const name of names) {
      const path = `files/_/_/${name}`;
      const local = readFileSync(join(folder, 'dist', name));
      if (stored.get(path)?.equals(local) !== true) throw new Error(`${name} in the bundle is not the file ${when}`);
      const { headers, type, url } = manifest.files[path] ?? {};
      const kind = name.endsWith('.map') ? 'source_map' : 'minified_source';
      assertEqual([type, url, headers?.['debug-id']], [kind, `~/${name}`, debugIdOf(folder, name)], when);
    }
    const links = bundle.releases.map(({ dist, release }) => `${release}/${dist}`);
    const ids = bundle.debugIds.map(({ debugId }) => debugId);
    assertEqual([links, bundle.projects.map(({ slug }) => slug)], [[`${VERSION}/`], ['web']], when);
    assertEqual([...new Set(ids)].sort(), ['main.js', 'vendor.js'].map((name) => debugIdOf(folder, name)).sort(), when);
  }
}

interface ManifestFile {
  readonly type?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** As the file itself says it. */
function debugIdOf(folder: string, name: string): string | undefined {
  const text = readFileSync(join(folder, 'dist', name), 'utf8');
  if (name.endsWith('.map')) return (JSON.parse(text) as { readonly debugId?: string }).debugId;
  return /\/\/# debugId=([0-9a-f-]{36})/.exec(text)?.[1];
}

function assertEqual(actual: unknown, expected: unknown, when: string): void {
  const [a, b] = [JSON.stringify(actual, undefined, 1), JSON.stringify(expected, undefined, 1)];
  if (a !== b) throw new Error(`Sentry does not hold what it should ${when}.\nIt holds ${a}\ninstead of ${b}`);
}

/** A red run may leave things undone, never doubled, and what it did store is right. */
async function assertNothingWrong(world: World): Promise<void> {
  const { sandbox } = world;
  await sandbox.idle();
  const counts = {
    releases: releasesOf(sandbox).length,
    deploys: deployUrls(sandbox).length,
    bundles: orgOf(sandbox).bundles.length,
  };
  if (Object.values(counts).some((count) => count > 1)) {
    throw new Error(`A failed run doubled something: ${JSON.stringify(counts)}`);
  }
  await assertBundle(world, 'after a red run');
}

/** A script and its map belong together: both edited, or none. No temporary file is left. */
function assertWholeFiles(folder: string): void {
  for (const name of readdirSync(join(folder, 'dist'))) {
    if (!/^(main|vendor)\.js(\.map)?$/.test(name)) throw new Error(`left behind: ${name}`);
  }
  for (const name of ['main.js', 'vendor.js']) {
    const [id, mapId] = [debugIdOf(folder, name), debugIdOf(folder, `${name}.map`)];
    if (id !== mapId) throw new Error(`${name} has ${id}, its map ${mapId}`);
  }
}

/** One line for a wait or retry at most, each with what bounds it. */
function assertQuiet(lines: readonly string[], waits: number): void {
  const told = lines.filter((line) => /; (waiting|attempt) \d/.test(line));
  if (told.length > waits) throw new Error(`${told.length} lines for ${waits} waits`);
  const vague = told.find(
    (line) => !/; attempt [2-6] of 6 in \d|; waiting \d.* \(wait \d+ in a row, .* left\)/.test(line),
  );
  if (vague !== undefined) throw new Error(`a wait that does not say what bounds it: ${vague}`);
}

/** Fault ids are counted in the order of the schedule. */
function hitsOf({ faults }: Schedule, sandbox: Sandbox): readonly string[] {
  return sandbox.requests.flatMap(({ fault }) => {
    const match = fault === undefined ? undefined : faults[Number(fault.replace('fault-', '')) - 1]?.match;
    return match === undefined ? [] : [`${String(match.method)} ${match.path}`];
  });
}

/** What a number of schedules came to. */
interface Tally {
  /** How often which end was met: `success`, or `failed: <code>`. */
  readonly ends: ReadonlyMap<string, number>;
  /** How many faults each endpoint met. */
  readonly hits: ReadonlyMap<string, number>;
}

/** Runs that many schedules of a seed. */
async function checkSchedules(seed: number, numRuns: number): Promise<Tally> {
  const ends = new Map<string, number>();
  const hits = new Map<string, number>(ENDPOINTS.map(({ method, path }) => [`${method} ${path}`, 0]));
  await fc.assert(
    fc.asyncProperty(schedules, async (schedule) => {
      const { code, first, hits: met } = await checkSchedule(schedule);
      count(ends, code === undefined ? first : `${first}: ${code}`);
      for (const endpoint of met) count(hits, endpoint);
    }),
    { seed, numRuns, endOnFailure: true },
  );
  return { ends, hits };
}

/** Checks the promise over 150 schedules of this seed, and that they meet enough to say something. */
export async function expectPromiseKept(seed: number): Promise<void> {
  const { ends, hits } = await checkSchedules(seed, 150);
  // Both ends must have been met, and a fault at every endpoint, or the property says little.
  expect(ends.get('success')).toBeGreaterThan(15);
  expect([...ends.keys()].filter((end) => end.startsWith('failed')).length).toBeGreaterThan(1);
  expect([...hits].filter(([, count]) => count === 0)).toEqual([]);
}

/** One more of it. */
export function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
