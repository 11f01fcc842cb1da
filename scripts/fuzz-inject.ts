/**
 * Injects scripts and maps that were damaged at random, and holds every outcome against independent checks: no crash, no
 * hang, no damaged file, a named reason for what is refused, and nothing refused that is sound.
 *
 *     node --import tsx scripts/fuzz-inject.ts [RUNS=100000] [SEED=1]
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { processUnit } from '../src/sourcemaps/process.js';
import type { SourceFile, Unit, UnitResult } from '../src/sourcemaps/types.js';
import { judgeMap } from './fuzz-judge.js';
import { mutate, type Random, randomFrom, seedPairs } from './fuzz-mutate.js';
import { Folder } from './inject-run.js';

export interface FuzzOutcome {
  readonly runs: number;
  /** How units ended, by kind of diagnosis. */
  readonly endings: Readonly<Record<string, number>>;
  /** What must not happen, with the seed and run that shows it. */
  readonly failures: readonly string[];
  readonly slowestMs: number;
}

const LONGEST_MS = 2000;

export function fuzzInject(runs: number, seed: number, mostFailures = 5): FuzzOutcome {
  const random = randomFrom(seed);
  const pairs = seedPairs();
  const folder = new Folder();
  const endings: Record<string, number> = {};
  const failures: string[] = [];
  let slowestMs = 0;
  try {
    for (let run = 0; run < runs && failures.length < mostFailures; run++) {
      const { js, map } = damage(pairs, random);
      const start = performance.now();
      const outcome = injectPair(folder, js, map);
      slowestMs = Math.max(slowestMs, performance.now() - start);
      for (const problem of outcome.problems) failures.push(`seed ${seed}, run ${run}: ${problem}`);
      for (const kind of outcome.kinds) endings[kind] = (endings[kind] ?? 0) + 1;
    }
  } finally {
    folder.remove();
  }
  if (slowestMs > LONGEST_MS) failures.push(`one unit took ${Math.round(slowestMs)} ms`);
  return { runs, endings, failures, slowestMs };
}

function damage(pairs: ReturnType<typeof seedPairs>, random: Random) {
  const pair = random.pick(pairs);
  const other = random.pick(pairs);
  const which = random.below(4);
  return {
    js: which === 0 ? pair.js : mutate(pair.js, other.js, random),
    map: pair.map === undefined ? undefined : which === 1 ? pair.map : mutate(pair.map, other.map ?? pair.map, random),
  };
}

interface PairOutcome {
  readonly kinds: readonly string[];
  readonly problems: readonly string[];
}

function injectPair(folder: Folder, js: Buffer, map: Buffer | undefined): PairOutcome {
  const paths = { js: join(folder.root, 'a.js'), map: join(folder.root, 'a.js.map') };
  writeFileSync(paths.js, js);
  if (map !== undefined) writeFileSync(paths.map, map);
  const unit: Unit = {
    js: planned(paths.js, 'a.js', 'js'),
    ...(map === undefined ? {} : { map: planned(paths.map, 'a.js.map', 'map') }),
  };
  const options = {
    inject: true,
    dryRun: false,
    stripPrefix: [],
    workspace: folder.root,
    workingDirectory: folder.root,
  };
  try {
    const result = processUnit(unit, options);
    const after = { js: readFileSync(paths.js), map: map === undefined ? undefined : readFileSync(paths.map) };
    const kinds = result.diagnoses.map(({ kind }) => kind);
    return { kinds, problems: judge(result, { js, map }, after, kinds) };
  } catch (error) {
    return { kinds: ['thrown'], problems: [`threw ${(error as Error).stack}`] };
  } finally {
    if (map !== undefined) rmSync(paths.map, { force: true });
  }
}

function planned(path: string, name: string, kind: 'js' | 'map'): SourceFile {
  const { size, mtimeMs } = statSync(path);
  return { path, name, url: `~/${name}`, size, mtimeMs, kind };
}

interface Pair {
  readonly js: Buffer;
  readonly map: Buffer | undefined;
}

function judge(result: UnitResult, before: Pair, after: Pair, kinds: readonly string[]): string[] {
  const problems: string[] = [];
  const mapRefused = kinds.includes('map-broken');
  const unchanged = after.js.equals(before.js) && (before.map === undefined || after.map?.equals(before.map) === true);
  if (result.artifacts.length === 0) {
    if (!unchanged) problems.push('a file of a skipped unit was changed');
    if (result.diagnoses.every(({ message }) => message.length < 10)) problems.push('no reason was given');
  } else {
    problems.push(...judgeScript(before.js, after.js));
    const uploaded = Buffer.concat(result.artifacts[0]?.pieces ?? []);
    if (!uploaded.equals(after.js)) problems.push('the uploaded script is not the one on disk');
  }
  if (before.map !== undefined) problems.push(...judgeMap(before.map, after.map, mapRefused, kinds));
  return problems;
}

const INJECTED = /(?:;void function\(\)\{try\{[^\n]*?\}catch\(e\)\{\}\}\(\);)?(?:\r?\n)?/;

/** What was there is still there, in order; what ran before still compiles. */
function judgeScript(before: Buffer, after: Buffer): string[] {
  if (after.equals(before)) return [];
  // A map inside the script is edited in place; the judge of maps has its say on maps in files.
  const visible = (code: Buffer) => code.toString('latin1').replace(/(sourceMappingURL=data:[^,\s]*,)\S*/gi, '$1');
  const text = visible(after);
  const old = visible(before);
  let same = 0;
  while (same < old.length && old[same] === text[same]) same++;
  // The snippet may share its first characters with the code behind it.
  const places = [text.indexOf(';void function(){try{'), same].filter((at) => at >= 0 && at <= same);
  const kept = places.some((at) => {
    const rest = text.slice(at).replace(INJECTED, '');
    return [rest, text.slice(at)].some((tail) => holds(tail, old.slice(at)));
  });
  if (!kept && !old.includes('sourceMappingURL=data:'))
    return [`the script lost something: ${JSON.stringify(old)} became ${JSON.stringify(text)}`];
  return compiles(before) && !compiles(after) ? ['the script no longer compiles'] : [];
}

function holds(tail: string, old: string): boolean {
  return (
    tail.startsWith(old) &&
    /^(?:\r?\n)?(?:;void[^\n]*\r?\n)?(?:\/\/# debugId=[0-9a-f-]{36}\r?\n)?$/.test(tail.slice(old.length))
  );
}

function compiles(code: Buffer): boolean {
  try {
    new Script(code.toString('utf8').replace(/^\ufeff/, ''));
    return true;
  } catch {
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [runs = '100000', seed = '1'] = process.argv.slice(2);
  const outcome = fuzzInject(Number(runs), Number(seed));
  console.log(`${outcome.runs} runs, seed ${seed}, slowest unit ${outcome.slowestMs.toFixed(1)} ms`);
  for (const [kind, count] of Object.entries(outcome.endings).sort()) console.log(`  ${kind}: ${count}`);
  for (const failure of outcome.failures) console.log(`FAILED ${failure}`);
  process.exitCode = outcome.failures.length === 0 ? 0 : 1;
}
