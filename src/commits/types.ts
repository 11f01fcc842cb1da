import type { CommitPayload, RefPayload } from '../sentry/types.js';

/** Where the commits came from; the action's output `commits_source`. */
export type CommitsSource = 'integration' | 'github' | 'git' | 'none';

/** What is sent in one PUT, and how it was found. Plain data: `dry_run` prints it. */
export interface CommitsPlan {
  readonly source: CommitsSource;
  /** One sentence for the log: why this source. */
  readonly reason: string;
  /** Set for `integration`. */
  readonly refs?: readonly RefPayload[];
  /** Set for `github` and `git`, newest first. */
  readonly commits?: readonly CommitPayload[];
  /** `from..to` as shown to the user, when known. */
  readonly range?: string;
  /** True: nothing is sent because the release has no new commits, which is no defect. @default false */
  readonly nothingNew?: boolean;
  /** True: the log has been told already that nothing is sent, and why. @default false */
  readonly told?: boolean;
}
