/** Where a message points to: shown by GitHub as an annotation. */
export interface LogPlace {
  /** Headline of the annotation. */
  readonly title?: string;
  /** Path relative to the workspace, with forward slashes. */
  readonly file?: string;
  /** 1-based line. */
  readonly line?: number;
}

/**
 * The log as the rest of the code sees it. The real one (report/log.ts) makes every line inert for the runner's command
 * parser, groups lines by step and bounds annotations; tests pass a recording one.
 */
export interface Log {
  /** Only shown with ACTIONS_STEP_DEBUG. Never headers, never a token. */
  debug(message: string): void;
  info(message: string): void;
  /** An annotation that asks nothing of the user. */
  notice(message: string, place?: LogPlace): void;
  /** An annotation: the run goes on, but something is not as the user expects. */
  warning(message: string, place?: LogPlace): void;
  /** An annotation: something failed. */
  error(message: string, place?: LogPlace): void;
}
