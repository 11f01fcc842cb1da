import { cacheFolder } from './cache.js';
import { type Cost, measure, median } from './measure.js';
import { startServer } from './server.js';
import { ourCommand } from './tools.js';

/** Wall time of a Node that does nothing, in milliseconds: the floor under everything written in JavaScript. */
export async function emptyStartMs(node: string, rounds: number): Promise<number> {
  const costs: number[] = [];
  for (let round = 0; round < rounds * 3; round++) {
    costs.push((await measure([{ argv: [node, '-e', '0'], cwd: cacheFolder('work'), env: {} }])).wallMs);
  }
  return median(costs);
}

/** Medians of a run without source maps: create the release, tell the head commit, deploy, finalize. */
export async function noSourceMaps(dist: string, rounds: number): Promise<Cost> {
  const server = await startServer(['gzip'], false);
  const costs: Cost[] = [];
  try {
    for (let round = 0; round < rounds * 3; round++) {
      const given = {
        release: `bench@1.0.${round}`,
        environment: 'production',
        repo: 'acme/web',
        commit: '1'.repeat(40),
      };
      const inputs = { ...given, set_commits: 'manual' };
      costs.push(await measure([ourCommand(dist, cacheFolder('work'), inputs, server)]));
    }
  } finally {
    await server.close();
  }
  return {
    wallMs: median(costs.map(({ wallMs }) => wallMs)),
    cpuMs: median(costs.map(({ cpuMs }) => cpuMs)),
    rssMb: median(costs.map(({ rssMb }) => rssMb)),
  };
}
