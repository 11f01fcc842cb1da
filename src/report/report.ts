import type { CommitsSource } from '../commits/types.js';
import type { ErrorCode } from '../errors.js';
import type { TrafficRecord } from '../sentry/types.js';
import type { PatternMatch } from '../sourcemaps/types.js';
import type { SentSoFar, UploadRecord } from '../upload/types.js';

/** The steps of a run, in order. */
export const STEP_NAMES = [
  'token',
  'release',
  'commits',
  'sourcemaps',
  'verify',
  'deploy',
  'finalize',
  'verify-url',
] as const;
export type StepName = (typeof STEP_NAMES)[number];

export interface StepRecord {
  readonly name: StepName;
  readonly status: 'done' | 'warned' | 'skipped' | 'failed' | 'planned' | 'not-run';
  /** Milliseconds. */
  readonly durationMs: number;
  /** One line: what happened, or why not. */
  readonly detail: string;
}

export interface Problem {
  readonly severity: 'warning' | 'error';
  readonly message: string;
  readonly hint?: string;
  readonly code?: ErrorCode;
  readonly file?: string;
}

export type RunResult = 'success' | 'warned' | 'skipped' | 'dry-run' | 'failed' | 'cancelled';

/**
 * Everything a run did, as plain data. The log's last lines, the job summary, the outputs and the JSON report are all made
 * from this one object, so that they cannot disagree. docs/report.schema.json describes it.
 */
export interface RunReport {
  readonly schema: 1;
  readonly result: RunResult;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly sentry: { readonly url: string; readonly org: string; readonly projects: readonly string[] };
  readonly release: { readonly version: string; readonly url: string; readonly created: boolean } | null;
  readonly commits: { readonly source: CommitsSource; readonly count: number; readonly range: string | null } | null;
  readonly sourcemaps: {
    readonly patterns: readonly PatternMatch[];
    /** null when there was none, or when it did not come to its end. */
    readonly upload: UploadRecord | null;
    /** Only when the upload did not come to its end. */
    readonly sent?: SentSoFar;
  } | null;
  readonly deploys: readonly {
    readonly id: string;
    readonly environment: string;
    readonly url: string | null;
    /** True: an earlier try of this run attempt had made it already. */
    readonly existed: boolean;
  }[];
  readonly finalizedAt: string | null;
  readonly steps: readonly StepRecord[];
  readonly problems: readonly Problem[];
  readonly traffic: TrafficRecord;
}
