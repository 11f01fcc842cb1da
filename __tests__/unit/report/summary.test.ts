import fc from 'fast-check';
import type { RunReport } from '../../../src/report/report.js';
import { renderSummary } from '../../../src/report/summary.js';
import { failedReport, sampleReport } from './sample.js';

const LIMIT = 100 * 1024;

it('a success is a headline with a link, the facts, and a row for each step that was asked for', () => {
  const summary = renderSummary(sampleReport());
  expect(summary).toMatch(/^## ✅ Sentry release <a href="https&#58;\/\/sentry\.io\/organizations\/acme\/releases\//);
  expect(summary).toContain('42 commits');
  expect(summary).toContain('| Source&nbsp;maps | ✅&nbsp;done | 2.1&nbsp;s |');
  expect(summary).toContain('Skipped: Verify upload');
  expect(summary).not.toContain('[!CAUTION]');
});

it('where the time went and what was re-used are pictures, and words for those who see none', () => {
  const summary = renderSummary(sampleReport());
  expect(summary).toContain('```mermaid\ngantt');
  expect(summary).toContain('```mermaid\npie');
  expect(summary).toContain('1.1 MiB of 8.6 MiB');
  expect(summary).toContain('87 % was in Sentry already');
  expect(summary).toMatch(/<code>█+░+<\/code>/);
});

it('what was sent is told in words that fit: all of it, nothing of it, or a part', () => {
  const withBytes = (uploadedBytes: number, reusedBytes: number) => {
    const { sourcemaps } = sampleReport();
    if (!sourcemaps?.upload) throw new Error('the sample has an upload');
    const upload = { ...sourcemaps.upload, uploadedBytes, reusedBytes, wireBytes: uploadedBytes / 4 };
    return renderSummary(sampleReport({ sourcemaps: { ...sourcemaps, upload } }));
  };
  expect(withBytes(4096, 0)).toContain(
    'All 4.0 KiB were sent (1.0 KiB on the wire): nothing of it was in Sentry before.',
  );
  expect(withBytes(4096, 0)).toMatch(/ · 4\.0 KiB sent · /);
  expect(withBytes(0, 4096)).toContain('Nothing had to be sent: all 4.0 KiB were in Sentry already.');
  expect(withBytes(0, 4096)).toContain('nothing sent, 4.0 KiB re-used');
  expect(withBytes(4096, 8)).toContain('less than 1 % was in Sentry already');
  for (const summary of [withBytes(4096, 0), withBytes(0, 4096)]) expect(summary).not.toContain('mermaid\npie');
});

it('the first lines say how many warnings there are below, besides what ended the run', () => {
  const warning = { severity: 'warning', message: 'no map', file: 'a.js' } as const;
  const headline = (report: RunReport) => renderSummary(report).split('\n')[2];
  expect(headline(sampleReport({ problems: [warning, warning] }))).toContain(' · 2 warnings (below) · 3.4 s');
  expect(headline(failedReport())).toContain(' · 1 warning (below) · ');
  expect(headline(sampleReport())).not.toContain('below');
});

it('the axis of time has whole seconds where there are some, and nothing that depends on the time zone of who looks', () => {
  const lasting = (ms: number) => {
    const steps = sampleReport().steps.map((step) => ({ ...step, durationMs: step.status === 'done' ? ms / 6 : 0 }));
    return renderSummary(sampleReport({ steps }));
  };
  expect(lasting(1_500)).toContain('axisFormat %-S.%L s\n  Token');
  expect(lasting(9_000)).toContain('axisFormat %s s\n  tickInterval 1second\n  Token');
  expect(lasting(60_000)).toContain('axisFormat %s s\n  Token');
});

it('a run of less than half a second, or of one step, has no picture of where the time went', () => {
  const lasting = (ms: number) => {
    const steps = sampleReport().steps.map((step) => ({
      ...step,
      durationMs: step.name === 'token' ? ms - 1 : step.name === 'release' ? 1 : 0,
    }));
    return renderSummary(sampleReport({ steps }));
  };
  expect(lasting(499)).not.toContain('gantt');
  expect(lasting(500)).toContain('### Where the time went\n\n```mermaid\ngantt');
  const steps = sampleReport().steps.map((step) => ({ ...step, durationMs: step.name === 'token' ? 9000 : 0 }));
  expect(renderSummary(sampleReport({ steps }))).not.toContain('gantt');
});

it('a failure says first what failed and what to do next, then what is done and what is not', () => {
  const summary = renderSummary(failedReport());
  expect(summary).toMatch(/^## ❌ Sentry release .* – failed/);
  expect(summary).toContain('> [!CAUTION]\n> Sentry was not reachable: 503');
  expect(summary).toContain('> **Next:** Run it again.');
  expect(summary).toContain('| Source&nbsp;maps | ❌&nbsp;failed |');
  expect(summary).toContain('**Not reached:** Deploy, Finalize');
  expect(summary).toContain('<code>dist/a.js</code>');
  expect(summary.indexOf('CAUTION')).toBeLessThan(summary.indexOf('| Step |'));
});

it('a dry run says that nothing was written', () => {
  const summary = renderSummary(sampleReport({ result: 'dry-run' }));
  expect(summary).toContain('dry run, nothing was written');
  expect(summary).toContain('8.6 MiB at most to send');
  expect(summary).not.toContain('mermaid');
  expect(summary).not.toContain('href');
  expect(summary).not.toContain('finalized');
});

it('a run that was skipped says why', () => {
  const reason = 'No Sentry auth token was given. Nothing was sent to Sentry (on_missing_token: skip).';
  const steps = sampleReport().steps.map((step) =>
    step.name === 'token'
      ? { ...step, status: 'skipped' as const, detail: reason }
      : { ...step, status: 'not-run' as const, detail: 'not reached' },
  );
  const summary = renderSummary(sampleReport({ result: 'skipped', steps, release: null, problems: [] }));
  expect(summary).toContain('> [!NOTE]\n> No Sentry auth token was given.');
  expect(summary).not.toContain('Not reached');
  expect(summary).not.toContain('3.4 s');
});

it('what ended the run is told once: the row of its step points to it', () => {
  const report = failedReport();
  const steps = report.steps.map((step) =>
    step.status === 'failed' ? { ...step, detail: 'Sentry was not reachable: 503' } : step,
  );
  const problems = [{ severity: 'error' as const, message: 'Sentry was not reachable: 503.' }];
  const summary = renderSummary({ ...report, steps, problems });
  expect(summary).toContain('| Source&nbsp;maps | ❌&nbsp;failed | 2.1&nbsp;s | see above |');
  expect(summary.match(/not reachable/g)).toHaveLength(1);
});

it('the step that a cancel met is called cancelled, and files that were only found are not counted as uploaded', () => {
  const patterns = [{ pattern: 'dist', files: 6 }];
  const summary = renderSummary({ ...failedReport(), result: 'cancelled', sourcemaps: { patterns, upload: null } });
  expect(summary).toContain('| Source&nbsp;maps | 🛑&nbsp;cancelled |');
  expect(summary).toContain('<summary>Files found</summary>');
  expect(summary).not.toContain('0 files');
});

it('a run that never reached Sentry has a summary too', () => {
  const report = failedReport();
  const summary = renderSummary({
    ...report,
    release: null,
    commits: null,
    sentry: { url: '', org: '', projects: [] },
    steps: report.steps.map((step) => ({ ...step, status: 'not-run' as const, durationMs: 0 })),
  });
  expect(summary).toContain('## ❌ Sentry release – failed');
  expect(summary).not.toContain('| Step |');
});

it('ten thousand files and problems with long names stay below 100 KiB, and the rest is counted', () => {
  const name = (index: number) => `dist/${'[](<&|`*_'.repeat(40)}${index}.js`;
  const many = Array.from({ length: 10_000 }, (_, index) => index);
  const sample = sampleReport();
  const upload = sample.sourcemaps?.upload;
  if (!upload) throw new Error('the sample has an upload');
  const summary = renderSummary({
    ...sample,
    result: 'warned',
    problems: many.map((index) => ({
      severity: 'warning',
      message: `${index} ${'x'.repeat(5000)}`,
      file: name(index),
      hint: 'y'.repeat(5000),
    })),
    sourcemaps: {
      patterns: many.map((index) => ({ pattern: name(index), files: 1 })),
      upload: {
        ...upload,
        files: 20_000,
        debugIds: many.map((index) => ({ debugId: 'd', name: name(index), url: name(index) })),
      },
    },
    traffic: {
      ...sample.traffic,
      waits: many.map((attempt) => ({ endpoint: name(1), reason: name(2), waitMs: 5, attempt })),
    },
  });
  expect(Buffer.byteLength(summary)).toBeLessThan(LIMIT);
  expect(summary).toContain('### 10,000 warnings');
  expect(summary).toContain('9,950 more are in the JSON report');
  expect(summary.match(/<code>d<\/code>/g)).toHaveLength(40);
  expect(summary).toContain('9,960 more files in the JSON report.');
});

it('forty waits are rows, the rest is counted', () => {
  const waits = [...Array(2000).keys()].map((attempt) => ({ endpoint: 'GET x', reason: 'slow', waitMs: 5, attempt }));
  const summary = renderSummary(sampleReport({ traffic: { requests: 1, bytesSent: 1, waits } }));
  expect(summary).toContain('<summary>2,000 waits for Sentry</summary>');
  expect(summary.match(/^\| GET x \| slow \| 5 ms \|/gm)).toHaveLength(40);
  expect(summary).toContain('1,960 more in the JSON report.');
});

it('sections that would pass the limit are left out, and the summary says so', () => {
  // Fifty reasons, each with ten long names and a long hint.
  const problems = Array.from({ length: 500 }, (_, index) => ({
    severity: 'warning' as const,
    message: `${Math.floor(index / 10)} ${'x'.repeat(300)}`,
    file: `${'y'.repeat(300)}${index}`,
    hint: 'z'.repeat(300),
  }));
  const summary = renderSummary(sampleReport({ problems }));
  expect(Buffer.byteLength(summary)).toBeLessThan(LIMIT);
  expect(summary).toContain('| Source&nbsp;maps |');
  expect(summary).toContain('500 warnings (below)');
  expect(summary).toMatch(/\nThe rest is in the JSON report\.\n$/);
});

it('what is the same for several files is one line with their names, bounded', () => {
  const missing = (index: number) => ({
    severity: 'warning' as const,
    message: `dist/${index}.js has no map.`,
    file: `dist/${index}.js`,
  });
  const error = { severity: 'error', message: 'dist/e.js is broken.', file: 'dist/e.js' } as const;
  const problems = [...[...Array(25).keys()].map(missing), error];
  const summary = renderSummary(sampleReport({ problems }));
  const line = summary.split('\n').find((one) => one.startsWith('- ⚠️')) ?? '';
  expect(summary).toContain('### 1 error, 25 warnings');
  expect(line).toMatch(
    /^- ⚠️ <b>Each of 25 files<\/b> has no map\.<br><code>dist\/0\.js<\/code>, <code>dist\/1\.js<\/code>, /,
  );
  expect(line).toMatch(/<code>dist\/9\.js<\/code> and 15 more, which the JSON report names$/);
  expect(summary).toContain('- ❌ <code>dist/e.js</code> is broken.');
  expect(summary.match(/^- /gm)).toHaveLength(2);
});

it('fifty different problems are lines, ten of them at once; the rest is counted', () => {
  const problems = [...Array(70).keys()].map((index) => ({
    severity: 'warning' as const,
    message: `Reason ${index}.`,
  }));
  const summary = renderSummary(sampleReport({ problems }));
  expect(summary.split('<details>')[0]?.match(/^- ⚠️ Reason/gm)).toHaveLength(10);
  expect(summary.match(/^- ⚠️ Reason/gm)).toHaveLength(50);
  expect(summary).toContain('<summary>40 more</summary>');
  expect(summary).toContain('20 more are in the JSON report');
});

it('the heading over the problems tells errors from warnings', () => {
  const warning = { severity: 'warning', message: 'no map', file: 'a.js' } as const;
  const error = { severity: 'error', message: 'unreadable', file: 'b.js' } as const;
  const headingOf = (problems: RunReport['problems']) =>
    /^### .*(?:error|warning).*$/m.exec(renderSummary({ ...sampleReport(), problems }))?.[0];
  expect(headingOf([warning])).toBe('### 1 warning');
  expect(headingOf([warning, error, error])).toBe('### 2 errors, 1 warning');
  expect(headingOf([error])).toBe('### 1 error');
});

/** A report whose every text is the given one. */
function withText(text: string): RunReport {
  const report = failedReport();
  return {
    ...report,
    sentry: { url: text, org: text, projects: [text] },
    release: { version: text, url: text, created: true },
    steps: report.steps.map((step) => ({ ...step, detail: text })),
    problems: [
      { severity: 'warning', message: text, hint: text, file: text },
      { severity: 'error', message: text, hint: text },
    ],
    sourcemaps: { patterns: [{ pattern: text, files: 1 }], upload: sampleReport().sourcemaps?.upload ?? null },
    deploys: [{ id: text, environment: text, url: text, existed: false }],
    traffic: { requests: 1, bytesSent: 1, waits: [{ endpoint: text, reason: text, waitMs: 1, attempt: 1 }] },
  };
}

it('no text can add a row, a cell, a tag, a link or a picture', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '| a |',
      '\n\n# x',
      '</details>',
      '<img src=x onerror=y>',
      '```mermaid',
      '[a](javascript:b)',
      '@all',
      '#1',
      '$x$',
      '-->',
    ),
  );
  const shape = (summary: string) => ({
    lines: summary.split('\n').map((line) => line.replace(/[^|<>]/g, '')),
    fences: summary.split('```').length,
  });
  const plain = shape(renderSummary(withText('plain')));
  fc.assert(
    fc.property(hostile, (text) => {
      // The message is shown line by line; every other text is one line.
      const summary = renderSummary(withText(`x${text.replace(/\n/g, ' ')}`));
      expect(shape(summary)).toEqual(plain);
      expect(summary).not.toMatch(/[@$]/);
    }),
  );
});

it('an address that is no web address is no link', () => {
  const release = { version: 'v', url: 'javascript:alert(1)', created: true };
  expect(renderSummary(sampleReport({ release }))).not.toContain('href="javascript');
});

it.each(['# x', '- x', '1. x', '+ x', '---', '==='])('a message that begins with %j begins no block', (message) => {
  const summary = renderSummary(
    sampleReport({ result: 'failed', problems: [{ severity: 'error', message: `a\n${message}` }] }),
  );
  expect(summary).toMatch(/\n> &#\d+;/);
});
