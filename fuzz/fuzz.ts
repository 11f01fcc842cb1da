/**
 * `npm run fuzz -- SECONDS [SEED]`: mutates inputs of every parser of ours until the time is up, and keeps those that made
 * something new happen. Prints what broke a property, threw what it may not, or took too long, with the input and the seed
 * that give it again; exit code 1 then.
 */
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Chance, mutate } from './mutate.js';
import type { FuzzTarget } from './target.js';
import { PATH_TARGETS } from './targets-paths.js';
import { SANDBOX_TARGETS } from './targets-sandbox.js';
import { SOURCEMAP_TARGETS } from './targets-sourcemaps.js';
import { TEXT_TARGETS } from './targets-text.js';

export const TARGETS: readonly FuzzTarget[] = [
  ...SOURCEMAP_TARGETS,
  ...TEXT_TARGETS,
  ...PATH_TARGETS,
  ...SANDBOX_TARGETS,
];

/** Inputs are at most 4 KiB: whatever takes this long on them is not linear. */
const SLOW_MS = 250;
const MAX_CORPUS = 2_000;

export interface FuzzResult {
  readonly executions: number;
  readonly corpus: number;
  readonly failure: { readonly input: Buffer; readonly reason: string } | undefined;
}

/** Fuzzes one target until `until` (Unix milliseconds) or `executions` are reached. */
export async function fuzz(target: FuzzTarget, seed: number, until: number, executions: number): Promise<FuzzResult> {
  const chance = new Chance(seed);
  const bytesOf = (text: string) => Buffer.from(text, target.encoding ?? 'utf8');
  const dictionary = target.dictionary.map(bytesOf);
  const corpus: Buffer[] = target.seeds.map(bytesOf);
  const seen = new Set<string>();
  let done = 0;
  for (; done < executions && Date.now() < until; done += 1) {
    const fresh = corpus[done];
    const base = fresh ?? corpus[chance.below(corpus.length)] ?? Buffer.alloc(0);
    const input = fresh ?? mutate(base, chance, dictionary, corpus[chance.below(corpus.length)] ?? base);
    const from = performance.now();
    try {
      const outcome = await target.run(input);
      if (!seen.has(outcome) && corpus.length < MAX_CORPUS) {
        seen.add(outcome);
        corpus.push(input);
      }
    } catch (thrown) {
      const reason = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
      return { executions: done, corpus: corpus.length, failure: { input, reason } };
    }
    const took = performance.now() - from;
    if (took > SLOW_MS && (await slowAgain(target, input))) {
      return { executions: done, corpus: corpus.length, failure: { input, reason: `took ${Math.round(took)} ms` } };
    }
  }
  return { executions: done, corpus: corpus.length, failure: undefined };
}

/** On a busy machine anything can be slow once. */
async function slowAgain(target: FuzzTarget, input: Buffer): Promise<boolean> {
  const from = performance.now();
  await target.run(input);
  return performance.now() - from > SLOW_MS;
}

/** Heap in use after a collection: what is still there was leaked, or is kept on purpose. */
function heapMegabytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return Math.round(process.memoryUsage().heapUsed / 1e5) / 10;
}

async function main(): Promise<void> {
  const seconds = Number(process.argv[2] ?? 30);
  const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
  process.stdout.write(`${TARGETS.length} targets, ${seconds} s, seed ${seed}, heap ${heapMegabytes()} MB\n`);
  let total = 0;
  for (const target of TARGETS) {
    const result = await fuzz(target, seed, Date.now() + (seconds * 1000) / TARGETS.length, Number.POSITIVE_INFINITY);
    total += result.executions;
    process.stdout.write(
      `${target.name}: ${result.executions} executions, corpus ${result.corpus}, heap ${heapMegabytes()} MB\n`,
    );
    if (result.failure !== undefined) {
      process.exitCode = 1;
      const { input, reason } = result.failure;
      process.stdout.write(`  FAILED on ${JSON.stringify(input.toString('latin1'))} (latin1)\n  ${reason}\n`);
    }
  }
  process.stdout.write(`${total} executions, heap ${heapMegabytes()} MB\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
