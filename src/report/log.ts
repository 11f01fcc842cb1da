import type { Log, LogPlace } from '../log.js';
import { sentence } from './format.js';
import { commandData, commandProperty, inertLines } from './inert.js';

/** GitHub shows ten annotations of a level per step and drops the rest; the last is kept for the count of those. */
const SHOWN_PER_LEVEL = 9;

/** Beyond these, further messages of a level are only counted: ten thousand lines help nobody. The report has them. */
const PRINTED_PER_LEVEL = 50;

type Level = 'notice' | 'warning' | 'error';

/** true: as the runner's debug commands; `plain`: as lines that everybody sees; false: not at all. */
export type DebugMode = boolean | 'plain';

/** Debug logging is switched on for the job (ACTIONS_STEP_DEBUG makes the runner set RUNNER_DEBUG), or with SENTRY_LOG_LEVEL. */
export function debugMode(env: NodeJS.ProcessEnv): DebugMode {
  if (env['RUNNER_DEBUG'] === '1' || env['ACTIONS_STEP_DEBUG']?.toLowerCase() === 'true') return true;
  return /^(?:debug|trace)$/i.test(env['SENTRY_LOG_LEVEL'] ?? '') ? 'plain' : false;
}

export interface LogOptions {
  /** Where text goes, line breaks included. */
  readonly write: (text: string) => void;
  /** See {@link debugMode}. */
  readonly debug: DebugMode;
  /** Hears of every warning and error, also of those that are only counted; for the report. */
  readonly onProblem?: (severity: 'warning' | 'error', message: string, place: LogPlace | undefined) => void;
}

/** The log of a run: steps fold into groups, and nothing that is printed can be a command to the runner. */
export interface RunLog extends Log {
  group(title: string): void;
  endGroup(): void;
  /** Ends the group and says how many messages were only counted. */
  finish(): void;
}

/** Opens the log. */
export function createLog(options: LogOptions): RunLog {
  return new RunnerLog(options);
}

class RunnerLog implements RunLog {
  readonly #options: LogOptions;
  readonly #counts: Record<Level, number> = { notice: 0, warning: 0, error: 0 };
  /** Of these, those that got no annotation. */
  readonly #hidden: Record<Level, number> = { notice: 0, warning: 0, error: 0 };
  #grouped = false;
  /** A group that has no line yet is not printed: a step that was not asked for shows nothing. */
  #pendingGroup: string | undefined;

  constructor(options: LogOptions) {
    this.#options = options;
  }

  debug(message: string): void {
    if (this.#options.debug === 'plain') this.info(`debug: ${message}`);
    else if (this.#options.debug) this.#line(`::debug::${commandData(message)}`);
  }

  info(message: string): void {
    for (const line of inertLines(message)) this.#line(line);
  }

  notice(message: string, place?: LogPlace): void {
    this.#annotate('notice', sentence(message), place);
  }

  warning(message: string, place?: LogPlace): void {
    this.#problem('warning', sentence(message), place);
  }

  error(message: string, place?: LogPlace): void {
    this.#problem('error', sentence(message), place);
  }

  group(title: string): void {
    this.endGroup();
    this.#pendingGroup = title;
  }

  endGroup(): void {
    this.#pendingGroup = undefined;
    if (this.#grouped) this.#line('::endgroup::');
    this.#grouped = false;
  }

  finish(): void {
    this.endGroup();
    for (const level of ['error', 'warning', 'notice'] as const) {
      const hidden = this.#hidden[level];
      if (hidden > 0)
        this.#line(`::${level}::${hidden} more of this kind; see the log of this step and its JSON report.`);
    }
  }

  #problem(severity: 'warning' | 'error', message: string, place: LogPlace | undefined): void {
    this.#options.onProblem?.(severity, message, place);
    this.#annotate(severity, message, place);
  }

  #annotate(level: Level, message: string, place: LogPlace = {}): void {
    this.#counts[level] += 1;
    const shown = this.#counts[level] - this.#hidden[level];
    // What ends the run has no file, and must be seen however many files had errors before it: they leave a place for it.
    const mustShow = level === 'error' && place.file === undefined;
    const room = level === 'error' ? SHOWN_PER_LEVEL - 1 : SHOWN_PER_LEVEL;
    if (shown <= room || mustShow) {
      this.#line(`::${level}${properties(place)}::${commandData(message)}`);
      return;
    }
    this.#hidden[level] += 1;
    if (this.#counts[level] <= PRINTED_PER_LEVEL) {
      const named = place.file === undefined || message.startsWith(place.file);
      const where = named ? '' : `${place.file}: `;
      this.info(`${level}: ${where}${message}`);
    }
  }

  #line(text: string): void {
    const title = this.#pendingGroup;
    this.#pendingGroup = undefined;
    if (title !== undefined) {
      this.#options.write(`::group::${commandData(title)}\n`);
      this.#grouped = true;
    }
    this.#options.write(`${text}\n`);
  }
}

function properties(place: LogPlace): string {
  const pairs = [
    place.title === undefined ? undefined : `title=${commandProperty(place.title)}`,
    place.file === undefined ? undefined : `file=${commandProperty(place.file)}`,
    place.line === undefined ? undefined : `line=${place.line}`,
  ].filter((pair) => pair !== undefined);
  return pairs.length > 0 ? ` ${pairs.join(',')}` : '';
}
