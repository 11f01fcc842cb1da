/** What a person is told when the proof fails: whole runs against the sandbox, whose waits are made short. */
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import { Journal } from '../../src/journal.js';
import { closingLines } from '../../src/report/closing.js';
import type { StepName } from '../../src/report/report.js';
import { renderSummary } from '../../src/report/summary.js';
import { type RunEnd, run } from '../../src/run.js';
import { exampleWorkspace, temporaryFolder } from '../support/workspace.js';
import { type MemoryLog, memoryLog, scaledClock } from '../unit/sentry/fakes.js';

let sandbox: Sandbox;
let workspace: string;
/** What the site serves. */
let published: string;
let site: Server;
beforeEach(async () => {
  sandbox = await startSandbox();
  workspace = exampleWorkspace('verify');
  published = temporaryFolder('published');
  site = createServer(({ url = '' }, response) => {
    response.end(readFileSync(join(published, url === '/' ? 'index.html' : url)));
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await sandbox.close();
  await new Promise((resolve) => site.close(resolve));
  for (const folder of [workspace, published]) rmSync(folder, { recursive: true });
});

const siteUrl = () => `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
const publish = (path: string) => cpSync(join(workspace, 'dist', path), join(published, path), { recursive: true });

async function act(inputs: Readonly<Record<string, string>>): Promise<RunEnd & { readonly log: MemoryLog }> {
  const given = {
    ...{ auth_token: sandbox.tokens[0]?.token ?? '', url: sandbox.url, projects: 'web', release: 'shop@1' },
    ...{ environment: 'production', set_commits: 'skip', sourcemaps: 'dist', wait: 'true', ...inputs },
  };
  const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  const clock = scaledClock(100, () => 0.5);
  const [journal, memory] = [new Journal(clock), memoryLog()];
  const ignore = () => undefined;
  const log = Object.assign(memory, { group: ignore, endGroup: ignore });
  const cancel = new AbortController().signal;
  const base = { GITHUB_WORKSPACE: workspace, PATH: process.env['PATH'] };
  const end = await run({ env: { ...base, ...env }, cwd: workspace, clock, cancel, log, journal, userAgent: 'test/0' });
  return { ...end, log };
}

const stepOf = ({ report }: RunEnd, name: StepName) => report.steps.find((step) => step.name === name);

it('verify: ids that Sentry never resolves end the run before the deploy, and are named with their files', async () => {
  sandbox.faults.add({ match: { path: '**/artifact-lookup/' }, do: { status: 200, body: [] } });
  const ended = await act({ verify: 'true' });
  const summary = renderSummary(ended.report);
  expect(ended.report.result).toBe('failed');
  expect(stepOf(ended, 'verify')).toMatchObject({ status: 'failed' });
  const ids = [...new Set(sandbox.state.organizations.get('acme')?.bundles[0]?.debugIds.map(({ debugId }) => debugId))];
  expect(ids).toHaveLength(3);
  for (const text of [ended.failure?.message, summary]) {
    expect(text).toContain('Sentry cannot resolve 3 of 3 debug ids');
    for (const id of ids) expect(text).toMatch(new RegExp(`dist/assets/[\\w.-]+ \\(${id}, project web\\)`));
  }
  expect(closingLines(ended.report, undefined)).toContain('  Not done: Deploy, Finalize');
  expect(sandbox.state.organizations.get('acme')?.releases.get('shop@1')?.deploys).toEqual([]);
});

it('verify_url: files that were published before this step have no ids, and each is named with the cause; the deploy is done', async () => {
  publish('.');
  const ended = await act({ verify_url: siteUrl() });
  const [main = ''] = readdirSync(join(published, 'assets')).filter((name) => /^main-.*\.js$/.test(name));
  const cause = `${siteUrl()}assets/${main} has no debug id: it was deployed before injection, or something removed it`;
  expect(ended.report.result).toBe('success');
  expect(stepOf(ended, 'verify-url')).toMatchObject({ status: 'warned', detail: expect.stringMatching(/^0 of /) });
  expect(ended.log.of('warning').join('\n')).toContain(cause);
  expect(stepOf(ended, 'finalize')).toMatchObject({ status: 'done' });
});

it('verify_url in a step of its own, after publishing: Sentry knows each id that the site serves', async () => {
  await act({ finalize: 'false', environment: '' });
  publish('.');
  const ended = await act({ sourcemaps: '', verify_url: siteUrl() });
  expect(stepOf(ended, 'sourcemaps')).toMatchObject({ status: 'skipped' });
  expect(stepOf(ended, 'verify-url')).toMatchObject({
    status: 'done',
    detail: expect.stringMatching(/^(\d+) of \1 scripts? of \S+ carr(?:y|ies) an uploaded debug id$/),
  });
  expect(ended.log.of('warning')).toEqual([]);
});

it('verify_url in such a step of several projects: files of the second are known as well', async () => {
  await act({ projects: 'api', finalize: 'false', environment: '' });
  publish('.');
  const ended = await act({ projects: 'web api', sourcemaps: '', verify_url: siteUrl() });
  expect(stepOf(ended, 'verify-url')).toMatchObject({ status: 'done' });
  expect(ended.log.of('warning')).toEqual([]);
});
