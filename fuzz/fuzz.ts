/**
 * `npm run fuzz -- SECONDS [SEED] [TARGET]`: mutates inputs of every parser of ours until the time is up, and keeps those that
 * made something new happen. Prints what broke a property, threw what it may not, took too long, or kept memory, with the input
 * and the seed that give it again; exit code 1 then. README.md says what is fuzzed and what was found.
 */
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Chance, mutate } from './mutate.js';
import type { FuzzTarget } from './target.js';
import { BUILD_FILE_TARGETS } from './targets-build-files.js';
import { COMMIT_TARGETS } from './targets-commits.js';
import { PATH_TARGETS } from './targets-paths.js';
import { SANDBOX_TARGETS } from './targets-sandbox.js';
import { SERVER_TARGETS } from './targets-server.js';
import { SOURCEMAP_TARGETS } from './targets-sourcemaps.js';
import { TEXT_TARGETS } from './targets-text.js';
import { Watchdog } from './watchdog.js';

export const TARGETS: readonly FuzzTarget[] = [
  ...SOURCEMAP_TARGETS,
  ...TEXT_TARGETS,
  ...PATH_TARGETS,
  ...SERVER_TARGETS,
  ...COMMIT_TARGETS,
  ...BUILD_FILE_TARGETS,
  ...SANDBOX_TARGETS,
];

/** Inputs are at most 4 KiB: whatever takes this long on them is not linear. */
const SLOW_MS = 250;
/** Now and then an input is repeated up to this length: what is quadratic shows there. */
const BIG_BYTES = 128 * 1024;
const BIG_EVERY = 500;
const BIG_SLOW_MS = 2_000;
const MAX_CORPUS = 2_000;
/** What a target may leave behind: compiled code, not inputs. */
const KEPT_MEGABYTES = 8;

export interface FuzzResult {
  readonly executions: number;
  readonly corpus: number;
  readonly failure: { readonly input: Buffer; readonly reason: string } | undefined;
}

export interface FuzzLimits {
  /** Unix milliseconds. */
  readonly until: number;
  readonly executions: number;
  /** What a big input may take. @default 2_000 */
  readonly bigMs?: number;
}

/** Fuzzes one target until the first of the limits is reached. */
export async function fuzz(
  target: FuzzTarget,
  seed: number,
  { until, executions, bigMs = BIG_SLOW_MS }: FuzzLimits,
  watchdog?: Watchdog,
): Promise<FuzzResult> {
  const chance = new Chance(seed);
  const bytesOf = (text: string) => Buffer.from(text, target.encoding ?? 'utf8');
  const dictionary = target.dictionary.map(bytesOf);
  const corpus: Buffer[] = target.seeds.map(bytesOf);
  const seen = new Set<string>();
  let done = 0;
  for (; done < executions && Date.now() < until; done += 1) {
    const fresh = corpus[done];
    const base = fresh ?? corpus[chance.below(corpus.length)] ?? Buffer.alloc(0);
    const small = fresh ?? mutate(base, chance, dictionary, corpus[chance.below(corpus.length)] ?? base);
    const big = done % BIG_EVERY === BIG_EVERY - 1 && small.length > 0;
    const input = big ? Buffer.alloc(BIG_BYTES, small) : small;
    watchdog?.note(input);
    const { outcome, reason } = await execute(target, input, big ? bigMs : SLOW_MS);
    if (reason !== undefined) return { executions: done, corpus: corpus.length, failure: { input, reason } };
    if (!big && !seen.has(outcome) && corpus.length < MAX_CORPUS) {
      seen.add(outcome);
      corpus.push(input);
    }
  }
  return { executions: done, corpus: corpus.length, failure: undefined };
}

/** One execution, and what is wrong with it. */
async function execute(
  target: FuzzTarget,
  input: Buffer,
  slowMs: number,
): Promise<{ readonly outcome: string; readonly reason?: string }> {
  const from = performance.now();
  try {
    const outcome = await target.run(input);
    const took = performance.now() - from;
    if (took > slowMs && (await slowAgain(target, input, slowMs))) {
      return { outcome, reason: `took ${Math.round(took)} ms` };
    }
    const added = Object.keys(Object.prototype);
    return added.length === 0 ? { outcome } : { outcome, reason: `gave every object the key ${added.join()}` };
  } catch (thrown) {
    return { outcome: '', reason: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
  }
}

/** On a busy machine anything can be slow now and then, what waits for the disk most of all: the fastest of a few counts. */
async function slowAgain(target: FuzzTarget, input: Buffer, slowMs: number): Promise<boolean> {
  for (let times = 0; times < 4; times += 1) {
    const from = performance.now();
    await target.run(input);
    if (performance.now() - from <= slowMs) return false;
  }
  return true;
}

/** Heap in use after a collection: what is still there was leaked, or is kept on purpose. */
function heapMegabytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Compiled regular expressions are kept for a few collections.
  for (let times = 0; times < 4; times += 1) collect();
  return Math.round(process.memoryUsage().heapUsed / 1e5) / 10;
}

async function main([
  ,
  ,
  time = '30',
  number = String(Date.now() % 1_000_000),
  only,
]: readonly string[]): Promise<void> {
  const [seconds, seed] = [Number(time), Number(number)];
  const targets = TARGETS.filter(({ name }) => only === undefined || name === only);
  const watchdog = new Watchdog();
  const print = (text: string) => process.stdout.write(`${text}\n`);
  print(`${targets.length} targets, ${seconds} s, seed ${seed}, heap ${heapMegabytes()} MB`);
  let total = 0;
  for (const target of targets) {
    const before = heapMegabytes();
    const until = Date.now() + (seconds * 1000) / targets.length;
    const { corpus, executions, failure } = await fuzz(target, seed, { until, executions: Infinity }, watchdog);
    total += executions;
    const after = heapMegabytes();
    print(`${target.name}: ${executions} executions, corpus ${corpus}, heap ${before} to ${after} MB`);
    const kept = after - before > KEPT_MEGABYTES;
    if (kept || failure !== undefined) process.exitCode = 1;
    if (kept) print(`  FAILED: it keeps memory`);
    if (failure === undefined) continue;
    print(`  FAILED on ${JSON.stringify(failure.input.toString('latin1'))} (latin1)\n  ${failure.reason}`);
  }
  print(`${total} executions, heap ${heapMegabytes()} MB`);
  await watchdog.end();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv);
