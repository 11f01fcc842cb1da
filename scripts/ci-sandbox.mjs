/**
 * For workflows: starts the sandbox so that it outlives this step, and puts its address and a token into GITHUB_ENV for the
 * steps that follow. The runner ends it with the job.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'sandbox', 'cli.ts'), '--port', '0'], {
  cwd: root,
  detached: true,
  stdio: ['ignore', 'pipe', openSync(join(tmpdir(), 'sandbox.log'), 'a')],
});
const lines = createInterface({ input: child.stdout });
lines.once('line', (line) => {
  const { url, token } = JSON.parse(line);
  appendFileSync(process.env.GITHUB_ENV, `SANDBOX_URL=${url}\nSANDBOX_TOKEN=${token}\n`);
  process.stdout.write(`sandbox at ${url}\n`);
  lines.close();
  child.stdout.destroy();
  child.unref();
});
