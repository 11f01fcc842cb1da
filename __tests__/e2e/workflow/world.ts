/** Where recipes are played: a repository at a stand-in of GitHub, a sandbox for Sentry, a deployed site, and what other steps do. */
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { startGitHub } from '../../../sandbox/github.js';
import { type Sandbox, startSandbox } from '../../../sandbox/server.js';
import { makeRepo, type Repo, runGit } from '../../integration/commits-support.js';
import { EXAMPLE_BUILD, temporaryFolder, writeWithMap } from '../../support/workspace.js';
import { type RunResult, runAction } from '../harness.js';
import { OUR_ACTION, type Step, type World } from './play.js';
import { type Proxied, putBehindProxy } from './proxied.js';

export const TOKEN = `sntryi_${'4ec1be'.repeat(10)}abcd`;
const GITHUB_TOKEN = 'ghs_RecipeTokenThatMayRead0123456789';
const POWERLESS_GITHUB_TOKEN = 'ghs_RecipeTokenWithoutScopes012345678';

/** One run of the action in a recipe. */
export interface OurRun {
  readonly step: Step;
  readonly result: RunResult;
}

export interface RecipeWorld extends World {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly runs: readonly OurRun[];
  /** Other commands that ran, with their variables filled in. */
  readonly commands: readonly string[];
  /** Where the proxies of steps that name one were asked to go. */
  readonly tunnels: readonly string[];
  close(): Promise<void>;
}

/** acme/web: a build script, two packages and what they share; a tag; a pull request that GitHub has merged for a try. */
function makeRepository(): Repo {
  const packageJson = (name: string) => JSON.stringify({ name, version: '2.0.0' });
  const repo = makeRepo([
    {
      id: 'start',
      files: { 'package.json': packageJson('shop'), 'package-lock.json': '{}', publish: '', promote: '' },
    },
    { id: 'web', files: { 'packages/web/a.ts': 'a', 'packages/web/package.json': packageJson('@acme/web') } },
    { id: 'api', files: { 'packages/api/b.ts': 'b', 'packages/api/package.json': packageJson('@acme/api') } },
    { id: 'shared', files: { 'packages/shared/c.ts': 'c' } },
    { id: 'main', files: { 'README.md': 'Shop' } },
    { id: 'coupon', files: { 'src/coupon.ts': 'd' } },
    { id: 'merge', parents: ['main', 'coupon'], files: { 'src/coupon.ts': 'd' } },
  ]);
  for (const tag of ['v1.4.0', 'v2.0.0-rc.1']) repo.git('tag', tag, repo.sha('main'));
  repo.git('update-ref', 'refs/pull/7/merge', repo.sha('merge'));
  repo.git('update-ref', 'refs/heads/main', repo.sha('main'));
  repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  return repo;
}

export async function startWorld(): Promise<RecipeWorld> {
  const repo = makeRepository();
  const github = await startGitHub({
    repositories: [{ name: 'acme/web', dir: repo.dir }],
    tokens: [{ token: GITHUB_TOKEN }, { token: POWERLESS_GITHUB_TOKEN, contents: false }],
  });
  const sandbox = await startSandbox({
    tokens: [{ kind: 'integration', org: 'acme', token: TOKEN, scopes: ['org:read', 'project:releases'] }],
  });
  const folders: string[] = [];
  const [published, artifacts] = [temporaryFolder('published'), temporaryFolder('artifacts')];
  const site = await startSite(published);
  const runs: OurRun[] = [];
  const commands: string[] = [];
  const tunnels: string[] = [];
  return {
    ...{ sandbox, repo, runs, commands, tunnels, secrets: { SENTRY_AUTH_TOKEN: TOKEN } },
    newFolder() {
      const folder = temporaryFolder('recipe');
      folders.push(folder);
      return folder;
    },
    async doStep(step) {
      if (OUR_ACTION.test(step.uses ?? '')) {
        const proxied = await proxyOf(step, sandbox);
        const result = await runOurs(step, { sandbox, proxied, siteUrl: site.url, githubUrl: github.url });
        runs.push({ step, result });
        tunnels.push(...(proxied?.proxy.targets ?? []));
        await proxied?.close();
        if (result.exitCode !== 0) throw new Error(result.log);
        return result.outputs;
      }
      if (step.uses?.startsWith('actions/checkout@')) checkOut(repo, step);
      else if (step.uses?.startsWith('actions/upload-artifact@')) keep(step, artifacts);
      else if (step.uses?.startsWith('actions/download-artifact@')) fetchBack(step, artifacts);
      else commands.push(shell(step, published));
      return {};
    },
    async close() {
      await Promise.all([github.close(), sandbox.close(), site.close()]);
      for (const folder of [...folders, artifacts, published]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A step that names a proxy has the sandbox behind it, under the address that the step gives. */
async function proxyOf({ env, with: { url = '' } }: Step, sandbox: Sandbox): Promise<Proxied | undefined> {
  return env['HTTPS_PROXY'] === undefined ? undefined : await putBehindProxy(sandbox.url, url);
}

interface Servers {
  readonly sandbox: Sandbox;
  readonly proxied: Proxied | undefined;
  readonly githubUrl: string;
  readonly siteUrl: string;
}

/** All that is replaced: the addresses of servers and of the proxy, and the file of the authority. */
async function runOurs(step: Step, { githubUrl, proxied, sandbox, siteUrl }: Servers): Promise<RunResult> {
  const { env, event } = step;
  const url = proxied?.url ?? sandbox.url;
  sandbox.options.uploadUrlPrefix = url;
  const { authorityFile = '', proxy } = proxied ?? {};
  const replaced: Readonly<Record<string, string>> = {
    HTTPS_PROXY: `http://127.0.0.1:${proxy?.port}`,
    NODE_EXTRA_CA_CERTS: authorityFile,
  };
  return await runAction({
    cwd: step.folder,
    event: event.payload,
    inputs: { ...step.with, url, ...(step.with['verify_url'] ? { verify_url: siteUrl } : {}) },
    githubToken: step.permissions['contents'] === undefined ? POWERLESS_GITHUB_TOKEN : GITHUB_TOKEN,
    env: {
      ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, replaced[name] ?? value])),
      ...{ GITHUB_API_URL: githubUrl, GITHUB_REPOSITORY: 'acme/web', GITHUB_JOB: step.job },
      ...{ GITHUB_EVENT_NAME: event.name, GITHUB_REF: event.ref, GITHUB_SHA: event.sha },
      ...{ GITHUB_REF_NAME: event.ref.replace(/^refs\/\w+\//, ''), GITHUB_ACTOR: event.actor ?? 'octocat' },
      GITHUB_REF_TYPE: event.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    },
  });
}

/** As the action does it: one commit, unless all are asked for. */
function checkOut(repo: Repo, { event, folder, permissions, with: { 'fetch-depth': depth = '1' } }: Step): void {
  if (permissions['contents'] === undefined) throw new Error('checkout of a private repository needs contents: read');
  runGit(folder, ['init', '-q', '.']);
  const refspec =
    event.ref === '' ? event.sha : `+${event.sha}:${event.ref.replace('refs/heads/', 'refs/remotes/origin/')}`;
  runGit(folder, ['fetch', '-q', '--no-tags', ...(depth === '0' ? [] : [`--depth=${depth}`]), repo.url, refspec]);
  runGit(folder, ['checkout', '-q', '--detach', event.sha]);
  runGit(folder, ['remote', 'add', 'origin', 'https://github.com/acme/web']);
}

function keep({ folder, with: { name = 'artifact', path = '' } }: Step, artifacts: string): void {
  if (!existsSync(join(folder, path))) throw new Error(`nothing to upload: ${path}`);
  cpSync(join(folder, path), join(artifacts, name), { recursive: true });
}

function fetchBack({ folder, with: { name = 'artifact', path = '.' } }: Step, artifacts: string): void {
  if (!existsSync(join(artifacts, name))) throw new Error(`no job has uploaded an artifact ${name}`);
  cpSync(join(artifacts, name), join(folder, path), { recursive: true });
}

/** The commands that recipes use. Builds need the checked-out project, and scripts of the repository have to be there. */
function shell({ env, folder, run = '' }: Step, published: string): string {
  const command = run.replace(/\$(\w+)/g, (_, name: string) => {
    if (env[name] === undefined) throw new Error(`$${name} is not set for: ${run}`);
    return env[name];
  });
  const build = /^npm ci && npm run build(?: --workspace "([\w/]+)"| -- --flavor "(\w+)")?$/.exec(command);
  const script = /^\.\/(publish|promote) /.exec(command)?.[1];
  if (build !== null) {
    const root = join(folder, build[1] ?? '.');
    if (!existsSync(join(root, 'package.json'))) throw new Error(`there is no package.json for: ${command}`);
    for (const name of ['dist', 'lib']) cpSync(EXAMPLE_BUILD, join(root, name), { recursive: true });
    const variant = build[1] ?? build[2];
    // Another package or flavor is another build.
    if (variant !== undefined) writeWithMap(join(root, 'dist', 'assets'), 'variant', `log("${variant}");`);
  } else if (script !== undefined) {
    if (!existsSync(join(folder, script))) throw new Error(`there is no ./${script} here`);
    if (script === 'publish') cpSync(join(folder, 'dist'), published, { recursive: true });
  } else if (!command.startsWith('echo ')) throw new Error(`not understood: ${command}`);
  return command;
}

/** Serves what was published. */
async function startSite(root: string) {
  const server = createServer((request, response) => {
    const path = join(root, request.url === '/' ? 'index.html' : decodeURIComponent(request.url ?? ''));
    const found = existsSync(path);
    const type = extname(path) === '.js' ? 'text/javascript' : 'text/html';
    response.writeHead(found ? 200 : 404, { 'content-type': type }).end(found ? readFileSync(path) : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
