import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { itOnPosix } from '../support/platform.js';
import { initCheckout, writeWithMap } from '../support/workspace.js';
import type { RunResult } from './harness.js';
import {
  assemble429,
  type BareRun,
  expectComplete,
  expectRest,
  hangingGit,
  limitedNode,
  type Scene,
  SMALL,
  scenes,
  spawnBundle,
  writeBuild,
} from './reliability-support.js';

/** Rows of docs/reliability.md that need the bundle and real time: waits, repeated and parallel runs, a runner short of everything. */

const { cleanups, start } = scenes();
const at = (request: { readonly time: string } | undefined) => Date.parse(request?.time ?? '');

// These run in real time against a real process: on a machine that stands still for a second, a window can be missed. Once more
// then; what fails twice is a defect.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

describe('waits, in the bundle and in real time', () => {
  it('rows 2 and 71: no request of the family comes before the three seconds of Retry-After are over', async () => {
    const world = await start({ faults: assemble429({ 'Retry-After': '3' }) });
    const result = await world.run();
    await expectComplete(world, result);
    const [first, second] = world.posts('/assemble/');
    expect(at(second) - at(first)).toBeGreaterThanOrEqual(3_000);
    expect(result.log).toMatch(/rate limited, asked by Retry-After; waiting 3/);
  }, 60_000);

  it('row 6: a wait past the timeout stops at once with endpoint, wait and time left; the re-run sends only the rest', async () => {
    const fault = {
      match: { method: 'POST', path: '**/chunk-upload/', nth: { from: 3 } },
      do: { status: 429, headers: { 'Retry-After': '3600' } },
    };
    const world = await start({ faults: [fault], options: { ...SMALL, concurrency: 1 } });
    const result = await world.run({ inputs: { timeout: '60s' } });
    expect(result.exitCode).toBe(1);
    expect(result.durationMs).toBeLessThan(10_000);
    const [third, ...more] = world.posts('/chunk-upload/').filter(({ status }) => status === 429);
    expect(more).toEqual([]);
    expect(Date.now() - at(third)).toBeLessThan(5_000);
    expect(result.log).toMatch(
      /Sentry limits the rate of POST chunk-upload and asks to wait 3600 s, but only \d+ s are left of the timeout/,
    );
    expect(result.log).toContain('Run it again later: it continues where it stopped');
    expect(result.log).toMatch(/^ {2}\d+ chunks \(.*\) sent before the upload stopped/m);
    expect(result.log).toMatch(/^ {2}Done: Token check, Release$/m);
    expect(result.log).toMatch(/^ {2}Not done: Deploy, Finalize$/m);
    expect(await expectRest(world)).toBeGreaterThan(0);
  }, 60_000);

  it('row 6: a busy server that asks for an hour (503) is named as what it is, and left at once', async () => {
    const do503 = { status: 503, headers: { 'Retry-After': '3600' } };
    const world = await start({ faults: [{ match: { method: 'POST', path: '**/releases/' }, do: do503 }] });
    const result = await world.run();
    expect(result.exitCode).toBe(1);
    expect(result.log).toMatch(
      /POST releases answered 503 Service Unavailable.* and asks to wait 3600 s, but only \d+ s are left/,
    );
    expect(result.log).not.toContain('limits the rate');
    expect(world.posts('/releases/')).toHaveLength(1);
  }, 60_000);

  it('row 7: a reset alone is waited for by the server’s clock', async () => {
    const reset = Math.floor(Date.now() / 1000) + 6;
    const world = await start({ faults: assemble429({ 'X-Sentry-Rate-Limit-Reset': String(reset) }) });
    await expectComplete(world, await world.run());
    expect(at(world.posts('/assemble/')[1])).toBeGreaterThanOrEqual(reset * 1000);
  }, 60_000);

  it('row 9: a window of ten requests a second is never overrun', async () => {
    const world = await start({ limits: { default: { limit: 10, windowSeconds: 1 } }, options: SMALL }, 120_000);
    await expectComplete(world, await world.run());
    expect(world.posts('/chunk-upload/').length).toBeGreaterThan(15);
    expect(world.posts('/chunk-upload/').filter(({ status }) => status === 429)).toEqual([]);
  }, 60_000);

  it('row 10: two requests at once are the limit, and it is kept', async () => {
    const limits = { default: { limit: 1_000, concurrent: 2 }, enforceConcurrent: true };
    const world = await start({ limits, options: SMALL }, 120_000);
    await expectComplete(world, await world.run());
    expect(world.posts('/chunk-upload/').filter(({ status }) => status === 429).length).toBeLessThanOrEqual(2);
  }, 60_000);
});

describe('the log', () => {
  const told = ({ log }: RunResult) => log.split('\n').filter((line) => /; (waiting|attempt) \d/.test(line));

  it('has one line for each wait or retry: the reason, how long, and the attempt of six or the wait in a row with the time left', async () => {
    const world = await start({
      faults: [
        { match: { method: 'POST', path: '**/releases/', nth: 1 }, do: { reset: 'before-body' } },
        { match: { method: 'GET', path: '**/chunk-upload/', nth: 1 }, do: { status: 502 } },
        {
          match: { method: 'POST', path: '**/assemble/', nth: { to: 2 } },
          do: { status: 429, headers: { 'Retry-After': '1' } },
        },
        {
          match: { method: 'PUT', path: '**/releases/1.0.0/', nth: 1 },
          do: { status: 503, headers: { 'Retry-After': '1' } },
        },
      ],
    });
    const result = await world.run({ inputs: { timeout: '10m' } });
    await expectComplete(world, result);
    const lines = told(result);
    const left = '(5[89]\\d|600) s left';
    const expected = [
      /^POST releases: the connection to .* was closed before the answer \(\w+\); attempt 2 of 6 in \d+(\.\d)? m?s$/,
      /^GET chunk-upload answered 502 Bad Gateway.*; attempt 2 of 6 in \d+(\.\d)? m?s$/,
      new RegExp(
        `^POST assemble: rate limited, asked by Retry-After; waiting 1(\\.\\d)? s \\(wait 1 in a row, as long as the timeout allows: ${left}\\)$`,
      ),
      new RegExp(
        `^POST assemble: rate limited, asked by Retry-After; waiting 1(\\.\\d)? s \\(wait 2 in a row, as long as the timeout allows: ${left}\\)$`,
      ),
      /^PUT release answered 503 Service Unavailable.*, asked by Retry-After; attempt 2 of 6 in \d+(\.\d)? s$/,
    ];
    expect(lines).toEqual(expected.map((line) => expect.stringMatching(line)));
  }, 60_000);

  it('has one line for a wait of many requests: a wave of refusals is no storm', async () => {
    const fault = {
      match: { method: 'POST', path: '**/chunk-upload/', nth: { from: 3, to: 8 } },
      do: { status: 429, headers: { 'Retry-After': '1' } },
    };
    const world = await start({ faults: [fault], options: SMALL }, 120_000);
    const result = await world.run();
    await expectComplete(world, result);
    const refused = world.posts('/chunk-upload/').filter(({ status }) => status === 429);
    expect(refused).toHaveLength(6);
    const lines = told(result).filter((line) => line.startsWith('POST chunk-upload'));
    // The first wave had up to four under way; each wait after it is tried by a single request.
    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(lines.length).toBeLessThanOrEqual(6);
    expect(lines.map((line) => /wait (\d+) in a row/.exec(line)?.[1])).toEqual(lines.map((_line, nth) => `${nth + 1}`));
    expect(new Set(refused.map((request) => Math.floor(at(request) / 500))).size).toBeGreaterThanOrEqual(
      lines.length - 1,
    );
  }, 60_000);
});

describe('twice', () => {
  it('row 48: the same attempt again sends no chunk and makes no deploy; the next attempt makes one', async () => {
    const world = await start();
    await expectComplete(world, await world.run());
    world.sandbox.log.clear();
    await expectComplete(world, await world.run());
    expect(world.posts('/chunk-upload/')).toEqual([]);
    expect(world.posts('/deploys/')).toEqual([]);
    const next = await world.run({ env: { GITHUB_RUN_ATTEMPT: '2' } });
    expect(next.exitCode).toBe(0);
    expect(world.org().releases.get('1.0.0')?.deploys).toHaveLength(2);
  }, 60_000);

  it('row 49: two jobs at once on one release, each with files and commits, are both green; the re-runs lose and double nothing', async () => {
    const repository = (name: string) => ({ name, url: `https://github.com/${name}` });
    const lock = { match: { method: 'PUT', path: '**/releases/1.0.0/', nth: 2 }, do: { commitLock: true } } as const;
    const world = await start({
      organizations: [{ slug: 'acme', projects: [{ slug: 'web' }], repositories: [repository('other/lib')] }],
      faults: [lock],
    });
    writeBuild(join(world.folder, 'macos'), 20_000, 'another build');
    const { commit } = initCheckout(world.folder);
    const [first, , last] = ['one.txt', 'two.txt', 'three.txt'].map((path) => commit(path));
    const job = (name: string, folder: string, attempt = '1') =>
      world.run({
        inputs: {
          ...{ dist: name, environment: name, sourcemaps: folder, projects: 'web', set_commits: 'manual' },
          ...{ repo: 'acme/web', commit: last ?? '', previous_commit: first ?? '', wait: 'true' },
        },
        env: { GITHUB_RUN_ATTEMPT: attempt, GITHUB_SHA: last },
      });
    const both = () => Promise.all([job('linux', 'dist'), job('macos', 'macos')]);
    expectGreen(await both());
    await expectMatrix(world, 2);
    // The whole attempt once more, then "Re-run failed jobs" of one of them.
    expectGreen(await both());
    await expectMatrix(world, 2);
    expectGreen([await job('macos', 'macos', '2')]);
    await expectMatrix(world, 3);
  }, 120_000);

  function expectGreen(results: readonly RunResult[]): void {
    for (const { exitCode, log } of results)
      expect({ exitCode, log: exitCode === 0 ? '' : log }).toEqual({ exitCode: 0, log: '' });
  }

  /** One release; its commits once; a bundle for each job with its own files; a deploy for each job and attempt. */
  async function expectMatrix(world: Scene, deploys: number): Promise<void> {
    await world.sandbox.idle();
    expect([...world.org().releases.keys()]).toEqual(['1.0.0']);
    const release = world.org().releases.get('1.0.0');
    expect(release?.commits.map(({ message }) => message)).toEqual(['Add three', 'Add two']);
    expect(release?.headCommits.map(({ commit, repository }) => [repository.name, commit])).toEqual([
      ['acme/web', release?.commits[0]?.id],
    ]);
    const linked = world
      .org()
      .bundles.map(({ debugIds, releases }) => ({ releases, ids: new Set(debugIds.map(({ debugId }) => debugId)) }));
    expect(
      linked.flatMap(({ releases }) => releases.map(({ dist, release: version }) => `${version}/${dist}`)).sort(),
    ).toEqual(['1.0.0/linux', '1.0.0/macos']);
    for (const [index, folder] of ['dist', 'macos'].entries()) {
      const name = index === 0 ? 'linux' : 'macos';
      const bundle = linked.find(({ releases }) => releases.some(({ dist }) => dist === name));
      expect([...(bundle?.ids ?? [])].sort()).toEqual(debugIdsIn(join(world.folder, folder)));
    }
    const urls = release?.deploys.map(({ environment, url }) => `${environment} ${url?.split('/').at(-1)}`);
    expect(urls?.sort()).toEqual(['linux 1', 'macos 1', 'macos 2'].slice(0, deploys));
  }

  function debugIdsIn(folder: string): readonly (string | undefined)[] {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.js'))
      .map((name) => /debugId=([0-9a-f-]{36})/.exec(readFileSync(join(folder, name), 'utf8'))?.[1])
      .sort();
  }
});

describe('a runner short of everything', () => {
  // Windows has no such limit.
  itOnPosix(
    'row 52: a disk that takes no more ends the run with the file and the reason; no file is half written, none is left',
    async () => {
      const world = await start();
      const dist = join(world.folder, 'dist');
      writeWithMap(dist, 'f9', `x("${'0123456789'.repeat(40_000)}");`);
      const before = readAll(dist);
      // In blocks of 512 or 1,024 bytes: outputs and report fit, the big script does not.
      const node = limitedNode(world.folder, 'ulimit -f 200');
      const result = await world.run({ node });
      expect(result).toMatchObject({ exitCode: 1, exitSignal: null });
      expect(result.log).toMatch(/Cannot write dist\/f9\.js(\.map)?: EFBIG/);
      expect(result.log).toContain('Check free space and permissions of the folder.');
      expect(result.outputs['result']).toBe('failed');
      expect(result.summary).toContain('EFBIG');
      expect([...result.tmpFiles, ...result.leftovers]).toEqual([]);
      const after = readAll(dist);
      expect([...after.keys()]).toEqual([...before.keys()]);
      // The pair that did not fit is as it was; others may be edited, as a whole.
      for (const name of ['f9.js', 'f9.js.map']) expect(after.get(name) === before.get(name)).toBe(true);
      for (const [name, text] of after) if (name.endsWith('.map')) JSON.parse(text);
      await expectComplete(world, await world.run());
    },
    60_000,
  );

  function readAll(folder: string): Map<string, string> {
    return new Map(
      readdirSync(folder)
        .sort()
        .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
    );
  }

  /** The bundle as a bare process, green to its end, with its release at Sentry. */
  async function released(how: {
    readonly hook?: string;
    readonly onStart?: (run: BareRun) => void;
  }): Promise<{ readonly world: Scene; readonly run: BareRun }> {
    const world = await start();
    const run = spawnBundle(world, how.hook);
    how.onStart?.(run);
    expect((await run.ended).code).toBe(0);
    expect(world.org().releases.get('1.0.0')?.dateReleased).toBeDefined();
    return { world, run };
  }

  it('row 67: a log that nobody reads any more does not end the upload, nor change its exit code, outputs and summary', async () => {
    const { run, world } = await released({ onStart: ({ child }) => child.stdout?.destroy() });
    await world.sandbox.idle();
    expect(world.org().bundles).toHaveLength(1);
    expect(run.outputs()).toMatchObject({ result: 'success', files: '8' });
    expect(run.summary()).toContain('1.0.0');
  }, 60_000);

  it('row 66: a runner without files for outputs, summary and report: the upload is green, the outputs are in the log', async () => {
    const { run } = await released({
      hook: 'for (const name of ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "RUNNER_TEMP"]) delete process.env[name];',
    });
    expect(run.log()).toMatch(/^::set-output name=result::success$/m);
    expect(run.log()).toMatch(/^Sentry release 1\.0\.0: done/m);
  }, 60_000);

  it('row 67: a log that is read slowly loses no line and holds nothing up', async () => {
    const { run } = await released({
      onStart: ({ child }) => {
        child.stdout?.pause();
        setTimeout(() => child.stdout?.resume(), 3_000);
      },
    });
    await run.said(/^Sentry release 1\.0\.0: done/m);
    expect(run.log().match(/^::group::/gm)?.length).toBe(run.log().match(/^::endgroup::/gm)?.length);
  }, 60_000);

  it('row 68: ten thousand files, two thousand of them with something to warn of, have a short summary and a short log', async () => {
    const world = await start();
    const many = join(world.folder, 'many');
    for (let n = 0; n < 4_000; n += 1) writeWithMap(many, `f${n}`, `f(${n});\n`);
    mkdirSync(join(many, 'lonely'));
    for (let n = 0; n < 2_000; n += 1) writeFileSync(join(many, 'lonely', `l${n}.js`), `l(${n});\n`);
    const result = await world.run({ inputs: { sourcemaps: 'many' } });
    await expectComplete(world, result);
    expect(result.outputs['files']).toBe('10000');
    expect(Buffer.byteLength(result.summary)).toBeLessThan(100 * 1024);
    expect(result.runnerWarnings).toEqual([]);
    const lines = result.log.split('\n');
    expect(lines.length).toBeLessThan(150);
    expect(result.stdout.length).toBeLessThan(64 * 1024);
    expect(lines.filter((line) => line.startsWith('Packed ')).length).toBeLessThanOrEqual(
      result.durationMs / 1_000 + 1,
    );
    expect(result.annotations.length).toBeLessThanOrEqual(50);
    expect(result.report).toMatchObject({ result: 'success' });
  }, 120_000);
});

describe('what was left undone is listed', () => {
  it('on_missing_token: skip: green, in log, summary and report', async () => {
    const world = await start();
    const result = await world.run({ inputs: { auth_token: '', on_missing_token: 'skip' } });
    expect(result.exitCode).toBe(0);
    expect(result.log).toContain('Nothing was sent to Sentry (on_missing_token: skip)');
    expect(result.log).toMatch(/^ {2}Not done: Release, Source maps, Deploy, Finalize$/m);
    expect(result.summary).toContain('Nothing was sent to Sentry');
    const steps = (result.report as { readonly steps: readonly { readonly name: string; readonly status: string }[] })
      .steps;
    const undone = steps.filter(({ status }) => status === 'not-run').map(({ name }) => name);
    expect(undone).toEqual(['release', 'sourcemaps', 'deploy', 'finalize']);
    expect(result.outputs).toMatchObject({ result: 'skipped' });
    expect(world.sandbox.requests).toEqual([]);
  }, 60_000);

  it('on_failure: warn: green, with what is done and what is not', async () => {
    const fault = { match: { method: 'POST', path: '**/assemble/' }, do: { status: 403 } };
    const world = await start({ faults: [fault] });
    const result = await world.run({ inputs: { on_failure: 'warn' } });
    expect(result.exitCode).toBe(0);
    expect(result.log).toMatch(/^ {2}Done: Token check, Release$/m);
    expect(result.log).toMatch(/^ {2}Not done: Deploy, Finalize$/m);
    expect(result.summary).toMatch(/\*\*Not reached:\*\* Deploy, Finalize/);
    expect(result.outputs).toMatchObject({ result: 'warned' });
    await expectComplete(world, await clearAndRun(world));
  }, 60_000);

  it('the timeout of the run ends a request that hangs, with done and not done', async () => {
    const fault = { match: { method: 'POST', path: '**/assemble/' }, do: { stallAfterBytes: 0 } };
    const world = await start({ faults: [fault] });
    const result = await world.run({ inputs: { timeout: '2s' } });
    expect(result.exitCode).toBe(1);
    expect(result.durationMs).toBeLessThan(6_000);
    expect(result.log).toContain('The run did not finish within its timeout of 2 s');
    expect(result.log).toMatch(/^ {2}Done: Token check, Release$/m);
    expect(result.log).toMatch(/^ {2}Not done: Deploy, Finalize$/m);
    await expectComplete(world, await clearAndRun(world));
  }, 60_000);

  itOnPosix(
    'the timeout of the run ends a git that hangs, too, with done and not done; nothing keeps the process',
    async () => {
      const world = await start();
      const { end, options } = hangingGit(world);
      cleanups.push(end);
      const result = await world.run({ ...options, inputs: { ...options.inputs, timeout: '2s' } });
      expect(result).toMatchObject({ exitCode: 1, exitSignal: null });
      expect(result.durationMs).toBeLessThan(6_000);
      expect(result.log).toContain('The run did not finish within its timeout of 2 s');
      expect(result.log).toMatch(/^ {2}Done: Token check, Release$/m);
      expect(result.log).toMatch(/^ {2}Not done: Source maps, Deploy, Finalize$/m);
      expect(result.outputs['result']).toBe('failed');
      await expectComplete(world, await world.run());
    },
    60_000,
  );

  function clearAndRun(world: Scene): Promise<RunResult> {
    world.sandbox.faults.clear();
    return world.run();
  }
});
