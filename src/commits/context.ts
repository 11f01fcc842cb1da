import type { Clock } from '../clock.js';
import type { GitHubContext } from '../inputs/github.js';
import type { Log } from '../log.js';
import type { SentryApi } from '../sentry/types.js';
import type { Git } from './git.js';

/** What finding commits needs of the world. */
export interface CommitsDeps {
  readonly api: SentryApi;
  readonly github: GitHubContext;
  readonly git: Git;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Unix milliseconds at which the run ends; half of what is left may be spent waiting for GitHub. @default 10 minutes from now */
  readonly deadlineAt?: number;
  /** How GitHub's API is reached. @default the fetch of @actions/github, which knows the runner's proxies */
  readonly fetch?: typeof fetch;
}
