/** Numbers as the cases write them. */
const NUMBERS: Readonly<Record<string, number>> = {
  no: 0,
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  ten: 10,
};

export const NUMBER = '(?:\\d+|no|an?|one|two|three|four|five|six|ten)';

/** `two` or `2`. */
export function numberOf(word: string): number {
  return NUMBERS[word.toLowerCase()] ?? Number(word);
}

/** `a, b and c` as its parts. */
export function listOf(text: string): string[] {
  return text
    .split(/\s*,\s*(?:and\s+)?|\s+and\s+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** `1 day`, `10 min`, `2 s` as milliseconds. */
export function durationMs(text: string): number {
  const match = /(\d+(?:\.\d+)?|an?|one|two|three)\s*(ms|s|sec|second|m|min|minute|h|hour|d|day|week)s?\b/i.exec(text);
  if (match === null) return 0;
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
  const unit = (match[2] ?? 's').toLowerCase();
  return numberOf(match[1] ?? '0') * (units[unit] ?? units[unit.charAt(0)] ?? 0);
}

/** `a..` stands for an id of that letter; anything longer is taken as it is. */
export function expandId(text: string): string {
  const letter = /^([0-9a-f])\.\.$/i.exec(text)?.[1];
  return letter === undefined ? text : `${letter.repeat(8)}-0000-0000-0000-000000000000`;
}
