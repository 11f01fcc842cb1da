import type { Clock } from '../clock.js';
import type { Git } from '../commits/git.js';
import type { GitHubContext } from '../inputs/github.js';
import type { Inputs } from '../inputs/inputs.js';
import type { Journal } from '../journal.js';
import type { GroupedLog } from '../run.js';
import type { SentryApi } from '../sentry/types.js';
import type { Target } from '../token/target.js';
import type { Crew } from '../upload/crew.js';

/** What every step of the pipeline works with. */
export interface StepContext {
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
  /** Who reads, edits and packs files. */
  readonly crew: Crew;
  readonly git: Git;
}
