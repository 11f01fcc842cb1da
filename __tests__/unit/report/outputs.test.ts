import { readFileSync, rmSync } from 'node:fs';
import { closingLines } from '../../../src/report/closing.js';
import { bar, bytes, count, duration, percent, sentence } from '../../../src/report/format.js';
import { outputsOf } from '../../../src/report/outputs.js';
import { saveReport } from '../../../src/report/save.js';
import { temporaryFolder } from '../../support/workspace.js';
import { recordingLog } from '../token/helpers.js';
import { failedReport, sampleReport } from './sample.js';

describe('outputs', () => {
  it('of a success are all there', () => {
    expect(outputsOf(sampleReport(), '/tmp/r.json')).toEqual({
      release: 'web@1.2.3',
      version: 'web@1.2.3',
      release_url: 'https://sentry.io/organizations/acme/releases/web%401.2.3/',
      deploy_id: '77',
      commits: '42',
      commits_source: 'github',
      files: '126',
      bundle_id: 'b0',
      uploaded_bytes: '1200000',
      reused_bytes: '7800000',
      result: 'success',
      report: '/tmp/r.json',
    });
  });

  it('of a failure are what is known', () => {
    expect(Object.keys(outputsOf(failedReport(), undefined))).toEqual([
      'release',
      'version',
      'release_url',
      'commits',
      'commits_source',
      'result',
    ]);
  });

  it('do not count commits that Sentry has yet to read', () => {
    const commits = { source: 'integration', count: 0, range: null } as const;
    const outputs = outputsOf(sampleReport({ commits }), undefined);
    expect(outputs).toMatchObject({ commits_source: 'integration' });
    expect(outputs).not.toHaveProperty('commits');
    expect(closingLines(sampleReport({ commits }), undefined)[1]).toContain("  commits through Sentry's integration");
  });

  it('of several environments are a list', () => {
    const deploy = sampleReport().deploys[0];
    if (!deploy) throw new Error('the sample has a deploy');
    expect(outputsOf(sampleReport({ deploys: [deploy, { ...deploy, id: '78' }] }), undefined).deploy_id).toBe('77,78');
  });
});

describe('the JSON report', () => {
  it('is written where the runner empties, one folder a step', async () => {
    const temp = temporaryFolder('report');
    const log = recordingLog();
    const paths = [
      await saveReport(sampleReport(), { RUNNER_TEMP: temp }, log),
      await saveReport(sampleReport(), { RUNNER_TEMP: temp }, log),
    ];
    expect(new Set(paths).size).toBe(2);
    for (const path of paths) expect(JSON.parse(readFileSync(path ?? '', 'utf8'))).toEqual(sampleReport());
    rmSync(temp, { recursive: true });
  });

  it('that cannot be written is a notice, not a failure', async () => {
    const log = recordingLog();
    expect(await saveReport(sampleReport(), { RUNNER_TEMP: '/nowhere/at/all' }, log)).toBeUndefined();
    expect(log.text('notice')).toContain('could not be written');
  });
});

describe('the closing lines', () => {
  it('of a success say what is in Sentry and where', () => {
    expect(closingLines(sampleReport(), '/tmp/r.json')).toEqual([
      'Sentry release web@1.2.3: done (3.4 s)',
      '  42 commits from GitHub · 126 files in 1 bundle (processed by Sentry) · 1.1 MiB sent, 7.4 MiB re-used · deployed to production · finalized',
      '  Release: https://sentry.io/organizations/acme/releases/web%401.2.3/',
      '  Report: /tmp/r.json',
    ]);
  });

  it('leave out the date when finalize was skipped, and the commits when setting them failed', () => {
    const steps = sampleReport().steps.map((step) =>
      step.name === 'finalize' ? { ...step, status: 'skipped' as const } : step,
    );
    expect(closingLines(sampleReport({ steps }), undefined).join(' ')).not.toContain('finalized');
    const failed = sampleReport().steps.map((step) =>
      step.name === 'commits' ? { ...step, status: 'failed' as const } : step,
    );
    expect(closingLines(sampleReport({ steps: failed }), undefined).join(' ')).not.toContain('42 commits');
  });

  it('of a dry run count no commits that only Sentry can count', () => {
    const commits = { source: 'integration', count: 1, range: null } as const;
    const report = sampleReport({ result: 'dry-run', commits });
    expect(closingLines(report, undefined)[1]).toMatch(
      /^ {2}commits through Sentry's integration · 126 files in 1 bundle ·/,
    );
    expect(outputsOf(report, undefined)).not.toHaveProperty('commits');
  });

  it('tell no longer wait than the run took: requests wait side by side', () => {
    const wait = { endpoint: 'POST chunk-upload', reason: 'rate limited', waitMs: 2000, attempt: 2 };
    const facts = (waits: (typeof wait)[]) =>
      closingLines(sampleReport({ traffic: { requests: 9, bytesSent: 1, waits } }), undefined)[1];
    expect(facts([wait])).toMatch(/ · waited 2\.0 s for Sentry$/);
    expect(facts([wait, wait])).toMatch(/ · waited up to 3\.4 s for Sentry$/);
  });

  it('of an upload that stopped say what Sentry keeps of it', () => {
    const sent = { chunksSent: 3, uploadedBytes: 2_500_000, wireBytes: 700_000 };
    const stopped = { ...failedReport(), sourcemaps: { patterns: [], upload: null, sent } };
    expect(closingLines(stopped, undefined)[1]).toContain(
      '3 chunks (2.4 MiB) sent before the upload stopped; Sentry keeps them',
    );
    const nothing = { ...sent, chunksSent: 0 };
    const early = { ...stopped, sourcemaps: { ...stopped.sourcemaps, sent: nothing } };
    expect(closingLines(early, undefined)[1]).not.toContain('stopped');
  });

  it('of a cancelled run name the step it was in', () => {
    expect(closingLines({ ...failedReport(), result: 'cancelled' }, undefined)).toContain(
      '  Cancelled in: Source maps',
    );
  });

  it('of a run whose inputs were wrong name no step: nobody knows which were asked for', () => {
    const steps = failedReport().steps.map((step) => ({ ...step, status: 'not-run' as const, durationMs: 0 }));
    const unknown = { ...failedReport(), steps, release: null, commits: null };
    expect(closingLines(unknown, undefined)).toEqual(['Sentry release: failed (3.4 s)']);
  });

  it('of a failure say what is done and what is not', () => {
    expect(closingLines(failedReport(), undefined)).toEqual([
      'Sentry release web@1.2.3: failed (3.4 s)',
      '  42 commits from GitHub',
      '  Done: Token check, Release, Commits',
      '  Failed: Source maps',
      '  Not done: Deploy, Finalize',
      '  Release: https://sentry.io/organizations/acme/releases/web%401.2.3/',
    ]);
  });
});

it.each([
  ['created', 'accepted, Sentry processes it later'],
  ['assembling', 'accepted, Sentry processes it later'],
] as const)('what Sentry calls %s is told in words that say what follows', (state, words) => {
  const report = sampleReport();
  const upload = report.sourcemaps?.upload;
  if (!upload) throw new Error('the sample has an upload');
  const [bundle] = upload.bundles;
  if (!bundle) throw new Error('the sample has a bundle');
  const sourcemaps = { patterns: [], upload: { ...upload, bundles: [{ ...bundle, state }] } };
  expect(closingLines({ ...report, sourcemaps }, undefined).join('\n')).toContain(`126 files in 1 bundle (${words})`);
});

describe('a message', () => {
  it.each([
    ['The token is empty', 'The token is empty.'],
    ['It has no scope (403)', 'It has no scope (403).'],
    ['It said "no room."', 'It said "no room."'],
    ['Nothing was sent.\n', 'Nothing was sent.'],
    ['was redirected to https://sentry.example.com/x', 'was redirected to https://sentry.example.com/x'],
    ['', ''],
  ])('%j is shown with a full stop where it lacks one', (text, shown) => expect(sentence(text)).toBe(shown));
});

describe('numbers for people', () => {
  it.each([
    [0, '0 ms'],
    [340.4, '340 ms'],
    [1200, '1.2 s'],
    [59_940, '59.9 s'],
    [60_000, '1 min'],
    [125_000, '2 min 5 s'],
  ])('%d ms is %s', (ms, text) => expect(duration(ms)).toBe(text));

  it.each([
    [812, '812 B'],
    [1434, '1.4 KiB'],
    [7 * 2 ** 20, '7.0 MiB'],
    [2 ** 20 - 1, '1.0 MiB'],
    [3 * 2 ** 40, '3072.0 GiB'],
  ])('%d bytes are %s', (size, text) => expect(bytes(size)).toBe(text));

  it('one is one and two are two', () => {
    expect([count(1, 'file'), count(1234, 'file')]).toEqual(['1 file', '1,234 files']);
  });

  it('a share above zero shows, and only all is all', () => {
    expect([bar(1, 1e6, 4), bar(999_999, 1e6, 4), bar(0, 5, 4), bar(5, 5, 4), bar(0, 0, 4)]).toEqual([
      '█░░░',
      '███░',
      '░░░░',
      '████',
      '░░░░',
    ]);
    expect([percent(1, 1e6), percent(999_999, 1e6), percent(0, 0), percent(5, 5)]).toEqual([
      'less than 1 %',
      'more than 99 %',
      '0 %',
      '100 %',
    ]);
  });
});
