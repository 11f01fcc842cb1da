import { posix } from 'node:path';
import type { SourceFile } from './types.js';

/**
 * File names of maps to try for a script without a usable reference, in order, as sentry-cli 3.8.0 does: with `base` up to
 * the first dot and `ext` the rest: `base.map`, `base.ext.map`, without a leading `min.`, and with the last part of two or
 * more replaced. `foo.min.js` → `foo.map`, `foo.min.js.map`, `foo.js.map`, `foo.min.map`.
 */
export function guessMapNames(scriptName: string): string[] {
  const dot = scriptName.indexOf('.');
  if (dot < 0) return [`${scriptName}.map`];
  const base = scriptName.slice(0, dot);
  const ext = scriptName.slice(dot + 1);
  const names = [`${base}.map`, `${scriptName}.map`];
  if (ext.startsWith('min.')) names.push(`${base}.${ext.slice('min.'.length)}.map`);
  const last = ext.lastIndexOf('.');
  if (last >= 0) names.push(`${base}.${ext.slice(0, last)}.map`);
  return [...new Set(names)];
}

/** The first map that lies beside the script under one of these names. */
export function guessMap(scriptName: string, byName: ReadonlyMap<string, SourceFile>): SourceFile | undefined {
  const folder = posix.dirname(scriptName);
  for (const fileName of guessMapNames(posix.basename(scriptName))) {
    const map = byName.get(posix.join(folder, fileName));
    if (map !== undefined) return map;
  }
  return undefined;
}
