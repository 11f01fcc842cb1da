import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * `node --import tsx sandbox/load.ts [chunks] [bytes each] [connections]`: sends chunks through many connections at once into
 * a sandbox of its own process, then assembles them all, and reports how far that process's memory grew. Exit code 1 above 200 MB,
 * when a chunk is missing, or when assemble does not come to its end.
 */
const CHUNKS = Number(process.argv[2] ?? 20_000);
const CHUNK_BYTES = Number(process.argv[3] ?? 107_375);
const CONNECTIONS = Number(process.argv[4] ?? 100);
const PER_REQUEST = 32;
const MAX_GROWTH_MB = 200;
const TOKEN = 'sntryi_load';

interface Target {
  readonly child: ChildProcess;
  readonly url: string;
}

async function start(folder: string): Promise<Target> {
  const config = join(folder, 'config.json');
  const tokens = [{ kind: 'integration', token: TOKEN, scopes: ['project:releases'] }];
  writeFileSync(config, JSON.stringify({ tokens, options: { selfHosted: true, keepAliveTimeoutMs: 120_000 } }));
  const cli = new URL('./cli.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', cli, '--port', '0', '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: (JSON.parse(line.toString()) as { url: string }).url };
}

async function residentMb(url: string): Promise<number> {
  const response = await fetch(`${url}/_sandbox/stats`, { headers: { Connection: 'close' } });
  const stats = (await response.json()) as { rss: number };
  return stats.rss / 1e6;
}

/** One form with as many different chunks; returns their names. */
function makeForm(count: number): { body: Buffer; names: string[] } {
  const pieces: Buffer[] = [];
  const names: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const content = randomFillSync(Buffer.allocUnsafe(CHUNK_BYTES));
    const name = createHash('sha1').update(content).digest('hex');
    names.push(name);
    const head = `--load\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
    pieces.push(Buffer.from(head), content, Buffer.from('\r\n'));
  }
  return { body: Buffer.concat([...pieces, Buffer.from('--load--\r\n')]), names };
}

function post(agent: Agent, url: string, type: string, body: Buffer): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': type, 'Content-Length': body.length };
    const call = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.on('data', (piece: Buffer) => {
        text += piece.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

async function sendAll(url: string, agent: Agent): Promise<string[]> {
  const names: string[] = [];
  let left = CHUNKS;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      const count = Math.min(PER_REQUEST, left);
      left -= count;
      const form = makeForm(count);
      const type = 'multipart/form-data; boundary=load';
      const { status, text } = await post(agent, `${url}/api/0/organizations/acme/chunk-upload/`, type, form.body);
      if (status !== 200) throw new Error(`chunk request: ${status} ${text}`);
      names.push(...form.names);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return names;
}

/** Sends the whole list, as a client does, and waits for the end. The bytes are no bundle: the state says so. */
async function assemble(url: string, agent: Agent, chunks: readonly string[]): Promise<string> {
  const body = Buffer.from(JSON.stringify({ checksum: '0'.repeat(40), chunks, projects: ['web'] }));
  for (;;) {
    const { text } = await post(
      agent,
      `${url}/api/0/organizations/acme/artifactbundle/assemble/`,
      'application/json',
      body,
    );
    const answer = JSON.parse(text) as { state: string; detail: string | null };
    if (['error', 'ok', 'not_found'].includes(answer.state)) return `${answer.state}: ${answer.detail}`;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-load-'));
  const { child, url } = await start(folder);
  let watch: NodeJS.Timeout | undefined;
  try {
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    const before = await residentMb(url);
    let peak = before;
    watch = setInterval(() => {
      // A question lost among a hundred connections is asked again in a moment.
      residentMb(url).then(
        (mb) => {
          peak = Math.max(peak, mb);
        },
        () => undefined,
      );
    }, 200);
    const started = Date.now();
    const names = await sendAll(url, agent);
    const sentMs = Date.now() - started;
    const state = await assemble(url, agent, names);
    agent.destroy();
    const stats = (await (await fetch(`${url}/_sandbox/stats`)).json()) as Record<string, number>;
    console.log(
      `${names.length} chunks, ${(names.length * CHUNK_BYTES) / 2 ** 30} GiB, ${CONNECTIONS} connections, ${sentMs} ms`,
    );
    console.log(`peak of open requests: ${stats['peakConcurrency']}; assemble ended in ${state}`);
    console.log(
      `resident memory: ${before.toFixed(0)} MB before, ${peak.toFixed(0)} MB at most, +${(peak - before).toFixed(0)} MB`,
    );
    const defects = [
      ...(peak - before <= MAX_GROWTH_MB ? [] : [`it grew by more than ${MAX_GROWTH_MB} MB`]),
      // The bytes are random: an assemble that has them all finds no bundle in them; `not_found` would be a chunk that is missing.
      ...(names.length === CHUNKS && state.startsWith('error: ') ? [] : [`assemble ended in ${state}`]),
    ];
    for (const defect of defects) console.error(`load: ${defect}`);
    console.log(`limit: +${MAX_GROWTH_MB} MB; ${defects.length === 0 ? 'kept' : 'not kept'}`);
    if (defects.length > 0) process.exitCode = 1;
  } finally {
    clearInterval(watch);
    child.kill('SIGTERM');
    await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(`load: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
