/**
 * Uploads a folder with sentry-cli into the sandbox, plans the same with the action, and compares artifact URLs and
 * `sourcemap` headers. Nothing in the folder is changed.
 *
 *     node --import tsx scripts/compare-upload.ts SENTRY_CLI FOLDER [PATTERN …]
 *
 * docs/sourcemaps-discovery.md says which differences are meant.
 */
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { startSandbox } from '../sandbox/server.js';
import { injectFolder } from './inject-run.js';

/** `url → sourcemap header`; an empty text stands for none. */
type Upload = ReadonlyMap<string, string>;

export interface UploadComparison {
  readonly ours: number;
  readonly theirs: number;
  readonly onlyOurs: readonly string[];
  readonly onlyTheirs: readonly string[];
  /** `url: our header, their header` */
  readonly headers: readonly string[];
}

/** Compares one set of patterns with the defaults, nothing ignored. */
export async function compareUpload(
  cli: string,
  folder: string,
  patterns: readonly string[],
): Promise<UploadComparison> {
  const theirs = await uploadWithCli(cli, folder, patterns);
  const ours = await planned(folder, patterns);
  const headers: string[] = [];
  for (const [url, header] of ours) {
    const other = theirs.get(url);
    // A data URL as header is the whole map once more; the action leaves it in the script.
    if (other !== undefined && other !== header && !other.startsWith('data:'))
      headers.push(`${url}: "${header}", "${other}"`);
  }
  return {
    ours: ours.size,
    theirs: theirs.size,
    onlyOurs: [...ours.keys()].filter((url) => !theirs.has(url)),
    onlyTheirs: [...theirs.keys()].filter((url) => !ours.has(url)),
    headers,
  };
}

async function planned(folder: string, patterns: readonly string[]): Promise<Upload> {
  const inputs = { patterns, ignore: [], ifNoFilesFound: 'ignore' as const };
  const { results } = await injectFolder(folder, inputs, { dryRun: true });
  const artifacts = results.flatMap((result) => result.artifacts);
  return new Map(artifacts.map(({ url, headers }) => [url, headers.sourcemap ?? '']));
}

async function uploadWithCli(cli: string, folder: string, patterns: readonly string[]): Promise<Upload> {
  const sandbox = await startSandbox();
  try {
    const token = sandbox.tokens[0]?.token ?? '';
    const target = ['--url', sandbox.url, '--auth-token', token, 'sourcemaps', 'upload', '-o', 'acme', '-p', 'web'];
    const args = [...target, '-r', 'compare', '--no-rewrite', '--wait', ...patterns];
    const { status, stderr } = await run(cli, args, folder);
    if (status !== 0) throw new Error(`sentry-cli ended with ${status}: ${stderr}`);
    await sandbox.idle();
    const bundles = [...sandbox.state.organizations.values()].flatMap(({ bundles: all }) => all);
    const files = bundles.flatMap((bundle) => bundle.files);
    return new Map(files.map(({ url, headers }) => [url ?? '', headers.get('sourcemap') ?? '']));
  } finally {
    await sandbox.close();
  }
}

/** Not spawnSync: the sandbox answers from this very process. */
async function run(
  cli: string,
  args: readonly string[],
  cwd: string,
): Promise<{ status: number | null; stderr: string }> {
  const env = { ...process.env, SENTRY_LOAD_DOTENV: '0', SENTRY_DISABLE_UPDATE_CHECK: '1', NO_PROXY: '*' };
  const child = spawn(cli, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stderr }));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [cli, folder, ...patterns] = process.argv.slice(2);
  if (cli === undefined || folder === undefined) throw new Error('Give the sentry-cli binary and a folder.');
  const { ours, theirs, onlyOurs, onlyTheirs, headers } = await compareUpload(
    cli,
    folder,
    patterns.length > 0 ? patterns : ['.'],
  );
  process.stdout.write(`URLs: ${ours} of the action, ${theirs} of sentry-cli\n`);
  for (const url of onlyOurs) process.stdout.write(`only the action: ${url}\n`);
  for (const url of onlyTheirs) process.stdout.write(`only sentry-cli: ${url}\n`);
  for (const line of headers) process.stdout.write(`header differs: ${line}\n`);
}
