/**
 * For workflows: starts the sandbox so that it outlives this step, and puts its address, a token and its process id into
 * GITHUB_ENV for the steps that follow. The runner ends it with the job.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'ci-sandbox-'));
// Opens nothing but this sandbox.
const token = `sntryi_${'c1'.repeat(32)}`;
const config = join(folder, 'config.json');
const scopes = ['org:read', 'project:read', 'project:releases'];
writeFileSync(config, JSON.stringify({ tokens: [{ kind: 'integration', org: 'acme', token, scopes }] }));

const cli = join(root, 'sandbox', 'cli.ts');
const child = spawn(process.execPath, ['--import', 'tsx', cli, '--port', '0', '--config', config, '--detached'], {
  cwd: root,
  detached: true,
  stdio: ['ignore', 'pipe', openSync(join(folder, 'stderr.log'), 'a')],
});
let started = false;
const lines = createInterface({ input: child.stdout });
lines.once('line', (line) => {
  started = true;
  const { url } = JSON.parse(line);
  const variables = { SANDBOX_URL: url, SANDBOX_TOKEN: token, SANDBOX_PID: child.pid };
  const text = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  appendFileSync(process.env.GITHUB_ENV, text.join(''));
  process.stdout.write(`sandbox at ${url}\n`);
  lines.close();
  child.stdout.destroy();
  child.unref();
});
child.once('exit', (code) => {
  if (started) return;
  process.stderr.write(`the sandbox did not start (exit code ${code}); see ${join(folder, 'stderr.log')}\n`);
  process.exitCode = 1;
});
