import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { cacheFolder, installPackages, node24 } from './cache.js';
import type { Command } from './measure.js';
import type { BenchServer } from './server.js';

const root = join(fileURLToPath(import.meta.url), '..', '..');

export type ToolName = 'us' | 'sentry-cli 3.8.0' | 'sentry-cli 2.58.6' | 'sentry 0.49.0';

/** One side of the comparison: the commands that inject and upload a folder. */
export interface Tool {
  readonly name: ToolName;
  commands(folder: string, release: string, server: BenchServer): readonly Command[];
}

/** The tools, fetched where they are not there. `dist` is the built action. */
export function tools(names: readonly ToolName[], dist: string): readonly Tool[] {
  return names.map((name) => (name === 'us' ? ourTool(dist) : name === 'sentry 0.49.0' ? sentryTs() : sentryCli(name)));
}

/** Environment that makes every tool talk to the bench's server and nobody else. */
function account({ url, token }: BenchServer): Record<string, string> {
  return { SENTRY_URL: `${url}/`, SENTRY_AUTH_TOKEN: token, SENTRY_ORG: 'acme', SENTRY_PROJECT: 'web' };
}

function sentryCli(name: 'sentry-cli 3.8.0' | 'sentry-cli 2.58.6'): Tool {
  const version = name.slice('sentry-cli '.length);
  const modules = installPackages(`sentry-cli-${version}`, { '@sentry/cli': version });
  const binary = join(modules, '@sentry', `cli-${process.platform}-${process.arch}`, 'bin', 'sentry-cli');
  return {
    name,
    commands: (folder, release, server) => {
      const env = { ...account(server), SENTRY_DISABLE_UPDATE_CHECK: '1', SENTRY_NO_PROGRESS_BAR: '1' };
      const command = (...args: string[]): Command => ({ argv: [binary, 'sourcemaps', ...args], cwd: folder, env });
      return [command('inject', '.'), command('upload', '--release', release, '.')];
    },
  };
}

function sentryTs(): Tool {
  const modules = installPackages('sentry-0.49.0', { sentry: '0.49.0' });
  const script = join(modules, '.bin', 'sentry');
  return {
    name: 'sentry 0.49.0',
    commands: (folder, release, server) => [
      {
        argv: [node24(), script, 'sourcemap', 'upload', '--release', release, '.'],
        cwd: folder,
        env: { ...account(server), SENTRY_CLI_NO_TELEMETRY: '1', DO_NOT_TRACK: '1' },
      },
    ],
  };
}

interface ActionYaml {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
}

/** What the runner sets for the action's inputs: the defaults of action.yml, then what a workflow gives. */
export function actionInputs(given: Readonly<Record<string, string>>): Record<string, string> {
  const { inputs } = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as ActionYaml;
  const all = Object.entries(inputs).map(([name, input]) => [name, input.default ?? ''] as const);
  const values = { ...Object.fromEntries(all), ...given };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
}

/** Our action as the runner starts it. */
export function ourCommand(
  dist: string,
  folder: string,
  given: Readonly<Record<string, string>>,
  server: BenchServer,
): Command {
  const { url, token } = server;
  return {
    argv: [node24(), dist],
    cwd: folder,
    env: {
      ...actionInputs({ auth_token: token, url, org: 'acme', projects: 'web', ...given }),
      GITHUB_WORKSPACE: folder,
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'acme/web',
      GITHUB_SHA: '1'.repeat(40),
      GITHUB_RUN_ID: '1',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_SERVER_URL: 'https://github.com',
      RUNNER_TEMP: cacheFolder('work', 'runner-temp'),
    },
  };
}

function ourTool(dist: string): Tool {
  return {
    name: 'us',
    commands: (folder, release, server) => [
      ourCommand(
        dist,
        folder,
        { release, sourcemaps: '.', create_release: 'false', set_commits: 'skip', ignore: '' },
        server,
      ),
    ],
  };
}

/** The script that only does what the bytes themselves ask for (limit.mjs). */
export function limitCommand(folder: string, encoding: string): Command {
  return { argv: [node24(), join(root, 'bench', 'limit.mjs'), folder, encoding], cwd: folder, env: {} };
}
