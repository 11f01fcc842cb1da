import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** An official client, and how it is started. */
export interface Peer {
  readonly name: string;
  readonly kind: 'sentry-cli' | 'sentry';
  readonly command: readonly string[];
}

/** What is fetched: package, version, the file that is run. */
const PACKAGES = [
  {
    kind: 'sentry-cli',
    spec: '@sentry/cli@3.8.0',
    folder: 'cli-3.8.0',
    entry: 'node_modules/@sentry/cli/bin/sentry-cli',
  },
  {
    kind: 'sentry-cli',
    spec: '@sentry/cli@2.58.6',
    folder: 'cli-2.58.6',
    entry: 'node_modules/@sentry/cli/bin/sentry-cli',
  },
  { kind: 'sentry', spec: 'sentry@0.49.0', folder: 'sentry-0.49.0', entry: 'node_modules/.bin/sentry' },
] as const;

/** `SANDBOX_PEERS_DIR`, else a folder in the user's cache: never in the tree. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return env['SANDBOX_PEERS_DIR'] || join(base, 'sentry-release-action', 'peers');
}

/** Fetches what is not there yet. */
export function installPeers(cache: string): Peer[] {
  return PACKAGES.map(({ kind, spec, folder, entry }) => {
    const home = join(cache, folder);
    const path = join(home, entry);
    if (!existsSync(path)) fetchPackage(home, spec);
    return { name: spec, kind, command: [process.execPath, path] };
  });
}

function fetchPackage(home: string, spec: string): void {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{"private": true}');
  // The binary comes as an optional dependency; install scripts are not needed for it.
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const { status } = spawnSync('npm', ['install', spec, ...options], { cwd: home, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm could not install ${spec}`);
}
