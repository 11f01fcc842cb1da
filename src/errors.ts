/**
 * Every failure a user can meet, as one closed list. The text of an {@link ActionError} says what failed, at what, and what
 * the server said; its `hint` says what to do next. docs/troubleshooting.md has an entry per code
 * and a line per message, held by a test.
 */
export const ERROR_CODES = [
  'input-invalid',
  'token-missing',
  'token-is-dsn',
  'token-malformed',
  'token-rejected',
  'token-host',
  'scope-missing',
  'org-missing',
  'org-mismatch',
  'org-unknown',
  'project-missing',
  'project-unknown',
  'project-forbidden',
  'url-invalid',
  'release-name-invalid',
  'release-name-missing',
  'release-missing',
  'commits-failed',
  'no-files-found',
  'file-changed',
  'file-unreadable',
  'file-outside-workspace',
  'sourcemaps-unusable',
  'verify-failed',
  'server-rejected',
  'server-unavailable',
  'server-answer-invalid',
  'server-lacks-feature',
  'server-limits',
  'redirected',
  'network',
  'tls',
  'proxy',
  'rate-limited-past-deadline',
  'deadline',
  'retries-exhausted',
  'assemble-failed',
  'upload-stuck',
  'disk',
  'cancelled',
  'internal',
] as const;

/** A code of the closed list {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What an {@link ActionError} may carry besides its code and text. */
export interface ErrorDetails {
  /** What the user does next, as a full sentence. */
  readonly hint?: string;
  /** The error underneath, for the debug log. */
  readonly cause?: unknown;
  /** The HTTP status, when a server answered. */
  readonly status?: number;
  /** True: the request may have taken effect although it failed. Ask the server before it is sent again. @default false */
  readonly mayHaveHappened?: boolean;
}

/** A failure that a user is meant to read. Anything else that is thrown is a defect of ours and reported as `internal`. */
export class ActionError extends Error {
  override readonly name = 'ActionError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly status: number | undefined;
  readonly mayHaveHappened: boolean;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.status = details.status;
    this.mayHaveHappened = details.mayHaveHappened ?? false;
  }
}

/** Turns whatever was thrown into an {@link ActionError}; what is none becomes `internal`, with the text kept. */
export function toActionError(thrown: unknown): ActionError {
  if (thrown instanceof ActionError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ActionError('internal', `Unexpected failure: ${message}`, {
    cause: thrown,
    hint: 'This is a defect of the action. Please report it with the debug log (re-run with debug logging enabled).',
  });
}
