import type { CommitsSource } from '../commits/types.js';
import type { SentSoFar, UploadRecord } from '../upload/types.js';
import { STEP_TITLES } from './charts.js';
import { countedCommits } from './commits.js';
import { bytes, count, duration } from './format.js';
import type { RunReport, RunResult, StepName, StepRecord } from './report.js';

/** What a result means, in words that stand at the top of the summary and at the end of the log. */
export const RESULT_WORDS: Readonly<Record<RunResult, string>> = {
  success: 'done',
  warned: 'not complete',
  skipped: 'skipped',
  'dry-run': 'dry run, nothing was written',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** The server's word on a bundle, for people; `created` and `assembling` are what it says when it was not waited for. */
export const STATE_WORDS: Readonly<Record<UploadRecord['bundles'][number]['state'], string>> = {
  ok: 'processed by Sentry',
  created: 'accepted, Sentry processes it later',
  assembling: 'accepted, Sentry processes it later',
  planned: 'would be sent',
};

/** Steps that did, or in a dry run would do, what was asked of them: only these are told as facts. */
const DONE: readonly StepRecord['status'][] = ['done', 'warned', 'planned'];

/** The last lines of the log: what is in Sentry now, what is not, and where to look. */
export function closingLines(report: RunReport, reportPath: string | undefined): string[] {
  const name = report.release ? ` ${report.release.version}` : '';
  const lines = [`Sentry release${name}: ${RESULT_WORDS[report.result]} (${duration(report.durationMs)})`];
  const facts = factsOf(report);
  if (facts.length > 0) lines.push(`  ${facts.join(' · ')}`);
  if (report.result !== 'success' && report.result !== 'dry-run') lines.push(...progressOf(report));
  if (report.release && report.result !== 'dry-run') lines.push(`  Release: ${report.release.url}`);
  if (reportPath !== undefined) lines.push(`  Report: ${reportPath}`);
  return lines;
}

/** What the run did, one short phrase each; the same in the log and in the summary. */
export function factsOf(report: RunReport): string[] {
  const dry = report.result === 'dry-run';
  const upload = report.sourcemaps?.upload;
  const stopped = report.sourcemaps?.sent;
  const whole = upload?.bundles.reduce((sum, { bytes: size }) => sum + size, 0) ?? 0;
  const sent = dry ? `${bytes(whole)} at most to send` : upload && sentOf(upload);
  const waited = report.traffic.waits.reduce((sum, { waitMs }) => sum + waitMs, 0);
  const did = (name: StepName) => report.steps.some((step) => step.name === name && DONE.includes(step.status));
  return [
    did('commits') && report.commits && report.commits.source !== 'none' && commitsOf(report.commits.source, report),
    upload &&
      `${count(upload.files, 'file')} in ${count(upload.bundles.length, 'bundle')}${dry ? '' : statesOf(upload)}`,
    upload && sent,
    stopped !== undefined && stopped.chunksSent > 0 && stoppedAfter(stopped),
    report.deploys.length > 0 && `deployed to ${report.deploys.map(({ environment }) => environment).join(', ')}`,
    did('finalize') && report.finalizedAt !== null && !dry && 'finalized',
    waited > 0 && waitedFor(report.traffic.waits.length, Math.min(waited, report.durationMs)),
  ].filter((fact) => typeof fact === 'string');
}

/** Requests wait side by side, so that the sum of their waits is the most that the run can have waited. */
function waitedFor(waits: number, mostMs: number): string {
  return `waited ${waits > 1 ? 'up to ' : ''}${duration(mostMs)} for Sentry`;
}

function statesOf({ bundles }: UploadRecord): string {
  const words = new Set(bundles.map(({ state }) => STATE_WORDS[state]));
  return words.size > 0 ? ` (${[...words].join('; ')})` : '';
}

function commitsOf(source: CommitsSource, report: RunReport): string {
  const from = {
    integration: "through Sentry's integration",
    github: 'from GitHub',
    git: 'from git',
    none: '',
  } as const;
  const counted = countedCommits(report);
  return `${counted === undefined ? 'commits' : count(counted, 'commit')} ${from[source]}`;
}

function sentOf({ uploadedBytes, reusedBytes }: UploadRecord): string {
  if (reusedBytes === 0) return `${bytes(uploadedBytes)} sent`;
  return `${uploadedBytes === 0 ? 'nothing' : bytes(uploadedBytes)} sent, ${bytes(reusedBytes)} re-used`;
}

/** What is not sent again by the next run. */
function stoppedAfter({ chunksSent, uploadedBytes }: SentSoFar): string {
  return `${count(chunksSent, 'chunk')} (${bytes(uploadedBytes)}) sent before the upload stopped; Sentry keeps them`;
}

function progressOf(report: RunReport): string[] {
  const those = (...statuses: readonly string[]) =>
    report.steps.filter(({ status }) => statuses.includes(status)).map(({ name }) => STEP_TITLES[name]);
  // Nobody knows which steps were asked for when the inputs are what is wrong; a cancel comes after they were read.
  if (report.result !== 'cancelled' && report.steps.every(({ status }) => status === 'not-run')) return [];
  const row = (label: string, names: readonly string[]) =>
    names.length > 0 ? [`  ${label}: ${names.join(', ')}`] : [];
  return [
    ...row('Done', those('done', 'warned')),
    ...row(report.result === 'cancelled' ? 'Cancelled in' : 'Failed', those('failed')),
    ...row('Not done', those('not-run')),
  ];
}
