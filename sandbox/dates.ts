/**
 * Times are milliseconds since the epoch, with microseconds as the fraction, because Sentry keeps microseconds and clients
 * compare what they sent with what comes back.
 */
const FORM =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?)?$/;

/** ISO 8601 with an offset, or naive (taken as UTC). undefined when it is none. */
export function parseDate(text: string): number | undefined {
  const match = FORM.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match;
  const parts = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts;
  const whole = Date.UTC(y, mo - 1, d, h, mi, s);
  const back = new Date(whole);
  const real =
    back.getUTCMonth() === mo - 1 && back.getUTCDate() === d && back.getUTCHours() === h && mi < 60 && s < 60;
  if (!real) return undefined;
  const micros = Number(fraction.slice(0, 6).padEnd(6, '0'));
  return whole + micros / 1000 - offsetMs(offset);
}

function offsetMs(offset: string | undefined): number {
  if (offset === undefined || /^z$/i.test(offset)) return 0;
  const sign = offset.startsWith('-') ? -1 : 1;
  const digits = offset.slice(1).replace(':', '');
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0)) * 60_000;
}

/** ISO 8601 UTC with `Z`; microseconds only when they are not zero. */
export function isoDate(ms: number): string {
  const micros = Math.round(ms * 1000);
  const rest = ((micros % 1_000_000) + 1_000_000) % 1_000_000;
  const seconds = new Date((micros - rest) / 1000).toISOString().slice(0, 19);
  return rest === 0 ? `${seconds}Z` : `${seconds}.${String(rest).padStart(6, '0')}Z`;
}

/** As {@link isoDate}, or null. */
export function isoDateOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : isoDate(ms);
}

/** Cut to seconds, as the bundle list shows them. */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
