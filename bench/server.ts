import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cacheFolder, node24 } from './cache.js';

const root = join(fileURLToPath(import.meta.url), '..', '..');

/** Counters of what the server saw (sandbox/stats.ts). */
export interface ServerStats {
  readonly requests: number;
  readonly bytesIn: number;
  readonly chunks: number;
}

/** The sandbox in its fast mode, in a process of its own. */
export interface BenchServer {
  readonly url: string;
  readonly token: string;
  stats(): Promise<ServerStats>;
  close(): Promise<void>;
}

/** Starts a server that knows no chunk yet and offers these encodings. */
export async function startServer(compression: readonly string[], isFast = true): Promise<BenchServer> {
  const config = join(cacheFolder('work'), `sandbox-${compression.join('-')}.json`);
  writeFileSync(config, JSON.stringify({ options: { compression, selfHosted: true } }));
  const args = ['--import', 'tsx', 'sandbox/cli.ts', '--port', '0', '--config', config, ...(isFast ? ['--fast'] : [])];
  const child = spawn(node24(), args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines = createInterface({ input: child.stdout });
  const line = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)));
  });
  const { url } = JSON.parse(line) as { url: string };
  const [{ token }] = (await getJson(`${url}/_sandbox/tokens`)) as [{ token: string }];
  return {
    url,
    token,
    stats: async () => (await getJson(`${url}/_sandbox/stats`)) as ServerStats,
    close: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  return response.json();
}
