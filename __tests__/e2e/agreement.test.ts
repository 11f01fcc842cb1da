/** Log, job summary, outputs and the sandbox's page tell one story: that of the JSON report, and of what the server holds. */
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import type { Organization } from '../../sandbox/state/types.js';
import { STEP_TITLES } from '../../src/report/charts.js';
import { duration } from '../../src/report/format.js';
import { outputsOf } from '../../src/report/outputs.js';
import type { RunReport } from '../../src/report/report.js';
import { renderSummary } from '../../src/report/summary.js';
import { type Schema, violations } from '../meta/json-schema.js';
import { type RunResult, runAction } from './harness.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const schema = JSON.parse(readFileSync(join(root, 'docs', 'report.schema.json'), 'utf8')) as Schema;
const TOKEN = `sntryi_${'a9eed0'.repeat(10)}abcd`;

let sandbox: Sandbox;
let workspace: string;

beforeEach(async () => {
  sandbox = await startSandbox({
    tokens: [{ kind: 'integration', org: 'acme', token: TOKEN, scopes: ['org:read', 'project:releases'] }],
  });
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'agreement-')));
  cpSync(join(root, 'examples', 'webapp', 'dist'), join(workspace, 'dist'), { recursive: true });
});
afterEach(async () => {
  await sandbox.close();
  rmSync(workspace, { recursive: true });
});

async function act(inputs: Record<string, string> = {}): Promise<{ result: RunResult; report: RunReport }> {
  const result = await runAction({
    cwd: workspace,
    inputs: {
      auth_token: TOKEN,
      url: sandbox.url,
      org: 'acme',
      projects: 'web, api',
      release: 'shop@1.2.3',
      environment: 'production',
      sourcemaps: 'dist',
      wait: 'true',
      verify: 'true',
      ...inputs,
    },
  });
  expect(violations(result.report, schema)).toEqual([]);
  return { result, report: result.report as RunReport };
}

function acme(): Organization {
  const found = sandbox.state.organizations.get('acme');
  if (!found) throw new Error('the sandbox has no acme');
  return found;
}

/** Outputs and summary are made from the report and nothing else. */
function expectOneStory({ result, report }: { result: RunResult; report: RunReport }): void {
  expect(result.outputs).toEqual(outputsOf(report, result.outputs['report']));
  expect(result.summary.trim()).toBe(renderSummary(report).trim());
  expect(result.log).toContain(`(${duration(report.durationMs)})`);
}

it('a success: the report holds what the server holds, and everything else is made from it', async () => {
  const ran = await act();
  const { result, report } = ran;
  expectOneStory(ran);
  const release = acme().releases.get('shop@1.2.3');
  const [bundle] = acme().bundles;
  expect(report).toMatchObject({
    result: 'success',
    release: { version: release?.version, created: true },
    deploys: release?.deploys.map(({ id, environment }) => ({ id: String(id), environment })),
    sourcemaps: {
      upload: {
        files: bundle?.files.length,
        bundles: [{ bundleId: bundle?.bundleId, checksum: bundle?.checksum, state: 'ok' }],
      },
    },
    problems: [],
  });
  expect(Date.parse(report.finalizedAt ?? '')).toBe(release?.dateReleased);
  const ids = new Set(bundle?.debugIds.map(({ debugId }) => debugId));
  expect(new Set(report.sourcemaps?.upload?.debugIds.map(({ debugId }) => debugId))).toEqual(ids);
  for (const said of [
    'shop@1.2.3',
    'production',
    '6 files in 1 bundle (processed by Sentry)',
    report.release?.url ?? '',
  ])
    expect(result.log).toContain(said);

  // The link that log, summary and outputs name leads there.
  const page = await (await fetch(report.release?.url ?? '')).text();
  for (const said of ['shop@1.2.3', 'production', bundle?.bundleId ?? '', ...ids]) expect(page).toContain(said);
});

it('a failure: the failed step and what was not reached are the same everywhere', async () => {
  sandbox.faults.add({
    match: { path: '**/artifactbundle/assemble/' },
    do: { status: 400, body: { error: 'no room' } },
  });
  const ran = await act();
  const { result, report } = ran;
  expectOneStory(ran);
  expect(report.result).toBe('failed');
  const failed = report.steps.filter(({ status }) => status === 'failed').map(({ name }) => STEP_TITLES[name]);
  expect(failed).toEqual(['Source maps']);
  expect(result.log).toContain('Failed: Source maps');
  expect(result.log).toContain('Not done: Verify upload, Deploy, Finalize\n');
  expect(result.summary).toContain('**Not reached:** Verify upload, Deploy, Finalize\n');
  expect(result.summary).toContain('Skipped: Verify site (no verify&#95;url given)');
  expect(acme().releases.get('shop@1.2.3')?.deploys).toEqual([]);
});

it('a dry run: a plan, the same everywhere, and nothing on the server', async () => {
  const ran = await act({ dry_run: 'true' });
  expectOneStory(ran);
  expect(ran.report).toMatchObject({
    result: 'dry-run',
    deploys: [],
    sourcemaps: { upload: { files: 6, bundles: [{ state: 'planned' }] } },
  });
  expect(acme().bundles).toEqual([]);
  expect([...acme().releases.keys()]).toEqual([]);
});

it('run again: found, not made; re-used, not sent', async () => {
  await act();
  const ran = await act();
  expectOneStory(ran);
  expect(ran.report).toMatchObject({ result: 'success', release: { created: false }, deploys: [{ existed: true }] });
  expect(ran.result.outputs).toMatchObject({ uploaded_bytes: '0' });
  expect(acme().releases.get('shop@1.2.3')?.deploys).toHaveLength(1);
});
