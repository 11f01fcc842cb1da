import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where downloads and corpora are kept between runs: outside of the tree, so that neither git nor the build sees them. */
export const CACHE =
  process.env['SENTRY_RELEASE_BENCH_CACHE'] ?? join(homedir() || tmpdir(), '.cache', 'sentry-release-bench');

/** A folder of the cache. */
export function cacheFolder(...path: readonly string[]): string {
  const folder = join(CACHE, ...path);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Installs npm packages of exact versions into the cache, once. Returns the path of their `node_modules`. */
export function installPackages(name: string, packages: Readonly<Record<string, string>>): string {
  const folder = cacheFolder('packages', name);
  const modules = join(folder, 'node_modules');
  if (existsSync(join(folder, 'installed'))) return modules;
  const spec = { private: true, dependencies: packages };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(spec));
  process.stderr.write(`Fetching ${Object.keys(packages).join(', ')}…\n`);
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps', '--no-package-lock'];
  const { status } = spawnSync('npm', ['install', ...flags], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`npm install of ${name} failed`);
  writeFileSync(join(folder, 'installed'), '');
  return modules;
}

/** The Node that GitHub's runners use. Its path, fetched on demand; the running Node where it is that version already. */
export function node24(): string {
  if (process.versions.node.startsWith('24.')) return process.execPath;
  const platform = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const modules = installPackages('node24', { [platform]: '24' });
  return join(modules, platform, 'bin', 'node');
}
