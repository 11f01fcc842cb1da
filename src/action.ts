import { promises } from 'node:fs';
import * as core from '@actions/core';
import { systemClock } from './clock.js';
import { Journal } from './journal.js';
import { closingLines } from './report/closing.js';
import { sentence } from './report/format.js';
import { createLog, debugMode, type RunLog } from './report/log.js';
import { maskSecrets } from './report/mask.js';
import { outputsOf } from './report/outputs.js';
import { createRedactor, redactData } from './report/redact.js';
import type { RunReport } from './report/report.js';
import { saveReport } from './report/save.js';
import { renderSummary } from './report/summary.js';
import { type RunEnd, run } from './run.js';
import { VERSION } from './version.js';

/** How long a failed run may be kept alive, after all is said, by what it could not end: a git that hangs. */
const LINGER_MS = 1_000;

/** Runs the action in the runner's process: its log, outputs, summary and exit code. */
export async function act(cancel: AbortSignal): Promise<void> {
  const redact = createRedactor(inOneWrite(() => maskSecrets(process.env, core.setSecret)));
  const journal = new Journal(systemClock);
  const log = createLog({
    write: (text) => process.stdout.write(redact(text)),
    debug: debugMode(process.env),
    onProblem: (severity, message, place) =>
      journal.problem({ severity, message, ...(place?.file === undefined ? {} : { file: place.file }) }),
  });
  process.on('uncaughtException', (thrown) => failLate(log, thrown));
  process.on('unhandledRejection', (thrown) => failLate(log, thrown));
  // A closed stdout (a log collector that went away) must not end an upload.
  process.stdout.on('error', () => undefined);
  const end = await run({
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    cancel,
    log,
    journal,
    userAgent: `sentry-release-action/${VERSION}`,
    workerUrl: new URL(import.meta.url),
  });
  await publish({ ...end, report: redactData(end.report, redact) }, log);
}

/** What is printed meanwhile goes out in one go: each line is a call of the system otherwise, which takes longer than to make it. */
function inOneWrite<T>(work: () => T): T {
  process.stdout.cork();
  try {
    return work();
  } finally {
    process.stdout.uncork();
  }
}

/** Makes everything a person or a later step sees from the one report. */
async function publish(end: RunEnd, log: RunLog): Promise<void> {
  const { report, failure } = end;
  const soft = report.result === 'warned' || report.result === 'skipped';
  if (failure !== undefined) {
    const said = sentence(failure.message);
    const text = failure.hint === undefined ? said : `${said}\n${failure.hint}`;
    if (soft) log.warning(text, { title: `Sentry release: not complete (${failure.code})` });
    else log.error(text, { title: `Sentry release failed (${failure.code})` });
    if (failure.cause instanceof Error) log.debug(failure.cause.stack ?? failure.cause.message);
  }
  const path = await saveReport(report, process.env, log);
  inOneWrite(() => {
    log.finish();
    for (const line of closingLines(report, path)) log.info(line);
    writeOutputs(outputsOf(report, path), log);
  });
  if (end.summary) await appendSummary(report, log);
  if (report.result === 'failed') process.exitCode = 1;
  if (failure !== undefined) setTimeout(() => process.exit(), LINGER_MS).unref();
}

/** What reached Sentry did so, whether or not the runner's file can be written. */
function writeOutputs(outputs: Readonly<Record<string, string>>, log: RunLog): void {
  try {
    for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
  } catch (error) {
    log.notice(`The outputs could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Not synchronously: a cancel is heard while a file does not answer. */
async function appendSummary(report: RunReport, log: RunLog): Promise<void> {
  const file = process.env['GITHUB_STEP_SUMMARY'];
  if (file === undefined || file === '') return;
  try {
    await promises.appendFile(file, renderSummary(report));
  } catch (error) {
    log.notice(`The job summary could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function failLate(log: RunLog, thrown: unknown): void {
  log.error(`Unexpected failure: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  if (thrown instanceof Error) log.debug(thrown.stack ?? '');
  process.exitCode = 1;
}
