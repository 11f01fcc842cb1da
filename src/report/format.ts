/** How numbers are written for people. */

/** `1.2 s`, `340 ms`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `812 B`, `1.4 KiB`, `7.0 MiB`. */
export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  const units = ['KiB', 'MiB', 'GiB'];
  let value = count / 1024;
  let unit = 0;
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** `1,234`. Not by `toLocaleString`: the first call loads tables of the world's languages, 30 ms of every run. */
export function grouped(whole: number): string {
  return String(whole).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 file`, `1,234 files`. */
export function count(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** A share as a bar of `width` characters; any share above zero shows. */
export function bar(part: number, whole: number, width = 20): string {
  if (whole <= 0) return '░'.repeat(width);
  const exact = (part / whole) * width;
  const full = part <= 0 ? 0 : Math.min(part >= whole ? width : width - 1, Math.max(1, Math.round(exact)));
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** Whole percent, never 0 or 100 unless it is exactly that. */
export function percent(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return '0 %';
  if (part >= whole) return '100 %';
  const exact = (part / whole) * 100;
  if (exact < 1) return 'less than 1 %';
  return exact > 99 ? 'more than 99 %' : `${Math.round(exact)} %`;
}

/**
 * With a full stop where it has none, because a hint or another sentence follows. An address at the end stays as it is: the stop
 * would be copied along with it.
 */
export function sentence(text: string): string {
  const trimmed = text.trimEnd();
  const lastWord = trimmed.slice(1 + Math.max(trimmed.lastIndexOf(' '), trimmed.lastIndexOf('\n')));
  const complete = lastWord === '' || /[.!?…:][)"'”]*$/.test(lastWord) || /^https?:\/\//.test(lastWord);
  return complete ? trimmed : `${trimmed}.`;
}
