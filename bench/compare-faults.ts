/**
 * The same twenty faults against this action and the official clients, each against a sandbox of its own. Prints the table of
 * bench/FAULTS.md. A client's release flow stops at its first failing command, as a workflow does; then the job is re-run
 * without faults, as a person would, and what is doubled or lost is counted.
 *
 *   npm run compare-faults -- [--out bench/FAULTS.md] [--only 7]
 *
 * The clients are fetched into a cache folder outside the tree (SANDBOX_PEERS_DIR).
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { actionEntry } from '../__tests__/e2e/harness.js';
import { peerEnvironment } from '../sandbox/peers/environment.js';
import { cacheFolder, installPeers } from '../sandbox/peers/install.js';
import { type Sandbox, startSandbox } from '../sandbox/server.js';
import { makeBuild } from './faults/build.js';
import { FAULT_CASES, type FaultCase } from './faults/cases.js';
import { faultTable, notesOf, type Outcome } from './faults/table.js';

const { values } = parseArgs({ options: { out: { type: 'string' }, only: { type: 'string' } } });
const VERSION = '1.0.0';
const LIMIT_MS = 90_000;

/** A client as commands that are run one after the other. */
interface Client {
  readonly name: string;
  readonly commands: readonly (readonly string[])[];
  readonly env: (sandbox: Sandbox, folder: string) => NodeJS.ProcessEnv;
}

function clients(): readonly Client[] {
  const peers = installPeers(cacheFolder(process.env)).filter(({ name }) => !name.includes('2.58'));
  return [ours(), ...peers.map(({ command, kind, name }) => peer(name, command, kind))];
}

function ours(): Client {
  return {
    name: 'this action',
    commands: [[process.execPath, actionEntry()]],
    env: (sandbox, folder) => ({
      GITHUB_WORKSPACE: folder,
      GITHUB_REPOSITORY: 'acme/web',
      GITHUB_RUN_ID: '7',
      GITHUB_RUN_ATTEMPT: '1',
      INPUT_AUTH_TOKEN: userToken(sandbox),
      INPUT_URL: sandbox.url,
      INPUT_ORG: 'acme',
      INPUT_PROJECTS: 'web',
      INPUT_RELEASE: VERSION,
      INPUT_ENVIRONMENT: 'production',
      INPUT_SET_COMMITS: 'skip',
      INPUT_SOURCEMAPS: 'dist',
      INPUT_WAIT: 'true',
    }),
  };
}

function peer(name: string, command: readonly string[], kind: 'sentry-cli' | 'sentry'): Client {
  const release = `acme/${VERSION}`;
  const flow =
    kind === 'sentry-cli'
      ? [
          ['releases', 'new', VERSION],
          ['sourcemaps', 'inject', 'dist'],
          ['sourcemaps', 'upload', '--release', VERSION, '--wait', 'dist'],
          ['deploys', 'new', '--release', VERSION, '-e', 'production', '-n', 'run 7'],
          ['releases', 'finalize', VERSION],
        ]
      : [
          ['release', 'create', release, '--project', 'web'],
          ['sourcemap', 'inject', 'dist'],
          ['sourcemap', 'upload', '--release', VERSION, 'dist'],
          ['release', 'deploy', release, 'production', 'run 7'],
          ['release', 'finalize', release],
        ];
  return {
    name,
    commands: flow.map((args) => [...command, ...args]),
    env: (sandbox, folder) => peerEnvironment(folder, { url: sandbox.url, token: userToken(sandbox) }),
  };
}

const userToken = (sandbox: Sandbox) => sandbox.tokens.find(({ name }) => name === 'user')?.token ?? '';

/** The whole flow; true when every command ended well. */
async function runFlow(client: Client, sandbox: Sandbox, folder: string): Promise<boolean> {
  const env = { PATH: process.env['PATH'], ...client.env(sandbox, folder) };
  for (const [program = '', ...args] of client.commands) {
    const fine = await new Promise<boolean>((resolve) => {
      execFile(program, args, { cwd: folder, env, timeout: LIMIT_MS, killSignal: 'SIGKILL' }, (error) =>
        resolve(error === null),
      );
    });
    if (!fine) return false;
  }
  return true;
}

async function tryCase(client: Client, fault: FaultCase): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const sandbox = await startSandbox({
    faults: fault.faults,
    ...(fault.limits === undefined ? {} : { limits: fault.limits }),
    options: { chunkSize: 64 * 1024, maxRequestSize: 256 * 1024 },
  });
  try {
    makeBuild(folder);
    const startedAt = performance.now();
    const survived = await runFlow(client, sandbox, folder);
    const seconds = (performance.now() - startedAt) / 1000;
    const requests = sandbox.log.count();
    await sandbox.idle();
    const lost = survived ? missing(sandbox) : [];
    sandbox.faults.clear();
    const rerun = survived || (await runFlow(client, sandbox, folder));
    await sandbox.idle();
    const after = rerun ? missing(sandbox) : ['the re-run fails, too'];
    return {
      client: client.name,
      survived,
      seconds,
      requests,
      doubled: doubled(sandbox),
      lost: survived ? lost : after,
    };
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function missing(sandbox: Sandbox): string[] {
  const org = sandbox.state.organizations.get('acme');
  const release = org?.releases.get(VERSION);
  const absent: string[] = [];
  if (release === undefined) absent.push('release');
  if ((org?.bundles.length ?? 0) === 0) absent.push('source maps');
  if ((release?.deploys.length ?? 0) === 0) absent.push('deploy');
  if (release?.dateReleased === undefined) absent.push('release date');
  return absent;
}

function doubled(sandbox: Sandbox): string[] {
  const org = sandbox.state.organizations.get('acme');
  const deploys = org?.releases.get(VERSION)?.deploys.length ?? 0;
  const bundles = org?.bundles.length ?? 0;
  return [...(deploys > 1 ? [`${deploys} deploys`] : []), ...(bundles > 1 ? [`${bundles} bundles`] : [])];
}

const results: { readonly fault: FaultCase; readonly outcomes: readonly Outcome[] }[] = [];
const all = clients();
const only = values.only === undefined ? undefined : Number(values.only);
for (const [index, fault] of FAULT_CASES.entries()) {
  if (only !== undefined && only !== index + 1) continue;
  const outcomes: Outcome[] = [];
  for (const client of all) outcomes.push(await tryCase(client, fault));
  results.push({ fault, outcomes });
  const short = outcomes.map((outcome) => {
    const notes = notesOf(outcome).join(', ');
    const end = `${outcome.survived ? 'green' : 'red'} ${outcome.seconds.toFixed(1)} s`;
    return `${outcome.client}: ${end}${notes === '' ? '' : ` (${notes})`}`;
  });
  console.log(`${index + 1}. ${fault.name} — ${short.join(' | ')}`);
}
const table = faultTable(results);
if (values.out === undefined) console.log(table);
else writeFileSync(values.out, table);
