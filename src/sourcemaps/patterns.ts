import { existsSync, realpathSync, type Stats, statSync } from 'node:fs';
import type { PlatformPath } from 'node:path';
import { ActionError } from '../errors.js';
import { compileSegment, expandBraces, hasMagic, type Segment } from './glob.js';
import { isInside, isPrivate, shownName, toSlashes } from './paths.js';

/** Where patterns are resolved. All paths absolute and real. */
export interface Place {
  /** Nothing outside it is read: the workspace, or the working directory when that lies elsewhere. */
  readonly root: string;
  readonly workingDirectory: string;
  readonly path: PlatformPath;
}

/** The `sourcemaps` input, sorted into what to take and what to leave out. */
export interface PatternList {
  /** As the user wrote them, with `/` as separator. */
  readonly includes: readonly string[];
  /** Without the `!`. */
  readonly exclusions: readonly string[];
}

/** Splits off the `!exclusions`. Where they stand in the list is no matter. */
export function sortPatterns(patterns: readonly string[], path: PlatformPath): PatternList {
  const texts = patterns.map((text) => toSlashes(text.trim(), path)).filter((text) => text !== '' && text !== '!');
  return {
    includes: texts.filter((text) => !text.startsWith('!')),
    exclusions: texts.filter((text) => text.startsWith('!')).map((text) => text.slice(1).trim()),
  };
}

/** What a pattern stands for on disk. */
export type Target =
  | { readonly kind: 'file' | 'folder'; readonly real: string; readonly name: string }
  | {
      readonly kind: 'glob';
      /** The folder that the wildcard part starts in. */
      readonly real: string;
      readonly name: string;
      readonly segments: readonly Segment[];
      readonly foldersOnly: boolean;
    }
  /** `found` is the longest part of the path that exists, `missing` the first part that does not. */
  | { readonly kind: 'missing'; readonly found: string; readonly missing: string }
  /** A link below the root that leads out of it, or to what is private in it. */
  | { readonly kind: 'outside'; readonly name: string }
  /** A device, a socket, a pipe. */
  | { readonly kind: 'special'; readonly name: string };

/**
 * Looks up a pattern. What exists literally wins over its meaning as a glob, part by part: `app/[id]/*.js` is about the folder
 * called `[id]`. Throws an ActionError `file-outside-workspace` when the pattern itself points out of the root.
 */
export function locate(pattern: string, place: Place): Target[] {
  const whole = resolveLiteral(pattern, place);
  if (whole.kind !== 'missing') return [whole];
  if (place.path.sep === '/' && pattern.includes('\\')) {
    const slashed = resolveLiteral(pattern.replaceAll('\\', '/'), place);
    if (slashed.kind !== 'missing') return [slashed];
  }
  if (!hasMagic(pattern)) return [whole];
  return expandBraces(pattern).map((text) => locateGlob(text, place));
}

function resolveLiteral(text: string, place: Place): Target {
  const { path, root } = place;
  const absolute = path.resolve(place.workingDirectory, text);
  const stat = statOf(absolute);
  if (stat === undefined) return { kind: 'missing', ...deepestExisting(absolute, place) };
  const real = realpathSync.native(absolute);
  const lexicallyInside = isInside(root, absolute, path);
  if (!isInside(root, real, path)) {
    if (!lexicallyInside) throw outside(text, place);
    return { kind: 'outside', name: shownName(root, absolute, path) };
  }
  // Who writes `.git` into the workflow means it; a link that was checked out must not.
  if (isPrivate(root, real, path) && !isPrivate(root, absolute, path)) {
    return { kind: 'outside', name: shownName(root, absolute, path) };
  }
  const shown = shownName(root, lexicallyInside ? absolute : real, path);
  const name = shown === '.' ? '' : shown;
  if (stat.isDirectory()) return { kind: 'folder', real, name };
  return stat.isFile() ? { kind: 'file', real, name } : { kind: 'special', name };
}

/** Outside a path that the user wrote is a mistake to say at once; a link is a matter of the checked-out files. */
function outside(text: string, { root, path }: Place): ActionError {
  return new ActionError('file-outside-workspace', `sourcemaps: "${text}" is outside ${toSlashes(root, path)}.`, {
    hint: 'Only files below the workspace are read. Set working_directory to that folder if its files are meant.',
  });
}

function locateGlob(pattern: string, place: Place): Target {
  const segments = pattern.split('/');
  let fixed = 0;
  while (fixed < segments.length && isFixed(segments, fixed, place)) fixed += 1;
  const base = segments.slice(0, fixed).join('/');
  const start = resolveLiteral(base === '' && pattern.startsWith('/') ? '/' : base, place);
  const rest = segments.slice(fixed).filter((segment) => segment !== '' && segment !== '.');
  if (rest.length === 0) return start;
  if (start.kind === 'file' || start.kind === 'special') {
    return { kind: 'missing', found: place.path.resolve(place.workingDirectory, base), missing: rest.join('/') };
  }
  if (start.kind !== 'folder') return start;
  const foldersOnly = rest.at(-1) === '**' || pattern.endsWith('/');
  while (rest.at(-1) === '**') rest.pop();
  if (rest.length === 0) return start;
  const ignoreCase = place.path.sep === '\\';
  const compiled = rest.map((segment) => compileSegment(segment, ignoreCase));
  return { kind: 'glob', real: start.real, name: start.name, segments: compiled, foldersOnly };
}

/** A part without wildcards, or one that exists just as it is written. */
function isFixed(segments: readonly string[], index: number, { workingDirectory, path }: Place): boolean {
  const segment = segments[index] ?? '';
  if (!hasMagic(segment)) return true;
  if (/[*?]/.test(segment)) return false;
  return existsSync(path.resolve(workingDirectory, segments.slice(0, index + 1).join('/')));
}

function deepestExisting(absolute: string, { path }: Place): { found: string; missing: string } {
  let missing = absolute;
  for (let found = path.dirname(absolute); ; found = path.dirname(found)) {
    if (found === path.dirname(found) || existsSync(found)) return { found, missing: path.basename(missing) };
    missing = found;
  }
}

function statOf(absolute: string): Stats | undefined {
  try {
    return statSync(absolute);
  } catch {
    return undefined;
  }
}
