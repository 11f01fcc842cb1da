/**
 * `npm run bench -- [--corpus small,medium,large,many] [--tools us,…] [--encoding zstd,gzip] [--rounds 3] [--dist FILE]
 * [--work FOLDER] [--out RESULTS.md]`: uploads the same builds with every tool in turn and compares. See bench/README.md.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder, node24 } from './cache.js';
import { type Corpus, type CorpusName, changeOnePercent, corpus, freshCopy } from './corpora.js';
import { type Cost, measure } from './measure.js';
import { emptyStartMs, noSourceMaps } from './no-source-maps.js';
import { type Measurement, renderResults, renderTable } from './results.js';
import { type BenchServer, type ServerStats, startServer } from './server.js';
import { limitCommand, type Tool, type ToolName, tools } from './tools.js';

/** The builds a project uploads one after another to the same server. */
export const SCENARIOS = ['cold', 'warm', 'again', 'next'] as const;
export type Scenario = (typeof SCENARIOS)[number];

const ALL_TOOLS: readonly ToolName[] = ['us', 'sentry-cli 3.8.0', 'sentry-cli 2.58.6', 'sentry 0.49.0'];

interface Plan {
  readonly corpora: readonly CorpusName[];
  readonly tools: readonly Tool[];
  readonly encodings: readonly string[];
  readonly rounds: number;
  readonly work: string;
}

/** Runs one tool through all scenarios against a server of its own. */
async function runTool(tool: Tool, build: Corpus, encoding: string, work: string): Promise<readonly Measurement[]> {
  const server = await startServer(encoding === 'zstd' ? ['gzip', 'zstd'] : ['gzip']);
  const folder = join(work, 'build');
  const results: Measurement[] = [];
  try {
    for (const scenario of SCENARIOS) {
      if (scenario !== 'again') freshCopy(build, folder);
      if (scenario === 'next') changeOnePercent(folder);
      const release = scenario === 'next' ? 'bench@2' : 'bench@1';
      const { cost, traffic } = await runOnce(server, () => measure(tool.commands(folder, release, server)));
      results.push({ corpus: build.name, tool: tool.name, encoding, scenario, ...cost, ...traffic });
      process.stderr.write(`${renderTable(results.slice(-1)).split('\n').at(-1)}\n`);
    }
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}

type Traffic = Pick<Measurement, 'sentMb' | 'requests' | 'chunks'>;

async function runOnce(server: BenchServer, run: () => Promise<Cost>): Promise<{ cost: Cost; traffic: Traffic }> {
  const before = await server.stats();
  const cost = await run();
  const after = await server.stats();
  const grown = (key: keyof ServerStats): number => after[key] - before[key];
  // Of the requests one is the bench's own question.
  return { cost, traffic: { sentMb: grown('bytesIn') / 1e6, requests: grown('requests'), chunks: grown('chunks') } };
}

async function runLimit(build: Corpus, encoding: string, work: string): Promise<Measurement> {
  const folder = join(work, 'build');
  freshCopy(build, folder);
  const cost = await measure([limitCommand(folder, encoding)]);
  rmSync(folder, { recursive: true, force: true });
  return { corpus: build.name, tool: 'limit', encoding, scenario: 'cold', ...cost, sentMb: 0, requests: 0, chunks: 0 };
}

async function runAll({ corpora, tools: all, encodings, rounds, work }: Plan): Promise<readonly Measurement[]> {
  const results: Measurement[] = [];
  for (const build of corpora.map(corpus)) {
    process.stderr.write(`${build.name}: ${build.files} files, ${(build.bytes / 1e6).toFixed(0)} MB\n`);
    for (let round = 1; round <= rounds; round++) {
      for (const encoding of encodings) {
        // The tools take turns within a round, so that a slow spell of the machine hits all of them.
        for (const tool of all) results.push(...(await runTool(tool, build, encoding, work)));
        results.push(await runLimit(build, encoding, work));
      }
    }
  }
  return results;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      corpus: { type: 'string', default: 'small,medium' },
      tools: { type: 'string', default: ALL_TOOLS.join(',') },
      encoding: { type: 'string', default: 'zstd' },
      rounds: { type: 'string', default: '3' },
      dist: { type: 'string', default: 'dist/index.js' },
      work: { type: 'string', default: cacheFolder('work') },
      out: { type: 'string' },
    },
  });
  const dist = resolve(values.dist);
  const names = values.tools.split(',') as ToolName[];
  const plan: Plan = {
    corpora: values.corpus.split(',').filter((name) => name !== 'none') as CorpusName[],
    tools: tools(names, dist),
    encodings: values.encoding.split(','),
    rounds: Number(values.rounds),
    work: resolve(values.work),
  };
  const results = await runAll(plan);
  const startUp = values.corpus.split(',').includes('none')
    ? { emptyMs: await emptyStartMs(node24(), plan.rounds), ours: await noSourceMaps(dist, plan.rounds) }
    : undefined;
  const text = renderResults(results, startUp);
  process.stdout.write(`${text}\n`);
  if (values.out !== undefined) writeFileSync(values.out, text);
}

await main();
