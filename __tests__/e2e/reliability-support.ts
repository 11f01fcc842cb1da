import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxConfig } from '../../sandbox/config.js';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import { writeWithMap } from '../support/workspace.js';
import { type RunOptions, type RunResult, runAction } from './harness.js';

/** A sandbox, a build to upload, and the action as the runner starts it. */
export interface Scene {
  readonly sandbox: Sandbox;
  readonly folder: string;
  /** Runs the bundle with what every test here needs; `inputs` and `env` on top. */
  run(options?: Partial<RunOptions>): Promise<RunResult>;
  posts(suffix: string): Sandbox['requests'];
  org(): NonNullable<ReturnType<Sandbox['state']['organizations']['get']>>;
  close(): Promise<void>;
}

/** @param bytes size of the build, of text that does not compress to nothing */
export async function scene(config: SandboxConfig = {}, bytes = 20_000): Promise<Scene> {
  const sandbox = await startSandbox(config);
  const folder = mkdtempSync(join(tmpdir(), 'reliability-'));
  writeFiles(folder, bytes);
  return {
    sandbox,
    folder,
    run: (options = {}) =>
      runAction({
        cwd: folder,
        ...options,
        inputs: {
          auth_token: sandbox.tokens[0]?.token ?? '',
          projects: 'web',
          release: '1.0.0',
          environment: 'production',
          set_commits: 'skip',
          sourcemaps: 'dist',
          ...options.inputs,
        },
        env: { GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '1', GITHUB_REPOSITORY: 'acme/web', ...options.env },
      }),
    posts: (suffix) => sandbox.requests.filter(({ method, path }) => method === 'POST' && path.endsWith(suffix)),
    org: () => {
      const org = sandbox.state.organizations.get('acme');
      if (org === undefined) throw new Error('no organization');
      return org;
    },
    close: async () => {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writeFiles(folder: string, bytes: number): void {
  const files = 4;
  for (let file = 0; file < files; file += 1) {
    const lines = Math.ceil(bytes / files / 2 / 120);
    const source = Array.from({ length: lines }, (_, line) => `log(${line}, "${noise(file, line)}");`).join('\n');
    writeWithMap(join(folder, 'dist'), `f${file}`, source);
  }
}

const noise = (file: number, line: number) => createHash('sha512').update(`${file}/${line}`).digest('base64');
