import type { Clock } from '../clock.js';
import type { Git } from '../commits/git.js';
import type { GitHubContext } from '../inputs/github.js';
import type { Inputs } from '../inputs/inputs.js';
import type { Journal } from '../journal.js';
import type { GroupedLog } from '../run.js';
import type { SentryApi } from '../sentry/types.js';
import type { Target } from '../token/target.js';
import type { Crew } from '../upload/crew.js';

/** What every run's steps work with. */
export interface RunContext {
  readonly inputs: Inputs;
  readonly github: GitHubContext;
  readonly target: Target;
  /** Release name, validated. */
  readonly release: string;
  readonly api: SentryApi;
  readonly journal: Journal;
  readonly log: GroupedLog;
  readonly clock: Clock;
  /** Aborts on cancel and at the overall deadline. */
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
  readonly userAgent: string;
  /** Unix milliseconds of the overall deadline. */
  readonly deadlineAt: number;
  readonly git: Git;
}

/** What the steps with files work with. */
export interface StepContext extends RunContext {
  /** Who reads, edits and packs files. */
  readonly crew: Crew;
}
