import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Fault } from '../../sandbox/faults/types.js';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import { type RunOptions, type RunResult, runAction } from '../e2e/harness.js';
import { temporaryFolder } from '../support/workspace.js';

/** A token with every form that could leak: `sntryi_` and 64 digits that occur nowhere else. */
export const TOKEN = `sntryi_${'0123456789abcdef'.repeat(4)}`;

/** One attack: what the attacker controls. */
export interface Attack extends Partial<Omit<RunOptions, 'cwd' | 'inputs' | 'env'>> {
  /** Given the workspace, for variables that hold a path in it. */
  readonly env?: (workspace: string) => NonNullable<RunOptions['env']>;
  readonly inputs?: Readonly<Record<string, string>>;
  /** Files of the workspace, by path. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Called with the workspace before the run, for links and the like. */
  readonly prepare?: (workspace: string) => void;
  readonly faults?: readonly Fault[] | ((url: string) => readonly Fault[]);
  /** Another token than {@link TOKEN}; given the sandbox's url, which organization tokens hold. */
  readonly token?: (url: string) => string;
  /** Takes part of the assertions while workspace and sandbox are still there. */
  readonly look?: (world: {
    readonly workspace: string;
    readonly sandbox: Sandbox;
    readonly result: RunResult;
  }) => unknown;
}

/** What is left to assert on when the attack is over. */
export interface Outcome {
  readonly result: RunResult;
  readonly sandbox: Sandbox;
}

/** A small build: a script with its map. */
export const BUILD = {
  'dist/app.js': '"use strict";\nfoo();\n//# sourceMappingURL=app.js.map\n',
  'dist/app.js.map':
    '{"version":3,"sources":["../src/app.ts"],"sourcesContent":["foo()"],"names":[],"mappings":";AAAA"}',
};

/** Runs the built action in a fresh workspace against a fresh sandbox, with the whole pipeline on. */
export async function attack(options: Attack): Promise<Outcome> {
  const { files = BUILD, prepare, faults = [], look, inputs, env, token = () => TOKEN, ...run } = options;
  const sandbox = await startSandbox({
    tokens: [
      { kind: 'integration', org: 'acme', token: TOKEN, scopes: ['org:read', 'project:read', 'project:releases'] },
    ],
  });
  const base = temporaryFolder('attack');
  const workspace = join(base, 'workspace');
  try {
    mkdirSync(workspace);
    for (const [name, content] of Object.entries(files)) write(join(workspace, name), content);
    prepare?.(workspace);
    for (const fault of typeof faults === 'function' ? faults(sandbox.url) : faults) sandbox.faults.add(fault);
    const result = await runAction({
      ...run,
      cwd: workspace,
      ...(env === undefined ? {} : { env: env(workspace) }),
      inputs: {
        auth_token: token(sandbox.url),
        url: sandbox.url,
        org: 'acme',
        projects: 'web',
        release: '1.0.0',
        environment: 'production',
        sourcemaps: 'dist',
        set_commits: 'skip',
        ...inputs,
      },
    });
    // The bundle is processed behind the answer.
    await sandbox.idle();
    await look?.({ workspace, sandbox, result });
    return { result, sandbox };
  } finally {
    await sandbox.close();
    if (existsSync(base)) rmSync(base, { recursive: true, force: true });
  }
}

export function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Requests that change something. */
export function writes(sandbox: Sandbox): readonly string[] {
  return sandbox.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}
