/** Everything the user asked for, parsed once by `loadInputs`. Nothing else reads inputs or the environment. */
export interface Inputs {
  /** Trimmed token; undefined when neither the input nor SENTRY_AUTH_TOKEN holds one. */
  readonly authToken: string | undefined;
  /** True when the input or the variable was there but blank (an empty secret). */
  readonly authTokenBlank: boolean;
  /** `org`, else SENTRY_ORG. The token's own org wins over it (token/). */
  readonly org: string | undefined;
  /** `projects`, else SENTRY_PROJECT. */
  readonly projects: readonly string[];
  /** `url`, else SENTRY_URL, as given. The token's own url wins over it (token/). */
  readonly url: string | undefined;
  readonly release: ReleaseNameInputs;
  readonly deploy: DeployInputs;
  readonly commits: CommitInputs;
  readonly sourcemaps: SourceMapInputs;
  /** False: nothing but source maps is sent, tied by debug id alone. @default true */
  readonly createRelease: boolean;
  /** Sets the release date once. @default true */
  readonly finalize: boolean;
  /** Absolute, inside or outside the workspace. */
  readonly workingDirectory: string;
  /** GITHUB_WORKSPACE, absolute, real path. Nothing outside it is ever read into a bundle. */
  readonly workspace: string;
  /** Overall deadline in milliseconds. @default 900000 */
  readonly timeoutMs: number;
  readonly onFailure: 'fail' | 'warn';
  readonly onMissingToken: 'fail' | 'skip';
  readonly dryRun: boolean;
  readonly summary: boolean;
  /** Warnings found while parsing (deprecated inputs, given-but-empty names), shown once the log is up. */
  readonly warnings: readonly string[];
}

/** What decides the release name (inputs/release-name.ts). */
export interface ReleaseNameInputs {
  /** `release`, else `version`; undefined when not given. */
  readonly explicit: string | undefined;
  /** The input's name when it was given through an expression that came out empty. */
  readonly givenEmpty: 'release' | 'version' | undefined;
  /** `release_prefix`, else `version_prefix`, put before any name, explicit ones too. @default '' */
  readonly prefix: string;
  readonly from: 'default' | 'tag' | 'package';
}

export interface DeployInputs {
  /** No environment, no deploy. */
  readonly environments: readonly string[];
  readonly name: string | undefined;
  /** `deploy_url`; undefined means the run's URL with its attempt. */
  readonly url: string | undefined;
  /** ISO 8601, UTC. */
  readonly startedAt: string | undefined;
  /** ISO 8601, UTC; undefined means now. */
  readonly finishedAt: string | undefined;
}

export interface CommitInputs {
  readonly mode: 'auto' | 'manual' | 'skip';
  readonly repo: string | undefined;
  readonly commit: string | undefined;
  readonly previousCommit: string | undefined;
  /** undefined: warn and send the last 20; false: error; true: silent. */
  readonly ignoreMissing: boolean | undefined;
  readonly ignoreEmpty: boolean | undefined;
  /** Globs; only commits that touch them are sent. */
  readonly paths: readonly string[];
  readonly githubToken: string | undefined;
}

export interface SourceMapInputs {
  /** Files, folders, globs and `!exclusions`, relative to the working directory. Empty: no source maps. */
  readonly patterns: readonly string[];
  readonly inject: boolean;
  /** `dist`, else SENTRY_DIST. At most 64 characters. */
  readonly dist: string | undefined;
  /** @default '~' */
  readonly urlPrefix: string;
  readonly urlSuffix: string;
  readonly stripPrefix: readonly string[];
  readonly stripCommonPrefix: boolean;
  /** Extensions without dot; empty means the defaults (sourcemaps/discover.ts). */
  readonly ext: readonly string[];
  /** gitignore patterns. @default ['node_modules'] */
  readonly ignore: readonly string[];
  /** Absolute path of a file of gitignore patterns. */
  readonly ignoreFile: string | undefined;
  readonly ifNoFilesFound: 'error' | 'warn' | 'ignore';
  readonly deleteAfterUpload: boolean;
  /** 0: do not wait; else the longest wait in milliseconds (`true` means until the deadline). */
  readonly waitMs: number;
  readonly verify: boolean;
  /** URL of the deployed site whose scripts are checked after the deploy. */
  readonly verifyUrl: string | undefined;
}
