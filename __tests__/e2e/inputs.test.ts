/**
 * Every input of getsentry/action-release v3.7.0 with its meaning there, through the built action: a workflow that changes only
 * its `uses:` line keeps working. Where we differ on purpose, the title says so.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import type { Bundle, Organization, Release } from '../../sandbox/state/types.js';
import { EXAMPLE_BUILD, exampleWorkspace, initCheckout, temporaryFolder } from '../support/workspace.js';
import { type RunResult, runAction } from './harness.js';

const TOKEN = `sntryi_${'0ff1c1a1'.repeat(8)}`;

let sandbox: Sandbox;
let workspace: string;
let shas: string[];
/** The workspace of each test before it: a checkout takes long to make. */
let prepared: string;

beforeAll(() => {
  prepared = exampleWorkspace('inputs-e2e');
  writeFileSync(join(prepared, '.gitignore'), 'dist\n');
  const checkout = initCheckout(prepared);
  shas = ['one', 'two', 'three'].map((name) => checkout.commit(`${name}.txt`));
});
afterAll(() => rmSync(prepared, { recursive: true }));

beforeEach(async () => {
  sandbox = await startSandbox({
    organizations: [{ slug: 'acme', projects: [{ slug: 'web' }, { slug: 'api' }] }],
    tokens: [{ kind: 'integration', org: 'acme', token: TOKEN, scopes: ['org:read', 'project:releases'] }],
  });
  workspace = temporaryFolder('inputs-e2e');
  cpSync(prepared, workspace, { recursive: true });
});
afterEach(async () => {
  await sandbox.close();
  rmSync(workspace, { recursive: true });
});

/** The action as the official one is used: token, organization and project in `env:`. */
function act(inputs: Record<string, string> = {}, env: Record<string, string | undefined> = {}): Promise<RunResult> {
  return runAction({
    cwd: workspace,
    inputs: { release: '1.0.0', set_commits: 'skip', ...inputs },
    env: {
      SENTRY_AUTH_TOKEN: TOKEN,
      SENTRY_ORG: 'acme',
      SENTRY_PROJECT: 'web',
      SENTRY_URL: sandbox.url,
      GITHUB_SHA: shas[2],
      GITHUB_REPOSITORY: 'acme/web',
      ...env,
    },
  });
}

async function succeed(
  inputs: Record<string, string> = {},
  env: Record<string, string | undefined> = {},
): Promise<RunResult> {
  const result = await act(inputs, env);
  expect([result.exitCode, errorsOf(result)]).toEqual([0, []]);
  return result;
}

async function fail(inputs: Record<string, string>): Promise<string> {
  const result = await act(inputs);
  expect(result.exitCode).toBe(1);
  expect(sandbox.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  return errorsOf(result).join('\n');
}

const messagesOf = (result: RunResult, wanted: string) =>
  result.annotations.filter(({ severity }) => severity === wanted).map(({ message }) => message);
const errorsOf = (result: RunResult) => messagesOf(result, 'error');

function acme(): Organization {
  const found = sandbox.state.organizations.get('acme');
  if (!found) throw new Error('the sandbox has no acme');
  return found;
}

function release(version = '1.0.0'): Release {
  const found = acme().releases.get(version);
  if (!found) throw new Error(`no release ${version}, only ${[...acme().releases.keys()].join(', ')}`);
  return found;
}

function bundle(): Bundle {
  const [only, more] = acme().bundles;
  if (!only || more) throw new Error(`${acme().bundles.length} bundles instead of one`);
  return only;
}

const scripts = (folder: string) =>
  readdirSync(join(workspace, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(workspace, folder, name), 'utf8'));

it('the environment: SENTRY_AUTH_TOKEN, SENTRY_ORG, SENTRY_PROJECT and SENTRY_URL are all that is needed', async () => {
  await succeed();
  expect(release().projects.map(({ slug }) => slug)).toEqual(['web']);
});

it('environment: records a deploy; without it there is none', async () => {
  await succeed();
  expect(release().deploys).toEqual([]);
  await succeed({ environment: 'Production EU' });
  expect(release().deploys).toMatchObject([{ environment: 'Production EU', projects: [{ slug: 'web' }] }]);
});

it('sourcemaps: paths separated by spaces, in one bundle (and by newlines too, which the official action takes for one path)', async () => {
  mkdirSync(join(workspace, 'my lib'));
  cpSync(EXAMPLE_BUILD, join(workspace, 'my lib'), { recursive: true });
  await succeed({ sourcemaps: 'dist/assets' });
  expect(bundle().files).toHaveLength(6);
  await succeed({ sourcemaps: 'my lib\ndist', release: '2' });
  const partly = await succeed({ sourcemaps: './dist  ./nowhere', release: '3' });
  expect(messagesOf(partly, 'warning').join()).toContain('nowhere');
});

it('inject: true by default, false leaves the files as they are', async () => {
  const before = scripts('dist');
  await succeed({ sourcemaps: 'dist', inject: 'false' });
  expect(scripts('dist')).toEqual(before);
  await succeed({ sourcemaps: 'dist' });
  expect(scripts('dist').every((text) => text.includes('//# debugId='))).toBe(true);
});

it('dist: tells builds of one release apart', async () => {
  await succeed({ sourcemaps: 'dist', dist: 'android-7' });
  expect(bundle().releases).toEqual([{ release: '1.0.0', dist: 'android-7' }]);
});

it('finalize: true by default, false leaves the release without a date', async () => {
  await succeed({ finalize: 'FALSE' });
  expect(release().dateReleased).toBeUndefined();
  await succeed({ finalize: '1' });
  expect(release().dateReleased).toBeDefined();
});

it('ignore_missing: true is silent about a previous commit that is not in the history; not given, it is a warning (there: an error)', async () => {
  const range = { set_commits: 'auto', previous_commit: 'd'.repeat(40) };
  const silent = await succeed({ ...range, ignore_missing: 'true' });
  expect(messagesOf(silent, 'warning')).toEqual([]);
  const told = await succeed({ ...range, release: '2' });
  expect(messagesOf(told, 'warning').join()).toMatch(/d{7}/);
});

it('ignore_empty: accepted; true is silent when there are no commits', async () => {
  const result = await succeed({ set_commits: 'auto', previous_commit: shas[2] ?? '', ignore_empty: 'true' });
  expect(messagesOf(result, 'warning')).toEqual([]);
});

it('started_at: Unix seconds or ISO 8601, anything else is an error in the same words', async () => {
  await succeed({ environment: 'a', started_at: '1700000000' });
  await succeed({ environment: 'b', started_at: '2023-11-14T22:13:20Z' });
  expect(release().deploys.map(({ dateStarted }) => dateStarted)).toEqual([1_700_000_000_000, 1_700_000_000_000]);
});

it.each(['-5', 'yesterday', '0'])('started_at: %s is refused before anything is written', async (started_at) => {
  expect(await fail({ started_at })).toContain('not in valid format. Unix timestamp or ISO 8601 date expected');
});

it('version: the old name of release', async () => {
  const result = await succeed({ release: '', version: '3.1' });
  expect(release('3.1').version).toBe('3.1');
  expect(result.outputs).toMatchObject({ release: '3.1', version: '3.1' });
});

it('release: beats version, and loses a leading refs/tags/', async () => {
  await succeed({ release: 'refs/tags/v4', version: '3.1' });
  expect([...acme().releases.keys()]).toEqual(['v4']);
});

it('version_prefix: put before the name, also before one that is given', async () => {
  await succeed({ version_prefix: 'web@' });
  expect([...acme().releases.keys()]).toEqual(['web@1.0.0']);
});

it('release_prefix: beats version_prefix, and goes before a proposed name too', async () => {
  const { release: _, ...proposed } = { release: '' };
  await runAction({
    cwd: workspace,
    inputs: { ...proposed, set_commits: 'skip', release_prefix: 'a-', version_prefix: 'b-' },
    env: {
      SENTRY_AUTH_TOKEN: TOKEN,
      SENTRY_ORG: 'acme',
      SENTRY_PROJECT: 'web',
      SENTRY_URL: sandbox.url,
      GITHUB_SHA: shas[2],
    },
  });
  expect([...acme().releases.keys()]).toEqual([`a-${shas[2]}`]);
});

it('set_commits: auto is the default, skip sends none', async () => {
  await succeed({ set_commits: 'skip' });
  expect(release().commits).toEqual([]);
  const result = await succeed({ set_commits: 'auto', previous_commit: shas[0] ?? '' });
  expect(release().commits.map(({ message }) => message?.trim())).toEqual(['Add three', 'Add two']);
  expect(result.outputs).toMatchObject({ commits: '2' });
});

it('set_commits: another value is refused with the allowed ones', async () => {
  expect(await fail({ set_commits: 'some' })).toContain('Allowed: auto, manual or skip');
});

it('repo, commit, previous_commit: manual sends that range', async () => {
  await succeed({
    set_commits: 'manual',
    repo: 'acme/web',
    commit: shas[2] ?? '',
    previous_commit: shas[0] ?? '',
  });
  expect(release().commits.map(({ id }) => id)).toEqual([shas[2], shas[1]]);
});

it('repo: manual without it is refused', async () => {
  expect(await fail({ set_commits: 'manual', commit: 'abc' })).toContain('required when `set_commits` is `manual`');
});

it('projects: separated by spaces, instead of SENTRY_PROJECT, for release and upload (and for the deploy, which the official action forgets)', async () => {
  await succeed({ projects: 'api  web', sourcemaps: 'dist', environment: 'production' }, { SENTRY_PROJECT: undefined });
  const slugs = (projects: readonly { readonly slug: string }[]) => projects.map(({ slug }) => slug).sort();
  expect(slugs(release().projects)).toEqual(['api', 'web']);
  expect(slugs(bundle().projects)).toEqual(['api', 'web']);
  expect(slugs(release().deploys[0]?.projects ?? [])).toEqual(['api', 'web']);
});

it('url_prefix: ~ by default, one slash at its end is cut', async () => {
  await succeed({ sourcemaps: 'dist', url_prefix: 'https://cdn.example.com/x/' });
  for (const { url } of bundle().files) expect(url).toMatch(/^https:\/\/cdn\.example\.com\/x\/assets\/[^/]+$/);
});

it('strip_common_prefix: removes what the absolute sources of a map share', async () => {
  mkdirSync(join(workspace, 'out'));
  writeFileSync(join(workspace, 'out', 'a.js'), 'console.log(1);\n//# sourceMappingURL=a.js.map\n');
  writeFileSync(
    join(workspace, 'out', 'a.js.map'),
    '{"version":3,"sources":["/build/src/a.ts","/build/src/b/c.ts"],"sourcesContent":["1","2"],"names":[],"mappings":"AAAA,CCAA"}',
  );
  await succeed({ sourcemaps: 'out', strip_common_prefix: 'true' });
  const map = await bundle().archive.read('files/_/_/a.js.map');
  expect((JSON.parse(Buffer.from(map ?? []).toString()) as { sources: string[] }).sources).toEqual(['a.ts', 'b/c.ts']);
});

it('working_directory: what paths are relative to', async () => {
  mkdirSync(join(workspace, 'packages', 'web'), { recursive: true });
  cpSync(EXAMPLE_BUILD, join(workspace, 'packages', 'web', 'dist'), { recursive: true });
  rmSync(join(workspace, 'dist'), { recursive: true });
  await succeed({ sourcemaps: 'dist', working_directory: 'packages/web' });
  expect(bundle().files).toHaveLength(6);
});

it('disable_telemetry: accepted, and nobody but Sentry’s API hears of the run anyway', async () => {
  const result = await succeed({ disable_telemetry: 'true' });
  expect(result.runnerWarnings).toEqual([]);
  expect(sandbox.requests.every(({ path }) => path.startsWith('/api/0/'))).toBe(true);
});

it('disable_safe_directory: accepted, and the git configuration is not touched either way', async () => {
  const result = await succeed({ disable_safe_directory: 'true', set_commits: 'auto' });
  expect(result.runnerWarnings).toEqual([]);
  expect(result.homeFiles).toEqual([]);
});

it.each(['inject', 'finalize', 'ignore_missing', 'strip_common_prefix', 'disable_telemetry'])(
  '%s: a value that is no boolean is refused',
  async (name) => {
    expect(await fail({ [name]: 'yes' })).toContain(`Input ${name} is "yes". Allowed: true or false`);
  },
);

it('outputs: release and version reach later steps (they are dead in the official action)', async () => {
  const { outputs } = await succeed();
  expect(outputs).toMatchObject({ release: '1.0.0', version: '1.0.0', result: 'success' });
});
