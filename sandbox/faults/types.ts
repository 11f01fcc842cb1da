/** Which requests a fault hits. Every given condition must hold; README.md has examples. */
export interface FaultMatch {
  /** `POST`, or several: `["POST", "PUT"]`. Default any. */
  readonly method?: string | readonly string[];
  /** Glob on the path without query (`*` within a segment, `**` across), or a regular expression between slashes: `/releases\/[^/]+\/$/`. */
  readonly path?: string;
  /** The n-th request (from 1) that meets the conditions above; several; or a range with open ends. Default every one. */
  readonly nth?: number | readonly number[] | { readonly from?: number; readonly to?: number };
  /** Chance in [0, 1] that a request is hit, drawn from the config's seed. Default 1. */
  readonly probability?: number;
  /** Chunk requests only: one of the parts has this sha1 (or starts with it). Takes effect after the body was read. */
  readonly chunk?: string;
}

/** Where a connection is reset (RST). */
export type ResetPoint =
  /** Before a byte of the body was read. */
  | 'before-body'
  /** After the body was read, before the request was handled: nothing is stored. */
  | 'after-body'
  /** After the request was handled, before the answer: everything is stored. */
  | 'after-handling';

/** What happens to a request that is hit. Several may be given; the order here is the order in which they take effect. */
export interface FaultAction {
  /** Wait before anything else (the request counts as open meanwhile). */
  readonly delayMs?: number;
  /** Read no further than this many bytes of the body and never answer. */
  readonly stallAfterBytes?: number;
  /** Reset the connection after this many bytes of the body. */
  readonly resetAfterBytes?: number;
  readonly reset?: ResetPoint;
  /** Answer with this status instead of handling the request, as a proxy in front would: no rate-limit headers of its own. */
  readonly status?: number;
  /** Headers of that answer, or added to the real one when `status` is absent. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Body of that answer: text as it is, anything else as JSON; without one, 502, 503 and 504 are a proxy's page in HTML. With `status` absent it replaces the body of the real answer.
   */
  readonly body?: unknown;
  readonly bodyBase64?: string;
  /** Body of that many zero bytes, streamed; with the header `content-encoding: gzip` they are sent compressed. */
  readonly bodyZeros?: number;
  /** Answer before the body was read, then close. */
  readonly early?: boolean;
  /** Chunk request: answer 200 and store nothing; a list names the parts (from 0) that are not stored. */
  readonly swallow?: true | readonly number[];
  /** Before handling, forget that many chunks of the organization (the oldest) and every assemble status that needs one. */
  readonly forgetChunks?: number | 'all';
  /** Assemble: the job of this request never ends (`hold`), ends in an error text, or starts later. */
  readonly job?: 'hold' | { readonly error: string } | { readonly delayMs: number };
  /** Assemble: answer this state without looking, and change nothing. */
  readonly state?: 'not_found' | 'created' | 'assembling' | 'ok' | 'error';
  /** Set commits: the lock is held by somebody else (409). */
  readonly commitLock?: true;
  /** Keys put over the JSON object of the real answer; null values are put as null. Example: `{"url": "http://other.example/"}`. */
  readonly merge?: Readonly<Record<string, unknown>>;
  /** Shift of `Date` and of the rate-limit reset in this answer. */
  readonly clockSkewMs?: number;
  /** For this request the limits are these. */
  readonly rateLimit?: {
    readonly limit?: number;
    readonly windowSeconds?: number;
    readonly concurrent?: number;
    readonly enforceConcurrent?: boolean;
  };
  /** Send the answer at this pace. */
  readonly drip?: { readonly bytes: number; readonly everyMs: number };
  /** Send only so many bytes of the body, with the full Content-Length, then reset. */
  readonly truncate?: number;
  /** Close the connection after the answer without having announced it. */
  readonly closeAfter?: true;
}

/** One fault. Faults are tried in order; the first that hits a request decides. */
export interface Fault {
  /** For the log and for removing it. Default `fault-<n>`. */
  readonly id?: string;
  readonly match?: FaultMatch;
  readonly do: FaultAction;
  /** How often it may hit before it is spent. Default without end. */
  readonly times?: number;
}
