/** Log, job summary, outputs and the sandbox's page tell one story: that of the JSON report, and of what the server holds. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STEP_TITLES } from '../../src/report/charts.js';
import { bytes, count } from '../../src/report/format.js';
import { expectOneStory, groupsOf, openStage, panel, type Ran, RELEASE, type Stage } from './agreement-support.js';

let stage: Stage;
afterEach(() => stage.close());

const stored = () => stage.acme.releases.get(RELEASE);
const page = (heading: string) => panel(stage.sandbox.url, heading);
const requestsTo = (part: string) => stage.sandbox.requests.filter(({ path }) => path.includes(part));

/** Every file of the build, with its content. */
function filesOf(folder: string): Record<string, string> {
  const paths = readdirSync(join(folder, 'dist'), { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  const read = paths.map((one) => join(one.parentPath, one.name)).sort();
  return Object.fromEntries(read.map((path) => [path, readFileSync(path, 'utf8')]));
}

/** The server's own account: what it stored, what it was sent, and what its page shows of both. */
async function expectServerAgrees({ result, report }: Ran): Promise<void> {
  const release = stored();
  const { deploys, finalizedAt, sourcemaps, traffic } = report;
  expect(report.release?.version).toBe(release?.version);
  expect(deploys.map(({ id, environment }) => [id, environment])).toEqual(
    release?.deploys.map(({ id, environment }) => [String(id), environment]),
  );
  expect(finalizedAt === null ? undefined : Date.parse(finalizedAt)).toBe(release?.dateReleased);
  const shown = await page(RELEASE);
  expect(shown).toContain(finalizedAt === null ? 'not finalized' : 'finalized');
  expect(shown).toContain(
    deploys.length === 0 ? 'Deploys none' : `Deploys production deploy ${result.outputs['deploy_id']},`,
  );
  expect(stage.acme.bundles.map(({ bundleId }) => bundleId)).toEqual(
    sourcemaps?.upload?.bundles.map(({ bundleId }) => bundleId) ?? [],
  );
  for (const { bundleId, chunks, files } of sourcemaps?.upload?.bundles ?? []) {
    const text = await page(bundleId);
    expect(text).toContain(` in ${count(chunks, 'chunk')} `);
    expect(text).toContain(`${count(files, 'file')}, `);
    for (const { debugId } of sourcemaps?.upload?.debugIds ?? []) expect(text).toContain(debugId);
  }
  expect(traffic.requests).toBe(stage.sandbox.requests.length);
  expect(traffic.bytesSent).toBe(stage.sandbox.requests.reduce((sum, request) => sum + request.bytes, 0));
}

describe('a success', () => {
  it('with commits from the clone: count, deploy, bytes, chunks and ids are the same everywhere', async () => {
    stage = await openStage();
    const ran = await stage.act();
    const { report, result } = ran;
    expectOneStory(ran);
    await expectServerAgrees(ran);
    expect(report).toMatchObject({ result: 'success', problems: [], release: { created: true } });

    expect(report.commits).toMatchObject({ source: 'git', count: stored()?.commits.length });
    expect(result.outputs['commits']).toBe('3');
    expect(await page(RELEASE)).toMatch(/Commits 3 commits/);
    expect(result.log).toContain('3 commits from git');
    expect(result.summary).toContain('3 commits from git');

    const kept = [...stage.acme.chunks.values()];
    const upload = report.sourcemaps?.upload;
    expect([upload?.chunksSent, upload?.chunksReused]).toEqual([kept.length, 0]);
    expect([upload?.uploadedBytes, upload?.reusedBytes]).toEqual([kept.reduce((sum, { size }) => sum + size, 0), 0]);
    expect(result.outputs['uploaded_bytes']).toBe(String(upload?.uploadedBytes));
    expect(result.summary).toContain(
      `All ${bytes(upload?.uploadedBytes ?? 0)} were sent (${bytes(upload?.wireBytes ?? 0)} on the wire)`,
    );

    // Each id once in the first project, one in the second: what the step says is what was asked.
    const ids = new Set(stage.acme.bundles[0]?.debugIds.map(({ debugId }) => debugId));
    expect(new Set(upload?.debugIds.map(({ debugId }) => debugId))).toEqual(ids);
    const said = `Sentry resolves all ${ids.size} debug ids asked for`;
    expect(report.steps.find(({ name }) => name === 'verify')).toMatchObject({ status: 'done', detail: said });
    expect(result.summary).toContain(said);
    expect(requestsTo('artifact-lookup').filter(({ path }) => path.includes('/acme/web/'))).toHaveLength(ids.size);
    expect(requestsTo('artifact-lookup').filter(({ path }) => path.includes('/acme/api/'))).toHaveLength(1);

    // The link that log, summary and outputs name leads to the page.
    for (const text of [result.log, result.outputs['release_url']]) expect(text).toContain(report.release?.url);
    expect(await panel(report.release?.url ?? '', RELEASE)).toBe(await page(RELEASE));
  });

  it('with commits that Sentry reads by itself: the head that the page shows is the one that was told', async () => {
    stage = await openStage(true);
    const ran = await stage.act();
    const { report, result } = ran;
    expectOneStory(ran);
    await expectServerAgrees(ran);
    expect(report.commits?.source).toBe('integration');
    expect(stored()?.headCommits.map(({ commit }) => commit)).toEqual([stage.head]);
    expect(await page(RELEASE)).toContain(`head acme/web@${stage.head.slice(0, 12)}`);
    expect(groupsOf(result.log).get('Commits')?.join()).toContain(`acme/web@${stage.head.slice(0, 12)}`);
    expect(result.log).toContain("commits through Sentry's integration");
    expect(result.outputs['commits']).toBe(report.commits?.count === 0 ? undefined : String(report.commits?.count));
  });

  it('run again: found, not made; re-used, not sent', async () => {
    stage = await openStage();
    await stage.act();
    const before = stage.sandbox.requests.length;
    const ran = await stage.act();
    const { report, result } = ran;
    expectOneStory(ran);
    expect(report).toMatchObject({ result: 'success', release: { created: false }, deploys: [{ existed: true }] });
    const whole = [...stage.acme.chunks.values()].reduce((sum, { size }) => sum + size, 0);
    expect(report.sourcemaps?.upload).toMatchObject({
      chunksSent: 0,
      chunksReused: stage.acme.chunks.size,
      uploadedBytes: 0,
    });
    expect(result.outputs).toMatchObject({ uploaded_bytes: '0', reused_bytes: String(whole) });
    expect(result.summary).toContain(`Nothing had to be sent: all ${bytes(whole)} were in Sentry already.`);
    expect(stored()?.deploys).toHaveLength(1);
    expect(report.traffic.requests).toBe(stage.sandbox.requests.length - before);
  });

  it('that had to wait: each wait that the server asked for is in log, summary and report', async () => {
    stage = await openStage();
    stage.sandbox.faults.add({
      match: { method: 'POST', path: '**/releases/', nth: 1 },
      do: { status: 429, headers: { 'retry-after': '1' }, body: { detail: 'slow down' } },
    });
    const ran = await stage.act({ sourcemaps: '', verify: 'false' });
    const { report, result } = ran;
    expectOneStory(ran);
    expect(stage.sandbox.requests.filter(({ status }) => status === 429)).toHaveLength(1);
    expect(report.traffic.waits).toEqual([
      { endpoint: expect.stringContaining('POST'), reason: expect.any(String), waitMs: expect.any(Number), attempt: 2 },
    ]);
    expect(report.traffic.waits[0]?.waitMs).toBeGreaterThanOrEqual(1000);
    expect(result.log).toMatch(/ · waited 1\.\d s for Sentry\n/);
    expect(result.summary).toContain('<summary>1 wait for Sentry</summary>');
  });
});

describe('a failure', () => {
  it('before anything was sent: the failed step and what was not reached are the same everywhere', async () => {
    stage = await openStage();
    stage.sandbox.faults.add({
      match: { path: '**/artifactbundle/assemble/' },
      do: { status: 400, body: { error: 'no room' } },
    });
    const ran = await stage.act();
    expectOneStory(ran);
    await expectServerAgrees(ran);
    const { report, result } = ran;
    expect(report.result).toBe('failed');
    const failed = report.steps.filter(({ status }) => status === 'failed').map(({ name }) => STEP_TITLES[name]);
    expect(failed).toEqual(['Source maps']);
    expect(result.log).toContain('Failed: Source maps');
    expect(result.log).toContain('Not done: Verify upload, Deploy, Finalize\n');
    expect(result.summary).toContain('**Not reached:** Verify upload, Deploy, Finalize\n');
    expect(result.summary).toContain('Skipped: Verify site (no verify&#95;url given)');
    expect(report.sourcemaps).toMatchObject({ upload: null, sent: { chunksSent: 0, uploadedBytes: 0, wireBytes: 0 } });
  });

  it('after chunks were sent: what Sentry keeps of them is told as it is', async () => {
    stage = await openStage();
    stage.sandbox.faults.add({ match: { path: '**/artifactbundle/assemble/' }, do: { job: { error: 'no room' } } });
    const ran = await stage.act();
    expectOneStory(ran);
    const { report, result } = ran;
    const kept = [...stage.acme.chunks.values()];
    const size = kept.reduce((sum, chunk) => sum + chunk.size, 0);
    expect(kept.length).toBeGreaterThan(0);
    expect(report.sourcemaps).toMatchObject({ upload: null, sent: { chunksSent: kept.length, uploadedBytes: size } });
    const said = `${count(kept.length, 'chunk')} (${bytes(size)}) sent before the upload stopped; Sentry keeps them`;
    expect(result.log).toContain(said);
    expect(result.summary).toContain(said);
  });

  it('after the upload: the bundle is there, the deploy is not, and everything says so', async () => {
    stage = await openStage();
    stage.sandbox.faults.add({
      match: { method: 'POST', path: '**/deploys/' },
      do: { status: 403, body: { detail: 'no' } },
    });
    const ran = await stage.act();
    expectOneStory(ran);
    await expectServerAgrees(ran);
    const { report, result } = ran;
    expect(report).toMatchObject({ result: 'failed', deploys: [], finalizedAt: null });
    expect(report.sourcemaps?.upload?.bundles).toHaveLength(1);
    expect(result.outputs['bundle_id']).toBe(stage.acme.bundles[0]?.bundleId);
    expect(result.outputs).not.toHaveProperty('deploy_id');
    expect(result.log).toContain(
      '  Done: Token check, Release, Commits, Source maps, Verify upload\n  Failed: Deploy\n  Not done: Finalize\n',
    );
    expect(await page(RELEASE)).toMatch(/not finalized.*Deploys none/);
  });
});

it('a failure between two deploys: the one that is there is told everywhere, the other nowhere', async () => {
  stage = await openStage();
  stage.sandbox.faults.add({
    match: { method: 'POST', path: '**/deploys/', nth: 2 },
    do: { status: 403, body: { detail: 'no' } },
  });
  const ran = await stage.act({ environment: 'staging, production', sourcemaps: '', verify: 'false' });
  expectOneStory(ran);
  const { report, result } = ran;
  expect(stored()?.deploys.map(({ environment }) => environment)).toEqual(['staging']);
  expect(report.deploys).toEqual([expect.objectContaining({ id: '1', environment: 'staging' })]);
  expect(result.outputs['deploy_id']).toBe('1');
  expect(groupsOf(result.log).get('Deploy')?.[0]).toBe('recorded deploy 1 to staging');
  for (const text of [result.log, result.summary]) expect(text).toContain(' · deployed to staging');

  const again = await stage.act({ environment: 'staging, production', sourcemaps: '', verify: 'false' });
  expect(again.report.deploys).toMatchObject([
    { id: '1', environment: 'staging', existed: true },
    { id: '2', environment: 'production', existed: false },
  ]);
  expect(again.result.outputs['deploy_id']).toBe('1,2');
  expect(again.result.summary).toContain(' · deployed to staging, production');
  expect(await page(RELEASE)).toMatch(
    /staging deploy 1,.*production deploy 2,|production deploy 2,.*staging deploy 1,/,
  );
});

it('a warning: the file is named in log, annotation, summary and report, and the upload is what it is', async () => {
  stage = await openStage();
  writeFileSync(join(stage.workspace, 'dist', 'lonely.js'), 'lonely();\n');
  const ran = await stage.act();
  expectOneStory(ran);
  await expectServerAgrees(ran);
  const { report, result } = ran;
  expect(report.result).toBe('success');
  expect(report.problems).toEqual([expect.objectContaining({ severity: 'warning', file: 'dist/lonely.js' })]);
  expect(result.annotations).toEqual([expect.objectContaining({ severity: 'warning', file: 'dist/lonely.js' })]);
  expect(result.summary).toContain('### 1 warning\n\n- ⚠️ <code>dist/lonely.js</code>');
});

it('sixty warnings: each is in the report and counted in log, annotations and summary; ten annotations, and no name twice', async () => {
  stage = await openStage();
  const names = Array.from({ length: 60 }, (_, index) => `lonely-${String(index).padStart(2, '0')}.js`);
  for (const name of names) writeFileSync(join(stage.workspace, 'dist', name), 'lonely();\n');
  const { report, result } = await stage.act({ verify: 'false' });
  expect(report.problems.map(({ file }) => file).sort()).toEqual(names.map((name) => `dist/${name}`));
  const shown = result.annotations.filter(({ severity }) => severity === 'warning');
  expect(shown).toHaveLength(10);
  expect(shown.at(-1)?.message).toMatch(/^51 more of this kind/);
  expect(result.log).toContain('Scripts without a map: 60 (');
  expect(result.log).toContain('\nwarning: dist/lonely-40.js has no ');
  expect(result.summary).toContain('60 warnings (below)');
  expect(result.summary).toContain('### 60 warnings');
  expect(result.summary).toMatch(/^- ⚠️ <b>Each of 60 files<\/b> has no .* and 50 more, which the JSON report names$/m);
});

it('a dry run: a plan, the same everywhere, and nothing on the server', async () => {
  stage = await openStage();
  const before = filesOf(stage.workspace);
  const ran = await stage.act({ dry_run: 'true', verify_url: 'http://127.0.0.1:9/', delete_after_upload: 'true' });
  expect(filesOf(stage.workspace)).toEqual(before);
  expectOneStory(ran);
  const { report, result } = ran;
  expect(report).toMatchObject({ result: 'dry-run', deploys: [], finalizedAt: null });
  expect(report.sourcemaps?.upload).toMatchObject({ files: 6, bundles: [{ state: 'planned' }], chunksSent: 0 });
  const size = bytes(report.sourcemaps?.upload?.bundles[0]?.bytes ?? 0);
  for (const text of [result.log, result.summary]) expect(text).toContain(`${size} at most to send`);
  const planned = report.steps.filter(({ status }) => status === 'planned').map(({ name }) => name);
  expect(planned).toEqual(['release', 'commits', 'sourcemaps', 'verify', 'deploy', 'finalize', 'verify-url']);
  expect(stage.sandbox.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  expect(report.traffic.requests).toBe(stage.sandbox.requests.length);
  expect([stage.acme.bundles.length, stage.acme.releases.size, stage.acme.chunks.size]).toEqual([0, 0, 0]);
  expect(await page(RELEASE)).toBeUndefined();
});

describe('a run that ends otherwise', () => {
  it('skipped, without a token: no request, and one reason everywhere', async () => {
    stage = await openStage();
    const ran = await stage.act({ auth_token: '', on_missing_token: 'skip' });
    const { report, result } = ran;
    expectOneStory(ran);
    expect(report.result).toBe('skipped');
    const [notice] = result.annotations;
    expect(report.steps[0]).toMatchObject({ name: 'token', status: 'skipped', detail: notice?.message });
    expect(stage.sandbox.requests).toEqual([]);
  });

  it('warned, with on_failure: warn: green, and the failure is told as a warning', async () => {
    stage = await openStage();
    stage.sandbox.faults.add({
      match: { method: 'POST', path: '**/deploys/' },
      do: { status: 403, body: { detail: 'no' } },
    });
    const ran = await stage.act({ on_failure: 'warn' });
    expectOneStory(ran);
    await expectServerAgrees(ran);
    expect([ran.result.exitCode, ran.report.result]).toEqual([0, 'warned']);
    expect(ran.result.annotations.map(({ severity }) => severity)).toEqual(['warning']);
    expect(ran.report.problems.map(({ severity }) => severity)).toEqual(['error']);
  });

  it('cancelled: what is done is told, the rest is not reached', async () => {
    stage = await openStage();
    stage.sandbox.faults.add({ match: { method: 'POST', path: '**/deploys/' }, do: { delayMs: 20_000 } });
    const cancel = new AbortController();
    const onLine = (line: string) => line.includes('Sentry resolves') && cancel.abort();
    const ran = await stage.act({}, { signal: cancel.signal, onLine });
    expectOneStory(ran);
    expect(ran.report.result).toBe('cancelled');
    expect(ran.result.exitCode).toBe(130);
    expect(ran.report.sourcemaps?.upload?.bundles[0]?.bundleId).toBe(stage.acme.bundles[0]?.bundleId);
    expect(ran.result.log).toContain('  Cancelled in: Deploy\n  Not done: Finalize\n');
    expect(stored()?.dateReleased).toBeUndefined();
  });
});

describe('the log', () => {
  it('has a line for every fact that matters, in the group of its step', async () => {
    stage = await openStage();
    const ran = await stage.act({ release: 'shop@1.2.2' }, {});
    const before = ran.report.sourcemaps?.upload?.bundles[0]?.bundleId;
    const next = stage.commit('d.txt');
    writeFileSync(join(stage.workspace, 'dist', 'lonely.js'), 'lonely();\n');
    const { result, report } = await stage.act({}, { env: { GITHUB_SHA: next } });
    const groups = groupsOf(result.log);
    const upload = report.sourcemaps?.upload;
    const expected: [string, RegExp][] = [
      ['Token check', /^integration token for acme at http:\S+ \(org:read, project:releases\); sees web, api$/m],
      ['Files', /^dist: 7 files$/m],
      ['Source maps', /^4 scripts: 3 with a map, 1 without$/m],
      ['Release', /^http:\S+\/organizations\/acme\/releases\/shop%401\.2\.3\/$/m],
      ['Release', /^created: shop@1\.2\.3 for web, api$/m],
      ['Commits', new RegExp(`^1 commit from git ${stage.head.slice(0, 12)}\\w*\\.\\.${next.slice(0, 12)}`, 'm')],
      ['Source maps', /^Scripts that had a debug id: 3 \(dist\/assets\/.*\)$/m],
      ['Source maps', /^##\[warning\]dist\/lonely\.js has no /m],
      [
        'Source maps',
        new RegExp(`^Bundle ${upload?.bundles[0]?.bundleId}: 7 files, .* in \\d+ chunks; processed by Sentry$`, 'm'),
      ],
      ['Source maps', /^Sent \d+ chunks? \(.*\), re-used \d+ chunks? \(.*\)$/m],
      ['Verify upload', /^Sentry resolves all 4 debug ids asked for$/m],
      ['Deploy', new RegExp(`^recorded deploy ${report.deploys[0]?.id} to production$`, 'm')],
      ['Finalize', /^released at \d{4}-\d\d-\d\dT/m],
    ];
    for (const [title, line] of expected)
      expect([title, (groups.get(title) ?? []).join('\n')]).toEqual([title, expect.stringMatching(line)]);
    expect(before).not.toBe(upload?.bundles[0]?.bundleId);
    expect(result.log.split('\n')[0]).toBe('Release shop@1.2.3 (as given)');
    expect(upload?.chunksReused).toBeGreaterThan(0);
  });

  it('has debug lines only when the job is debugged, as commands that the runner hides otherwise', async () => {
    stage = await openStage();
    const quiet = await stage.act({ sourcemaps: '', verify: 'false' });
    expect(quiet.result.commands.filter(({ command }) => command === 'debug')).toEqual([]);
    const loud = await stage.act(
      { sourcemaps: '', verify: 'false' },
      { env: { RUNNER_DEBUG: '1', ACTIONS_STEP_DEBUG: 'true' } },
    );
    expect(loud.result.commands.filter(({ command }) => command === 'debug').length).toBeGreaterThan(5);
    expect(loud.result.log).not.toContain('debug: ');
  });
});
