/** What a handler answers. The server turns it into bytes; faults may change it on the way. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. `undefined` with no `text` and no `file`: an empty body. */
  readonly json?: unknown;
  /** Sent as it is; give a Content-Type in `headers`. */
  readonly text?: string;
  /** Path of a file that is streamed. */
  readonly file?: string;
}

/** An answer that ends the handling, thrown from anywhere below a handler. */
export class ApiError extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`answered ${answer.status}`);
    this.answer = answer;
  }
}

/** `{"detail": text}`, the shape of every framework error. */
export function detail(status: number, text: string, headers: Readonly<Record<string, string>> = {}): ApiError {
  return new ApiError({ status, headers, json: { detail: text } });
}

/** `{"error": text}`, the shape of chunk upload and assemble. */
export function plainError(status: number, text: string): ApiError {
  return new ApiError({ status, json: { error: text } });
}

/** Sentry's own exceptions: here `detail` is an object. */
export function coded(status: number, code: string, message: string, extra: object = {}): ApiError {
  return new ApiError({ status, json: { detail: { code, message, extra } } });
}

/** The texts a token client meets again and again. */
export const errors = {
  forbidden: () => detail(403, 'You do not have permission to perform this action.'),
  notFound: () => detail(404, 'The requested resource does not exist'),
  projectNotFound: () => detail(404, 'Project does not exist'),
  /** An unhandled exception of the server. */
  crash: () => new ApiError({ status: 500, json: { detail: 'Internal Error', errorId: newErrorId() } }),
};

function newErrorId(): string {
  return crypto.randomUUID().replaceAll('-', '');
}
