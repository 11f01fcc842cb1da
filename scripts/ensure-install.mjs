/**
 * Runs `npm ci` when the packages are not there yet, so that a fresh clone needs one command only: every script of package.json
 * begins with this. Warnings of npm are left out: about another npm's settings or a development package's wishes, they only worry.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
// The marker npm writes last: a half-finished install has the folder but not this file.
if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) {
  process.stderr.write('Installing packages (npm ci)…\n');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
