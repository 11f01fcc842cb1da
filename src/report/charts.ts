import { bytes } from './format.js';
import type { RunReport, StepName } from './report.js';

/** How steps are called in front of people: in the log, its last lines and the summary alike. */
export const STEP_TITLES: Readonly<Record<StepName, string>> = {
  token: 'Token check',
  release: 'Release',
  commits: 'Commits',
  sourcemaps: 'Source maps',
  verify: 'Verify upload',
  deploy: 'Deploy',
  finalize: 'Finalize',
  'verify-url': 'Verify site',
};

/** A run this short has no "where the time went". */
const WORTH_A_PICTURE_MS = 500;

/** Where the time went, as a Gantt chart of the steps; '' when there is nothing to see. */
export function timeChart(report: RunReport): string {
  // A dry run's times say nothing about the real one.
  if (report.result === 'dry-run') return '';
  const ran = report.steps.filter(
    ({ durationMs, status }) => durationMs > 0 && status !== 'skipped' && status !== 'not-run',
  );
  const whole = ran.reduce((sum, { durationMs }) => sum + durationMs, 0);
  if (ran.length < 2 || whole < WORTH_A_PICTURE_MS) return '';
  let at = 0;
  const tasks = ran.map(({ name, status, durationMs }) => {
    const from = at;
    at += Math.max(1, Math.round(durationMs));
    const tag = status === 'failed' ? 'crit, ' : status === 'warned' ? 'active, ' : '';
    return `  ${STEP_TITLES[name]} :${tag}${from}, ${at}`;
  });
  return heading('Where the time went', ['gantt', '  dateFormat x', ...axisOf(whole), ...tasks]);
}

/**
 * Whole seconds where there are some: a tick every half a second would need three decimals. Minutes and hours are never written:
 * a browser counts them in its own time zone, and half an hour beside UTC a run would begin at 30:00.
 */
function axisOf(wholeMs: number): string[] {
  if (wholeMs < 2_000) return ['  axisFormat %-S.%L s'];
  return ['  axisFormat %s s', ...(wholeMs < 15_000 ? ['  tickInterval 1second'] : [])];
}

/** What was sent against what Sentry had already, as a pie; '' when nothing was uploaded. */
export function bytesChart(report: RunReport): string {
  const upload = report.sourcemaps?.upload;
  if (!upload || upload.uploadedBytes + upload.reusedBytes === 0) return '';
  const slice = (label: string, value: number) => `  "${label} (${bytes(value)})" : ${value}`;
  return fence([
    'pie title Bytes of the build',
    slice('Sent', upload.uploadedBytes),
    slice('Already in Sentry', upload.reusedBytes),
  ]);
}

function heading(title: string, lines: readonly string[]): string {
  return `### ${title}\n\n${fence(lines)}`;
}

function fence(lines: readonly string[]): string {
  return ['```mermaid', ...lines, '```'].join('\n');
}
