import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import { SourceUnavailable } from './source.js';

export interface GitHubFetchOptions {
  /** Only this origin gets requests, and with them the token. */
  readonly apiUrl: string;
  readonly fetch: typeof fetch;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Unix milliseconds; no wait ends after it. */
  readonly waitUntil: number;
}

/** What GitHub last said about how many requests are left; undefined before the first answer. */
export interface GitHubBudget {
  remaining: number | undefined;
}

const ATTEMPT_TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const MAX_HOPS = 3;
const MAX_FAILURES = 3;
/** What GitHub asks of clients that were limited without being told for how long. */
const UNTOLD_WAIT_MS = 60_000;
const LIMITED = 'GitHub limits the rate of requests';

/**
 * The fetch that Octokit uses: bound to one origin, each attempt with a time limit, answers with a size limit; waits as long
 * as GitHub asks, and gives up at once when that would be too long for this run.
 */
export function createGitHubFetch(options: GitHubFetchOptions, budget: GitHubBudget): typeof fetch {
  const pause = createPause(options);
  return async (input, init) => {
    for (let failures = 0; ; ) {
      await pause.over();
      const answer = await attempt(options, String(input), init);
      if (answer instanceof Response) {
        const remaining = Number(answer.headers.get('x-ratelimit-remaining') ?? Number.NaN);
        if (!Number.isNaN(remaining)) budget.remaining = remaining;
        const waitMs = await limitWait(answer, options.clock);
        if (waitMs !== undefined) {
          pause.begin(waitMs);
          continue;
        }
        if (answer.status < 500) return answer;
      }
      failures += 1;
      const what =
        answer instanceof Response ? `GitHub answered ${answer.status}` : `GitHub cannot be reached: ${answer}`;
      if (failures === MAX_FAILURES) throw new SourceUnavailable(what);
      const waitMs = 1000 * 2 ** (failures - 1) * (0.5 + options.clock.random());
      announce(options, waitMs, what);
      await options.clock.sleep(waitMs, options.signal);
    }
  };
}

/** A limit holds for all requests: while it lasts, the parallel ones are not sent either, or GitHub would prolong it. */
function createPause(options: GitHubFetchOptions) {
  const { clock, signal } = options;
  let until = 0;
  return {
    begin: (waitMs: number): void => {
      const isFirst = clock.now() >= until;
      until = Math.max(until, clock.now() + waitMs);
      if (isFirst) announce(options, waitMs, LIMITED);
    },
    over: async (): Promise<void> => {
      for (let left = until - clock.now(); left > 0; left = until - clock.now()) {
        assertShort(options, left, LIMITED);
        await clock.sleep(left, signal);
      }
    },
  };
}

/** One attempt with its redirects; a text says why there was no answer. */
async function attempt(options: GitHubFetchOptions, start: string, init?: RequestInit): Promise<Response | string> {
  let url = new URL(start);
  for (let hop = 0; hop <= MAX_HOPS; hop += 1) {
    if (url.origin !== new URL(options.apiUrl).origin) {
      throw new SourceUnavailable(`GitHub points to another host (${url.host}), which does not get the token`);
    }
    const answer = await oneRequest(options, url, init);
    const location = answer instanceof Response ? answer.headers.get('location') : null;
    // A renamed repository: 301 to its id.
    if (typeof answer === 'string' || location === null || answer.status < 300 || answer.status > 399) return answer;
    url = new URL(location, url);
  }
  throw new SourceUnavailable('GitHub redirects in a circle');
}

async function oneRequest(options: GitHubFetchOptions, url: URL, init?: RequestInit): Promise<Response | string> {
  const limit = AbortSignal.timeout(ATTEMPT_TIMEOUT_MS);
  try {
    const answer = await options.fetch(url.href, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.any([options.signal, limit]),
    });
    const { status, headers } = answer;
    const body = await boundedBody(answer);
    return new Response(status === 204 || status === 304 ? null : body, { status, headers: [...headers] });
  } catch (error) {
    if (error instanceof SourceUnavailable) throw error;
    options.signal.throwIfAborted();
    if (limit.aborted) return `no answer within ${ATTEMPT_TIMEOUT_MS / 1000} s`;
    return causeText(error);
  }
}

async function boundedBody(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.length;
    if (size > MAX_BODY_BYTES) throw new SourceUnavailable('an answer of GitHub is too large');
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/**
 * How long GitHub asks to wait, by its documentation: `retry-after`, else until `x-ratelimit-reset` when nothing remains,
 * else a minute when the text speaks of a limit. undefined when this is no limit; a plain 403 is a lack of permission.
 */
async function limitWait(answer: Response, clock: Clock): Promise<number | undefined> {
  if (answer.status !== 403 && answer.status !== 429) return undefined;
  const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
  // A second at least, or a server that always says 0 would be asked without a pause.
  if (!Number.isNaN(retryAfter)) return Math.max(1, retryAfter) * 1000;
  const reset = Number(answer.headers.get('x-ratelimit-reset') ?? Number.NaN);
  if (answer.headers.get('x-ratelimit-remaining') === '0' && !Number.isNaN(reset)) {
    // By GitHub's own clock, because a runner's may be wrong; one second more, because the header has no fraction.
    const now = Date.parse(answer.headers.get('date') ?? '') || clock.now();
    return Math.max(0, reset * 1000 - now) + 1000;
  }
  if (answer.status === 429) return UNTOLD_WAIT_MS;
  return /rate limit/i.test(await answer.clone().text()) ? UNTOLD_WAIT_MS : undefined;
}

function announce(options: GitHubFetchOptions, waitMs: number, why: string): void {
  assertShort(options, waitMs, why);
  options.log.info(`${why}; waiting ${Math.ceil(waitMs / 1000)} s`);
}

function assertShort({ clock, waitUntil }: GitHubFetchOptions, waitMs: number, why: string): void {
  if (clock.now() + waitMs <= waitUntil) return;
  throw new SourceUnavailable(`${why}, and a wait of ${Math.ceil(waitMs / 1000)} s is too long for this run`);
}

function causeText(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
