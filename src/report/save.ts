import { closeSync, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../log.js';
import { jsonPieces } from './json.js';
import type { RunReport } from './report.js';

/**
 * Writes the JSON report below RUNNER_TEMP, which the runner empties after the job. Each step gets a folder of its own, so that two
 * steps of a job keep two reports.
 *
 * @returns its path; undefined when it cannot be written, which is only a notice: the release itself is done
 */
export function saveReport(report: RunReport, env: NodeJS.ProcessEnv, log: Log): string | undefined {
  try {
    const folder = mkdtempSync(join(env['RUNNER_TEMP'] || tmpdir(), 'sentry-release-'));
    const path = join(folder, 'report.json');
    write(path, report);
    return path;
  } catch (error) {
    log.notice(`The JSON report could not be written: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** Synchronous, as there is nothing else to do by now: the asynchronous functions would be loaded for this alone. */
function write(path: string, report: RunReport): void {
  const file = openSync(path, 'wx');
  try {
    for (const piece of jsonPieces(report)) writeFileSync(file, piece);
    writeFileSync(file, '\n');
  } finally {
    closeSync(file);
  }
}
