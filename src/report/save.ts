import { promises } from 'node:fs';
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
export async function saveReport(report: RunReport, env: NodeJS.ProcessEnv, log: Log): Promise<string | undefined> {
  try {
    const folder = await promises.mkdtemp(join(env['RUNNER_TEMP'] || tmpdir(), 'sentry-release-'));
    const path = join(folder, 'report.json');
    await promises.writeFile(path, lines(report));
    return path;
  } catch (error) {
    log.notice(`The JSON report could not be written: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function* lines(report: RunReport): Generator<string> {
  yield* jsonPieces(report);
  yield '\n';
}
