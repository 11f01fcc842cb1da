import type { RunReport } from '../../../src/report/report.js';

/** The report of a run that did everything. */
export function sampleReport(changes: Partial<RunReport> = {}): RunReport {
  return {
    schema: 1,
    result: 'success',
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 3412,
    sentry: { url: 'https://sentry.io', org: 'acme', projects: ['web', 'api'] },
    release: { version: 'web@1.2.3', url: 'https://sentry.io/organizations/acme/releases/web%401.2.3/', created: true },
    commits: { source: 'github', count: 42, range: '1111111..2222222' },
    sourcemaps: {
      patterns: [
        { pattern: 'dist', files: 126 },
        { pattern: '!dist/vendor', files: 2 },
      ],
      upload: {
        bundles: [{ bundleId: 'b0', checksum: 'c'.repeat(40), state: 'ok', files: 126, bytes: 9_000_000, chunks: 5 }],
        files: 126,
        pairs: 63,
        uploadedBytes: 1_200_000,
        wireBytes: 300_000,
        reusedBytes: 7_800_000,
        chunksSent: 1,
        chunksReused: 4,
        diagnoses: [],
        debugIds: [{ debugId: '11111111-2222-4333-8444-555555555555', name: 'dist/app.js', url: '~/app.js' }],
        uploadedMaps: ['/w/dist/app.js.map'],
      },
    },
    deploys: [{ id: '77', environment: 'production', url: 'https://github.com/o/r/actions/runs/1', existed: false }],
    finalizedAt: '2026-01-02T03:04:08.000Z',
    steps: [
      { name: 'token', status: 'done', durationMs: 210, detail: 'integration token for acme' },
      { name: 'release', status: 'done', durationMs: 180, detail: 'created: web@1.2.3' },
      { name: 'commits', status: 'done', durationMs: 400, detail: '42 commits from github' },
      { name: 'sourcemaps', status: 'done', durationMs: 2100, detail: '126 files, 1 chunk sent, 4 re-used' },
      { name: 'verify', status: 'skipped', durationMs: 0, detail: 'verify is false' },
      { name: 'deploy', status: 'done', durationMs: 160, detail: 'production (77)' },
      { name: 'finalize', status: 'done', durationMs: 150, detail: 'at 2026-01-02T03:04:08.000Z' },
      { name: 'verify-url', status: 'skipped', durationMs: 0, detail: 'no verify_url given' },
    ],
    problems: [],
    traffic: { requests: 14, bytesSent: 310_000, waits: [] },
    ...changes,
  };
}

/** One that stopped at the upload. */
export function failedReport(): RunReport {
  const sample = sampleReport();
  return {
    ...sample,
    result: 'failed',
    sourcemaps: null,
    deploys: [],
    finalizedAt: null,
    steps: sample.steps.map((step) => {
      if (step.name === 'sourcemaps') return { ...step, status: 'failed', detail: 'Sentry was not reachable' };
      if (step.name === 'deploy' || step.name === 'finalize') {
        return { ...step, status: 'not-run', durationMs: 0, detail: 'not reached' };
      }
      return step;
    }),
    problems: [
      { severity: 'warning', message: 'no map was found', file: 'dist/a.js' },
      {
        severity: 'error',
        message: 'Sentry was not reachable: 503',
        hint: 'Run it again.',
        code: 'server-unavailable',
      },
    ],
  };
}
