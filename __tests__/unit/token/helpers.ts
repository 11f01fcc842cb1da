import type { Log, LogPlace } from '../../../src/log.js';

export interface Line {
  readonly level: 'debug' | 'info' | 'notice' | 'warning' | 'error';
  readonly message: string;
  readonly place?: LogPlace;
}

/** A log that keeps its lines. */
export function recordingLog(): Log & { readonly lines: Line[]; text(level: Line['level']): string } {
  const lines: Line[] = [];
  const keep = (level: Line['level']) => (message: string, place?: LogPlace) => {
    lines.push({ level, message, ...(place === undefined ? {} : { place }) });
  };
  return {
    lines,
    text: (level) => lines.flatMap((line) => (line.level === level ? [line.message] : [])).join('\n'),
    debug: keep('debug'),
    info: keep('info'),
    notice: keep('notice'),
    warning: keep('warning'),
    error: keep('error'),
  };
}

/** An organization token as Sentry makes them. */
export function orgToken(payload: Record<string, unknown>): string {
  const text = JSON.stringify({ iat: 1_700_000_000.5, ...payload });
  return `sntrys_${Buffer.from(text).toString('base64')}_${Buffer.alloc(32, 7).toString('base64').replace(/=+$/, '')}`;
}

export const HEX = 'ab'.repeat(32);
