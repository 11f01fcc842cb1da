/** What the runner tells about the run: the fields of @actions/github's context that we use, validated, plus the raw event. */
export interface GitHubContext {
  readonly eventName: string;
  /** 40-hex GITHUB_SHA, or undefined outside Actions. */
  readonly sha: string | undefined;
  /** For instance `refs/tags/v1.2.3` or `refs/heads/main`. */
  readonly ref: string | undefined;
  /** `owner/name`. */
  readonly repository: string | undefined;
  readonly runId: string | undefined;
  /** 1-based. */
  readonly runAttempt: number;
  readonly job: string | undefined;
  readonly actor: string | undefined;
  /** @default 'https://github.com' */
  readonly serverUrl: string;
  /** @default 'https://api.github.com' */
  readonly apiUrl: string;
  /** The event payload as parsed from GITHUB_EVENT_PATH; `{}` when there is none or it is broken. Treat as hostile. */
  readonly event: Readonly<Record<string, unknown>>;
}
