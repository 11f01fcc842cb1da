import { parseUrl } from '../parse-url.js';

/**
 * Pure parsers for the scalar inputs. Each returns undefined for what it does not understand, never a guess: the reader turns
 * that into an error that names the input and what is allowed.
 */

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** `true`, `1`, `false` or `0` in any case: what getsentry/action-release takes. */
export function parseBoolean(value: string): boolean | undefined {
  return BOOLEANS.get(value.trim().toLowerCase());
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** `90s`, `15m`, `1h`, `1.5h`, or plain seconds. Milliseconds. */
export function parseDurationMs(value: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)\s*([smh]?)$/i.exec(value.trim());
  if (!match?.[1]) return undefined;
  const unit = match[2]?.toLowerCase() || 's';
  return Math.round(Number(match[1]) * (UNIT_MS[unit] ?? 1000));
}

/** Seconds beyond this are milliseconds by mistake: the year would be past 5000. */
const MAX_UNIX_SECONDS = 100_000_000_000;

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?$/i;
/** What `date` prints where the locale is C or en_US, and the text of a JavaScript Date; both name their zone. */
const DATE_COMMAND = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2}(?: [AP]M)? (?:UTC|GMT) \d{4}$/;
const DATE_TEXT = /^[A-Z][a-z]{2} [A-Z][a-z]{2} \d{2} \d{4} \d{2}:\d{2}:\d{2} GMT[+-]\d{4}(?: \([^()]*\))?$/;
const RFC_2822 = /^(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}(?::\d{2})? (?:GMT|UTC?|[+-]\d{4})$/;

/**
 * Unix seconds, ISO 8601 or RFC 2822 (what sentry-cli takes), or what `date` prints (which getsentry/action-release takes, too)
 * → ISO 8601 in UTC. A time without a zone is UTC.
 */
export function parseTimestamp(value: string): string | undefined {
  const text = value.trim();
  if (/^\d+$/.test(text)) {
    const seconds = Number(text);
    return seconds > 0 && seconds <= MAX_UNIX_SECONDS ? new Date(seconds * 1000).toISOString() : undefined;
  }
  const isDateText = [RFC_2822, DATE_COMMAND, DATE_TEXT].some((form) => form.test(text));
  const ms = isoMs(text) ?? (isDateText ? Date.parse(text) : Number.NaN);
  return ms > 0 ? new Date(ms).toISOString() : undefined;
}

function isoMs(text: string): number | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [, year, month, day, zone] = match;
  // Date.parse would roll 31 February over into March.
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(day) < 1 || Number(day) > days) return undefined;
  const dateOnly = text.length === 10;
  const normal = text
    .replace(/^(.{10}) /, '$1T')
    .replace(',', '.')
    .replace(/\s+/g, '')
    .replace(/UTC|GMT/i, 'Z');
  return Date.parse(zone || dateOnly ? normal : `${normal}Z`);
}

/** An absolute http or https URL, as it was written; none with a user or password in it, which would be shown and sent around. */
export function parseHttpUrl(value: string): string | undefined {
  const text = value.trim();
  const url = /^https?:\/\//i.test(text) ? parseUrl(text) : undefined;
  return url?.username === '' && url.password === '' ? text : undefined;
}

/** A slug or id as it may stand in a path of Sentry's API. */
export function isSlug(value: string): boolean {
  return value !== '.' && value !== '..' && value.length <= 200 && !/[\s/\\?#%]/.test(value);
}
