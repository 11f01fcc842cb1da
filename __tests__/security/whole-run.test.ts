import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startGitHub } from '../../sandbox/github.js';
import { startSandbox } from '../../sandbox/server.js';
import { type RunResult, runAction } from '../e2e/harness.js';
import { findLeaks } from '../e2e/runner/leaks.js';
import { textsOfWire } from '../e2e/runner/wire.js';
import { temporaryFolder } from '../support/workspace.js';
import { BUILD, TOKEN, write } from './attack.js';
import { testProxy } from './proxy-support.js';
import { tap } from './tap.js';

/**
 * The whole run with everything on, through a proxy, with an ear on each wire: the token is in one header to Sentry, the
 * GitHub token in one to GitHub, and no form of either is in any other byte that leaves the machine or stays on it.
 */

const GITHUB_TOKEN = 'ghs_TokenOfTheWholeRun0123456789abcdefgh';
const PROXY_PASSWORD = 'password/of the+proxy';

interface Wires {
  readonly sentry: string;
  readonly github: string;
  readonly proxy: string;
  readonly site: string;
  /** Contents of the bundles that Sentry has. */
  readonly bundles: string;
}

const cleanups: (() => unknown)[] = [];
let result: RunResult;
let wires: Wires;
let url: string;
let addressesOfOthers: readonly string[];

beforeAll(async () => {
  const workspace = makeWorkspace();
  const sandbox = await startSandbox({
    tokens: [
      { kind: 'integration', org: 'acme', token: TOKEN, scopes: ['org:read', 'project:read', 'project:releases'] },
    ],
  });
  const github = await startGitHub({
    repositories: [{ name: 'acme/webapp', dir: workspace }],
    tokens: [{ token: GITHUB_TOKEN }],
  });
  const proxy = await testProxy({ password: `robot:${PROXY_PASSWORD}` });
  const site = await serve(join(workspace, 'dist'));
  const taps = await Promise.all(
    [portOf(sandbox.url), portOf(github.url), proxy.port, (site.address() as AddressInfo).port].map(tap),
  );
  const [sentryTap, githubTap, proxyTap, siteTap] = taps as [Tap, Tap, Tap, Tap];
  for (const closable of [...taps, sandbox, github, proxy, site]) cleanups.push(() => closable.close());
  url = `http://sentry.test:${sentryTap.port}`;
  addressesOfOthers = [githubTap, proxyTap, siteTap].map(({ port }) => `127.0.0.1:${port}`);
  sandbox.faults.add({
    match: { method: 'GET', path: '/api/0/organizations/*/chunk-upload/' },
    do: { merge: { url: `${url}/api/0/organizations/acme/chunk-upload/` } },
  });
  const head = execFileSync('git', ['-C', workspace, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  result = await runAction({
    cwd: workspace,
    secrets: [TOKEN, GITHUB_TOKEN, PROXY_PASSWORD],
    env: {
      GITHUB_API_URL: `http://127.0.0.1:${githubTap.port}`,
      GITHUB_SHA: head,
      http_proxy: `http://robot:${encodeURIComponent(PROXY_PASSWORD)}@127.0.0.1:${proxyTap.port}`,
      SENTRY_AUTH_TOKEN: TOKEN,
      RUNNER_DEBUG: '1',
    },
    inputs: {
      ...{ auth_token: TOKEN, github_token: GITHUB_TOKEN, url, org: 'acme', projects: 'web,api' },
      ...{ release: '1.0.0', environment: 'production', deploy_url: 'https://acme.example/', set_commits: 'auto' },
      ...{ sourcemaps: 'dist', wait: 'true', verify: 'true', delete_after_upload: 'true' },
      verify_url: `http://127.0.0.1:${siteTap.port}/`,
    },
  });
  const archives = [...sandbox.state.organizations.values()].flatMap(({ bundles }) => bundles);
  wires = {
    sentry: sentryTap.heard(),
    github: githubTap.heard(),
    proxy: proxyTap.heard(),
    site: siteTap.heard(),
    bundles: archives.map(({ archive }) => readFileSync(archive.path, 'latin1')).join('\n'),
  };
}, 60_000);

afterAll(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

type Tap = Awaited<ReturnType<typeof tap>>;

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function makeWorkspace(): string {
  const base = temporaryFolder('whole-run');
  cleanups.push(() => rmSync(base, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(BUILD)) write(join(base, name), content);
  write(join(base, 'dist', 'index.html'), '<script src="/app.js"></script>');
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@acme.example', ...args], { cwd: base });
  git('init', '-q', '-b', 'main');
  for (const message of ['First', 'Second']) git('commit', '-q', '--allow-empty', '-m', message);
  return base;
}

/** The deployed site: the build as it is after injection. */
async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const name = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1);
    response.setHeader('content-type', name.endsWith('.js') ? 'text/javascript' : 'text/html');
    response.end(name === 'index.html' || name === 'app.js' ? readFileSync(join(folder, name)) : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** What was said without the one header that holds the token of whom it was said to, case as sent. */
function withoutAuthorization(text: string, value: string): string {
  return text.replace(new RegExp(`^authorization: ${value}\r\n`, 'gim'), '');
}

it('the run did all of it', () => {
  expect(result.exitCode).toBe(0);
  const { steps } = result.report as { steps: readonly { name: string; status: string }[] };
  expect(Object.fromEntries(steps.map(({ name, status }) => [name, status]))).toEqual({
    ...{ token: 'done', release: 'done', commits: 'done', sourcemaps: 'done', verify: 'done' },
    ...{ deploy: 'done', finalize: 'done', 'verify-url': 'done' },
  });
  for (const [wire, text] of Object.entries(wires)) expect([wire, text.length > 100]).toEqual([wire, true]);
});

it('the token is in one header of requests to Sentry, and in no other byte to anybody', () => {
  expect(wires.sentry.match(/^authorization: /gim)?.length).toBeGreaterThan(8);
  const texts = [
    { place: 'to Sentry', text: withoutAuthorization(wires.sentry, `Bearer ${TOKEN}`) },
    { place: 'to the proxy, outside of the tunnel', text: outsideOfTunnels(wires.proxy) },
    ...(['github', 'site', 'bundles'] as const).map((wire) => ({ place: wire, text: wires[wire] })),
  ];
  expect(findLeaks(texts, TOKEN)).toEqual([]);
});

it('the harness looks into every body, also into what is compressed', () => {
  const compressed = textsOfWire(result.conversations, []).filter(({ place }) => place.startsWith('compressed body'));
  expect(compressed.map(({ text }) => text).join('\n')).toContain('"foo()"');
  const addresses = result.conversations.map(({ to }) => to);
  expect(addresses).toEqual(expect.arrayContaining([new URL(url).host, ...addressesOfOthers]));
});

it('the GitHub token goes to GitHub alone, the password of the proxy to the proxy alone', () => {
  const scheme = '(?:token|Bearer)';
  expect(wires.github).toMatch(new RegExp(`^authorization: ${scheme} ${GITHUB_TOKEN}\r$`, 'im'));
  const github = withoutAuthorization(wires.github, `${scheme} ${GITHUB_TOKEN}`);
  const others = [wires.sentry, wires.proxy, wires.site, wires.bundles, github];
  for (const text of others) expect(findLeaks([{ place: 'wire', text }], GITHUB_TOKEN)).toEqual([]);
  const basic = Buffer.from(`robot:${PROXY_PASSWORD}`).toString('base64');
  expect(wires.proxy.toLowerCase()).toContain(`proxy-authorization: basic ${basic.toLowerCase()}`);
  for (const text of [wires.sentry, wires.github, wires.site, wires.bundles]) {
    expect(findLeaks([{ place: 'wire', text }], PROXY_PASSWORD)).toEqual([]);
    expect(text).not.toContain(basic);
  }
});

/** The heads of CONNECT requests: what the proxy itself is told. */
function outsideOfTunnels(text: string): string {
  return [...text.matchAll(/CONNECT [^\r]+\r\n(?:[^\r]+\r\n)*\r\n/g)].map(([head]) => head).join('\n');
}
