/**
 * Prints the path of a Node 24 binary: this one when it is 24, else the one of the npm package `node-<os>-<cpu>`, installed
 * once into a cache folder outside the tree.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const MAJOR = '24';

function main() {
  if (process.versions.node.split('.')[0] === MAJOR) return process.execPath;
  const os = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${os}-${process.arch}`;
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'sentry-release-action', `node${MAJOR}`);
  const binary = join(cache, 'node_modules', name, 'bin', os === 'win' ? 'node.exe' : 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'package.json'), '{"private":true}\n');
  const { status } = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${MAJOR}`], {
    cwd: cache,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0 || !existsSync(binary)) throw new Error(`could not install ${name}@${MAJOR}`);
  return binary;
}

process.stdout.write(`${main()}\n`);
