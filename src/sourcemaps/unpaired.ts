import { posix } from 'node:path';
import { decodePercent } from '../percent.js';
import { DEFAULT_EXTENSIONS } from './filter.js';
import { guessMapNames } from './guess.js';
import { nearest } from './nearest.js';
import { cutQuery } from './resolve.js';
import type { Diagnosis, SourceFile } from './types.js';

/**
 * Looks a root-relative name up on disk: the file of the set that it is another path of, `on-disk` when it is a file inside
 * the root but not in the set, undefined otherwise.
 */
export type Probe = (name: string) => SourceFile | 'on-disk' | undefined;

/** Why a script has no map. `written` is its reference. */
export type NoMap =
  | { readonly reason: 'no-reference' }
  | { readonly reason: 'missing' | 'not-in-set' | 'remote' | 'site-path' | 'outside'; readonly written: string }
  | { readonly reason: 'ambiguous'; readonly written: string; readonly candidates: readonly SourceFile[] }
  | {
      readonly reason: 'taken';
      readonly map: SourceFile;
      readonly guessed: boolean;
      /** Undefined: all of them guessed, so nobody has it. */
      readonly owner: SourceFile | undefined;
      readonly rivals: readonly SourceFile[];
    };

/** The maps of the set, for finding the nearest one. */
export interface Maps {
  readonly byName: ReadonlyMap<string, SourceFile>;
  /** Maps with a file name; built when first asked, because most sets never ask. */
  withFileName(fileName: string): readonly SourceFile[];
  /** File names of the maps in a folder; built when first asked. */
  inFolder(folder: string): readonly string[];
  readonly options: { readonly probe?: Probe };
  /** How many more scripts get a suggestion: comparing names is slow, and nobody reads hundreds. */
  readonly suggestions: { left: number };
}

/** The diagnosis of a script without a map: why, the nearest candidate, what to do. */
export function explain(script: SourceFile, noMap: NoMap, maps: Maps): Diagnosis {
  const kind = noMap.reason === 'ambiguous' ? 'ambiguous-map' : noMap.reason === 'taken' ? 'map-taken' : 'no-map';
  return { kind, file: script.name, severity: 'warning', message: messageFor(script, noMap, maps) };
}

/** A map whose script lies beside it, but was not named: then no script gets a debug id. Undefined where there is none. */
export function explainLoneMap(map: SourceFile, probe: Probe | undefined): Diagnosis | undefined {
  const script = map.name.replace(/\.map$/, '');
  if (!DEFAULT_EXTENSIONS.includes(posix.extname(script).slice(1)) || probe?.(script) !== 'on-disk') return undefined;
  const message = `has no debug id, and its script ${script} exists but is not among the files: add it to sourcemaps, or see ignore and ! patterns.`;
  return { kind: 'map-only', file: map.name, severity: 'warning', message };
}

function messageFor(script: SourceFile, noMap: NoMap, maps: Maps): string {
  if (noMap.reason === 'no-reference') return noReference(script, maps);
  if (noMap.reason === 'taken') return taken(noMap);
  const shown = shorten(noMap.written);
  const near = suggestion(script, noMap.written, maps);
  switch (noMap.reason) {
    case 'missing':
      return `says its source map is ${shown}, but no such file was found.${near}`;
    case 'not-in-set':
      return `names the source map ${shown}, which exists but is not among the files: add it to sourcemaps, or see ignore and ! patterns.`;
    case 'remote':
      return `says its source map is at ${shown}; addresses are never fetched, and no map beside it has its name.${near}`;
    case 'site-path':
      return `says its source map is ${shown}, but no file has that URL and no map beside it has its name.${near} See url_prefix.`;
    case 'outside':
      return `refers to ${shown}, which leads out of the workspace and is not followed.${near}`;
    case 'ambiguous':
      return `has several maps that could be its ${shown}, so none is taken: ${list(noMap.candidates)}. Put the right path in its sourceMappingURL comment.`;
  }
}

function noReference(script: SourceFile, maps: Maps): string {
  const beside = posix.join(posix.dirname(script.name), `${posix.basename(script.name)}.map`);
  if (maps.options.probe?.(beside) === 'on-disk') {
    return `has no sourceMappingURL comment; ${beside} exists but is not among the files: add it to sourcemaps, or see ignore and ! patterns.`;
  }
  return `has no sourceMappingURL comment, and no map beside it has its name.${suggestion(script, undefined, maps)}`;
}

function taken({ map, guessed, owner, rivals }: NoMap & { reason: 'taken' }): string {
  if (owner === undefined) {
    return `would by its name have the map ${map.name}, but so would ${list(rivals)}. Put a sourceMappingURL comment in the right one.`;
  }
  if (guessed)
    return `would by its name have the map ${map.name}, but that belongs to ${owner.name}. Put a sourceMappingURL comment in it.`;
  return `refers to ${map.name}, but that belongs to ${owner.name}: a map describes one script only, so this one gets none.`;
}

/** Most maps of a folder that are compared for a suggestion. */
const COMPARED = 50;

function suggestion(script: SourceFile, written: string | undefined, maps: Maps): string {
  const candidate = nearestMap(script, written, maps);
  return candidate === undefined ? '' : ` The nearest map is ${candidate}.`;
}

/** A map of the wanted name in another folder, else one in the script's folder with a name like it. */
function nearestMap(script: SourceFile, written: string | undefined, maps: Maps): string | undefined {
  const folder = posix.dirname(script.name);
  const own = guessMapNames(posix.basename(script.name));
  const said = written === undefined ? [] : [posix.basename(decodePercent(cutQuery(written)))];
  for (const fileName of [...said, ...own]) {
    const beside = maps.byName.get(posix.join(folder, fileName));
    const elsewhere = beside ?? maps.withFileName(fileName)[0];
    if (elsewhere !== undefined) return elsewhere.name;
  }
  if (maps.suggestions.left <= 0) return undefined;
  maps.suggestions.left -= 1;
  const [like] = nearest(`${posix.basename(script.name)}.map`, maps.inFolder(folder).slice(0, COMPARED), 1);
  return like === undefined ? undefined : posix.join(folder, like);
}

function list(files: readonly SourceFile[]): string {
  const names = files.slice(0, 5).map(({ name }) => name);
  return files.length > 5 ? `${names.join(', ')} and ${files.length - 5} more` : names.join(', ');
}

/** Longest reference that is shown whole. */
const SHOWN_LENGTH = 200;

function shorten(reference: string): string {
  const text = cutQuery(reference);
  return `"${text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text}"`;
}
