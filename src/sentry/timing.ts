/**
 * Pure arithmetic on the headers by which a server says when to come back. Nothing here waits, logs or throws: a header that
 * makes no sense counts as absent, because a wrong guess in either direction is worse than falling back to our own backoff.
 */

/** Answer headers as Node gives them: lower-case names. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What Sentry says about its limits on every answer (`src/sentry/middleware/ratelimit.py`); absent on self-hosted servers. */
export interface RateLimit {
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  /** End of the window by the server's own clock, Unix milliseconds. */
  readonly resetAt: number | undefined;
  readonly concurrentLimit: number | undefined;
  readonly concurrentRemaining: number | undefined;
}

/** A wait that the server asked for. */
export interface AskedWait {
  readonly waitMs: number;
  readonly source: 'Retry-After' | 'X-Sentry-Rate-Limit-Reset';
}

/** Added to every server-given wait, never subtracted, so that parallel jobs do not come back in the same millisecond. */
export const JITTER_MS = 250;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** The three grammars of RFC 9110, §5.6.7; each captures day, month, year, time in its own order. */
const IMF_FIXDATE = /^[a-z]{3}, (?<day>\d{2}) (?<month>[a-z]{3}) (?<year>\d{4}) (?<time>\d{2}:\d{2}:\d{2}) gmt$/i;
const RFC_850 = /^[a-z]{6,9}, (?<day>\d{2})-(?<month>[a-z]{3})-(?<year>\d{2}) (?<time>\d{2}:\d{2}:\d{2}) gmt$/i;
const ASCTIME = /^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/i;

/** One header as text; of several equal headers the first. */
export function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** Unix milliseconds of an HTTP date in any of its three grammars; undefined when it is none. `nowMs` settles two-digit years. */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const trimmed = text.trim();
  const groups = (IMF_FIXDATE.exec(trimmed) ?? RFC_850.exec(trimmed) ?? ASCTIME.exec(trimmed))?.groups;
  if (groups === undefined) return undefined;
  const month = MONTHS.indexOf((groups['month'] ?? '').toLowerCase());
  const [hour = 0, minute = 0, second = 0] = (groups['time'] ?? '').split(':').map(Number);
  const day = Number(groups['day']);
  if (month < 0 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined;
  const year = fullYear(groups['year'] ?? '', nowMs);
  return Date.UTC(year, month, day, hour, minute, second);
}

/** RFC 9110: a two-digit year that would be more than 50 years ahead is in the past century. */
function fullYear(digits: string, nowMs: number): number {
  if (digits.length === 4) return Number(digits);
  const current = new Date(nowMs).getUTCFullYear();
  const candidate = current - (current % 100) + Number(digits);
  return candidate > current + 50 ? candidate - 100 : candidate;
}

/**
 * Milliseconds of a `Retry-After` value: seconds, or an HTTP date counted from the server's own now. A date in the past is 0.
 * undefined for everything else (`0x10`, `1e3`, `-5`, empty, words, absurdly long numbers).
 */
export function parseRetryAfter(value: string, serverNowMs: number): number | undefined {
  const text = value.trim();
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const date = parseHttpDate(text, serverNowMs);
  return date === undefined ? undefined : Math.max(0, date - serverNowMs);
}

/** The server's clock at this answer: its `Date` header, else ours. Two wrong clocks then cancel out. */
export function serverNow(headers: Headers, localNowMs: number): number {
  const date = headerOf(headers, 'date');
  return (date === undefined ? undefined : parseHttpDate(date, localNowMs)) ?? localNowMs;
}

/**
 * The five `X-Sentry-Rate-Limit-*` headers; what is missing or not a plain number (older servers send `None`) is undefined. Of
 * several values the strictest counts, as with `Retry-After`: the later end, the smaller number.
 */
export function rateLimitOf(headers: Headers): RateLimit {
  const counts = (name: string) => numbersOf(headers, `x-sentry-rate-limit-${name}`);
  const smallest = (name: string) => strictest(counts(name), Math.min);
  const reset = strictest(counts('reset'), Math.max);
  return {
    limit: smallest('limit'),
    remaining: smallest('remaining'),
    resetAt: reset === undefined ? undefined : reset * 1000,
    concurrentLimit: smallest('concurrentlimit'),
    concurrentRemaining: smallest('concurrentremaining'),
  };
}

function strictest(values: readonly number[], choose: (...values: number[]) => number): number | undefined {
  return values.length === 0 ? undefined : choose(...values);
}

/** All values, of several headers and of one that a proxy joined with commas; the comma of a date (`Sun, 06 Nov …`) joins nothing. */
function valuesOf(headers: Headers, name: string): readonly string[] {
  const values = headers[name];
  const list = typeof values === 'string' ? [values] : (values ?? []);
  return list.flatMap((value) => value.split(/,(?! ?\d{2}[ -][a-z]{3}[ -])/i));
}

function numbersOf(headers: Headers, name: string): readonly number[] {
  return valuesOf(headers, name)
    .filter((text) => /^\d{1,12}(\.\d+)?$/.test(text.trim()))
    .map(Number);
}

/**
 * The longer of the two waits an answer may ask for, without jitter; undefined when it asks for none. Of several values of
 * `Retry-After` the longest valid one counts, because no wait may be cut short; without a valid one the reset stays in force. The
 * `Date` header has whole seconds, so a wait until the reset may be up to a second long, never short.
 */
export function askedWait(headers: Headers, localNowMs: number): AskedWait | undefined {
  const now = serverNow(headers, localNowMs);
  const waits = valuesOf(headers, 'retry-after')
    .map((value) => parseRetryAfter(value, now))
    .filter((wait) => wait !== undefined);
  const retryAfter = waits.length === 0 ? undefined : Math.max(...waits);
  const { resetAt } = rateLimitOf(headers);
  const untilReset = resetAt === undefined ? undefined : Math.max(0, resetAt - now);
  if (retryAfter === undefined && untilReset === undefined) return undefined;
  return (retryAfter ?? -1) >= (untilReset ?? -1)
    ? { waitMs: retryAfter ?? 0, source: 'Retry-After' }
    : { waitMs: untilReset ?? 0, source: 'X-Sentry-Rate-Limit-Reset' };
}

/** A server-given wait with its jitter. */
export function withJitter(waitMs: number, random: () => number): number {
  return waitMs + Math.floor(random() * (JITTER_MS + 1));
}

/** Full jitter: anywhere between `floorMs` and the exponential ceiling of the n-th (from 1) retry. */
export function backoff(
  retry: number,
  bounds: { readonly floorMs: number; readonly baseMs: number; readonly capMs: number },
  random: () => number,
): number {
  const ceiling = Math.min(bounds.capMs, bounds.baseMs * 2 ** Math.min(retry, 30));
  return Math.round(bounds.floorMs + random() * Math.max(0, ceiling - bounds.floorMs));
}

/** `250 ms`, `1.5 s`, `3600 s`: a duration as a person says it, and as the server asked for it. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1000;
  return `${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
}

/**
 * The server's clock seen from ours, sharper than one `Date` header (whole seconds) can tell: each answer proves that the server
 * was at least `date - receivedAt` ahead, and the largest such proof is the best. It only paces requests that may go anyway
 * (`Remaining: 0`); a wait the server asks for is taken from its own answer alone.
 */
export class ServerClock {
  #aheadMs: number | undefined;

  /** Takes one answer in. A proof that contradicts what we knew (another machine, a clock set back) replaces it. */
  observe(headers: Headers, sentAtMs: number, receivedAtMs: number): void {
    const header = headerOf(headers, 'date');
    const date = header === undefined ? undefined : parseHttpDate(header, receivedAtMs);
    if (date === undefined) return;
    const atLeast = date - receivedAtMs;
    const below = date + 1000 - sentAtMs;
    const known = this.#aheadMs;
    const contradicts = known !== undefined && (known >= below || atLeast - known > 1000 + receivedAtMs - sentAtMs);
    this.#aheadMs = known === undefined || contradicts ? atLeast : Math.max(known, atLeast);
  }

  /** The local time at which the server's clock surely shows `serverMs`. */
  localTimeOf(serverMs: number): number {
    return serverMs - (this.#aheadMs ?? 0);
  }
}
