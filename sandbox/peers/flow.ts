import { execFile } from 'node:child_process';
import { peerEnvironment, type Target } from './environment.js';
import type { Peer } from './install.js';

/** One command of a release flow and what came of it. */
export interface StepResult {
  readonly name: string;
  readonly exitCode: number | null;
  readonly ms: number;
  /** Everything it wrote. */
  readonly output: string;
}

interface Step {
  readonly name: string;
  readonly args: readonly string[];
}

/** The release flow in the words of a client. */
function stepsOf(peer: Peer, version: string): readonly Step[] {
  return peer.kind === 'sentry-cli' ? sentryCliSteps(version) : sentrySteps(version);
}

function sentryCliSteps(version: string): readonly Step[] {
  return [
    { name: 'new', args: ['releases', 'new', version] },
    { name: 'set-commits --local', args: ['releases', 'set-commits', version, '--local'] },
    { name: 'set-commits --auto', args: ['releases', 'set-commits', version, '--auto'] },
    { name: 'inject', args: ['sourcemaps', 'inject', 'dist'] },
    { name: 'upload --wait', args: ['sourcemaps', 'upload', '--release', version, '--wait', 'dist'] },
    { name: 'deploys new', args: ['deploys', 'new', '--release', version, '-e', 'production', '-n', 'peers'] },
    { name: 'finalize', args: ['releases', 'finalize', version] },
    { name: 'list', args: ['releases', 'list'] },
  ];
}

function sentrySteps(version: string): readonly Step[] {
  const release = `acme/${version}`;
  return [
    { name: 'new', args: ['release', 'create', release, '--project', 'web'] },
    { name: 'set-commits --local', args: ['release', 'set-commits', release, '--local'] },
    { name: 'set-commits --auto', args: ['release', 'set-commits', release, '--auto'] },
    { name: 'inject', args: ['sourcemap', 'inject', 'dist'] },
    { name: 'upload --wait', args: ['sourcemap', 'upload', '--release', version, 'dist'] },
    { name: 'deploys new', args: ['release', 'deploy', release, 'production', 'peers'] },
    { name: 'finalize', args: ['release', 'finalize', release] },
    { name: 'list', args: ['release', 'list', 'acme/'] },
  ];
}

const TIMEOUT_MS = 120_000;

/** Runs the whole flow in a project's folder against a sandbox; goes on after a failure so that all of them are seen. */
export async function runFlow(peer: Peer, folder: string, target: Target, version: string): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const { name, args } of stepsOf(peer, version)) {
    const started = Date.now();
    const { exitCode, output } = await run([...peer.command, ...args], folder, peerEnvironment(folder, target));
    results.push({ name, exitCode, ms: Date.now() - started, output });
  }
  return results;
}

/** Asynchronous: the sandbox runs in this process and has to answer meanwhile. */
function run(
  command: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ exitCode: number | null; output: string }> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env, timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ exitCode: code, output: `${stdout}${stderr}` });
    });
  });
}
