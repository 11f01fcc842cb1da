import { bytesChart, STEP_TITLES, timeChart } from './charts.js';
import { factsOf, RESULT_WORDS } from './closing.js';
import { bar, bytes, count, duration, grouped, percent, sentence } from './format.js';
import { code, details, link, table, text } from './markdown.js';
import { countProblems, endingOf, problemList } from './problem-list.js';
import type { RunReport, RunResult, StepRecord } from './report.js';

/** Runners before 2022 refuse a summary above 128 KiB, and nobody reads more. */
const MAX_BYTES = 96 * 1024;

const ICONS: Readonly<Record<RunResult, string>> = {
  success: '✅',
  warned: '⚠️',
  skipped: '⏭️',
  'dry-run': '🧪',
  failed: '❌',
  cancelled: '🛑',
};

const STEP_ICONS: Readonly<Record<StepRecord['status'], string>> = {
  done: '✅ done',
  warned: '⚠️ warning',
  skipped: '– skipped',
  failed: '❌ failed',
  planned: '🧪 planned',
  'not-run': '– not reached',
};

/** Files of a dry run, and patterns. */
const ROWS_SHOWN = 40;

/** The job summary, as Markdown that shows the same whatever the texts in it hold; bounded in size. */
export function renderSummary(report: RunReport): string {
  const sections = [
    headline(report),
    whatFailed(report),
    stepTable(report),
    problemList(report),
    sentAndReused(report),
    timeChart(report),
    files(report),
    waits(report),
  ];
  return withinLimit(sections.filter((section) => section !== ''));
}

function headline(report: RunReport): string {
  // A dry run may name a release that does not exist: it has no page yet.
  const page = report.result === 'dry-run' ? undefined : report.release?.url;
  const name = report.release ? ` ${link(code(report.release.version), page)}` : '';
  const words = report.result === 'success' ? '' : ` – ${RESULT_WORDS[report.result]}`;
  const { org, projects } = report.sentry;
  const where = org === '' ? '' : `${text(org)}: ${projects.map((project) => code(project)).join(', ')} · `;
  const facts = factsOf(report).map((fact) => text(fact));
  const problems = countProblems(report);
  const told = problems === undefined ? [] : [`${problems} (below)`];
  const took = report.result === 'skipped' ? [] : [duration(report.durationMs)];
  return `## ${ICONS[report.result]} Sentry release${name}${words}\n\n${where}${[...facts, ...told, ...took].join(' · ')}`;
}

function whatFailed(report: RunReport): string {
  const ending = endingOf(report);
  if (!ending) return whySkipped(report);
  const kind = report.result === 'failed' ? 'CAUTION' : 'WARNING';
  const lines = ending.message.split('\n').map((line) => `> ${text(line, 1000)}`);
  const next = ending.hint === undefined ? [] : ['>', `> **Next:** ${text(ending.hint, 1000)}`];
  return [`> [!${kind}]`, lines.join('<br>\n'), ...next].join('\n');
}

/** A run without a token stops before its first step, whose record says why. */
function whySkipped({ result, steps }: RunReport): string {
  const reason = steps.find(({ name }) => name === 'token')?.detail;
  return result === 'skipped' && reason !== undefined ? `> [!NOTE]\n> ${text(reason, 1000)}` : '';
}

function stepTable(report: RunReport): string {
  const those = (status: StepRecord['status']) => report.steps.filter((step) => step.status === status);
  const reached = report.steps.filter(({ status }) => status !== 'skipped' && status !== 'not-run');
  if (reached.length === 0) return '';
  const ending = endingOf(report)?.message;
  const rows = reached.map(({ name, status, durationMs, detail }) => [
    unbroken(STEP_TITLES[name]),
    unbroken(status === 'failed' && report.result === 'cancelled' ? '🛑 cancelled' : STEP_ICONS[status]),
    unbroken(duration(durationMs)),
    sentence(detail) === ending ? 'see above' : text(readable(detail)),
  ]);
  const missed = those('not-run').map(({ name }) => STEP_TITLES[name]);
  const left = those('skipped').map(({ name, detail }) => `${STEP_TITLES[name]} (${text(readable(detail))})`);
  return [
    table(['Step', 'Result', 'Time', 'What happened'], rows, ['---', '---', '---:', '---']),
    ...(missed.length > 0 ? [`**Not reached:** ${missed.join(', ')}`] : []),
    ...(left.length > 0 ? [`Skipped: ${left.join(', ')}`] : []),
  ].join('\n\n');
}

/** Narrow columns would break it. */
function unbroken(words: string): string {
  return words.replaceAll(' ', '&nbsp;');
}

/** Times as people write them. */
function readable(detail: string): string {
  return detail.replace(/(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z/g, '$1 $2 UTC');
}

/** In words and blocks first, so that it is readable where charts are not drawn. */
function sentAndReused(report: RunReport): string {
  const upload = report.sourcemaps?.upload;
  const whole = upload ? upload.uploadedBytes + upload.reusedBytes : 0;
  if (!upload || whole === 0 || report.result === 'dry-run') return '';
  const wire = upload.wireBytes > 0 ? ` (${bytes(upload.wireBytes)} on the wire)` : '';
  if (upload.reusedBytes === 0)
    return `### Sent and re-used\n\nAll ${bytes(whole)} were sent${wire}: nothing of it was in Sentry before.`;
  if (upload.uploadedBytes === 0)
    return `### Sent and re-used\n\nNothing had to be sent: all ${bytes(whole)} were in Sentry already.`;
  const line =
    `Sent <code>${bar(upload.uploadedBytes, whole)}</code> ${bytes(upload.uploadedBytes)} of ${bytes(whole)}${wire}; ` +
    `${percent(upload.reusedBytes, whole)} was in Sentry already.`;
  return `### Sent and re-used\n\n${line}\n\n${details('As a chart', bytesChart(report))}`;
}

function files(report: RunReport): string {
  const { sourcemaps } = report;
  if (!sourcemaps) return '';
  const rows = sourcemaps.patterns
    .slice(0, ROWS_SHOWN)
    .map(({ pattern, files: found }) => [code(pattern), String(found)]);
  const parts = rows.length > 0 ? [table(['Pattern', 'Files'], rows, ['---', '---:'])] : [];
  const ids = sourcemaps.upload?.debugIds ?? [];
  if (ids.length > 0) {
    const shown = ids.slice(0, ROWS_SHOWN).map(({ name, debugId }) => [code(name), code(debugId)]);
    const rest =
      ids.length > shown.length ? `\n\n${count(ids.length - shown.length, 'more file')} in the JSON report.` : '';
    parts.push(table(['File', 'Debug id'], shown) + rest);
  }
  return parts.length > 0
    ? details(sourcemaps.upload ? count(sourcemaps.upload.files, 'file') : 'Files found', parts.join('\n\n'))
    : '';
}

function waits(report: RunReport): string {
  const all = report.traffic.waits;
  if (all.length === 0) return '';
  const rows = all
    .slice(0, ROWS_SHOWN)
    .map(({ endpoint, reason, waitMs, attempt }) => [text(endpoint), text(reason), duration(waitMs), String(attempt)]);
  const rest = all.length > rows.length ? `\n\n${grouped(all.length - rows.length)} more in the JSON report.` : '';
  const head = ['Request', 'Why', 'Waited', 'Attempt'];
  return details(`${count(all.length, 'wait')} for Sentry`, table(head, rows, ['---', '---', '---:', '---:']) + rest);
}

/** Leaves out the sections that would pass the limit. */
function withinLimit(sections: readonly string[]): string {
  let summary = '';
  let left = 0;
  for (const section of sections) {
    if (Buffer.byteLength(summary) + Buffer.byteLength(section) > MAX_BYTES) left += 1;
    else summary += `${section}\n\n`;
  }
  return left === 0 ? summary : `${summary}The rest is in the JSON report.\n`;
}
