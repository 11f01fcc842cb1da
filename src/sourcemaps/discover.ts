import { closeSync, existsSync, openSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import nodePath, { type PlatformPath } from 'node:path';
import { ActionError } from '../errors.js';
import type { SourceMapInputs } from '../inputs/inputs.js';
import { collisionDiagnosis, linkInCircle, linkOutside, unreadable } from './diagnose.js';
import {
  closure,
  type ExpandContext,
  expand,
  type Found,
  type ListFolder,
  listFolder,
  pagesIn,
  reasonOf,
  type Tally,
} from './expand.js';
import { createFilter, type Filter } from './filter.js';
import { noFilesError, type Unmatched } from './no-files.js';
import { isInside, shownName, sortByBytes, toSlashes } from './paths.js';
import { locate, type Place, sortPatterns, type Target } from './patterns.js';
import type { Diagnosis, PatternMatch, SourceFile } from './types.js';
import { assignUrls, type UrlCollision } from './urls.js';

/** What discovery needs to know of the inputs. */
export interface DiscoverInputs {
  readonly sourcemaps: SourceMapInputs;
  readonly workspace: string;
  readonly workingDirectory: string;
}

/** What discovery does to the disk and tells on the way; see plan.ts. */
export interface DiscoverDeps {
  readonly list?: ListFolder;
  readonly onBytes?: (bytes: number) => void;
}

/** The one set of files that is injected and uploaded. */
export interface Discovery {
  /** Sorted by name. Each real file once, under the name and URL of the first pattern that reached it. */
  readonly files: readonly SourceFile[];
  /** In the order of the input; an exclusion counts the files it left out. */
  readonly patterns: readonly PatternMatch[];
  /** By pattern: some of the hidden folders that it did not search. */
  readonly hidden: ReadonlyMap<string, readonly string[]>;
  /** Patterns that matched nothing, with the reason. */
  readonly unmatched: readonly Unmatched[];
  readonly diagnoses: readonly Diagnosis[];
  /** HTML pages and `ngsw.json` files seen beside the files. */
  readonly pages: readonly Found[];
  /** Absolute real path that bounds everything. */
  readonly root: string;
  readonly workingDirectory: string;
}

interface Collected {
  readonly place: Place;
  readonly filter: Filter;
  readonly files: Map<string, Found>;
  readonly pages: Map<string, Found>;
  readonly diagnoses: Map<string, Diagnosis>;
  readonly excluded: Set<string>[];
  /** Folders of files that were named outright, once their pages are known. */
  readonly folders: Set<string>;
  readonly list: ListFolder;
}

/**
 * Finds the files of the `sourcemaps` input. Throws ActionError `no-files-found` (when `if_no_files_found` is `error`),
 * `file-outside-workspace`, `file-unreadable` or `input-invalid`.
 */
export function discover(inputs: DiscoverInputs, { list = listFolder, onBytes }: DiscoverDeps = {}): Discovery {
  const path = nodePath;
  const place = placeOf(inputs, path);
  const options = inputs.sourcemaps;
  const { includes, exclusions } = sortPatterns(options.patterns, path);
  const collected: Collected = {
    place,
    filter: filterOf(options, exclusions, place),
    files: new Map(),
    pages: new Map(),
    diagnoses: new Map(),
    excluded: exclusions.map(() => new Set()),
    folders: new Set(),
    list,
  };
  const unmatched: Unmatched[] = [];
  const hidden = new Map<string, readonly string[]>();
  const counts = includes.map((pattern) => {
    const outcome = collect(pattern, collected);
    if (outcome.files === 0) unmatched.push({ pattern, ...outcome });
    hidden.set(pattern, outcome.tally.hidden);
    return outcome.files;
  });
  const { files, collisions } = toSourceFiles(collected, options, onBytes);
  if (files.length === 0 && options.ifNoFilesFound === 'error') throw noFilesError(unmatched, place);
  const severity = options.inject ? 'info' : 'warning';
  return {
    files,
    patterns: [
      ...includes.map((pattern, index) => ({ pattern, files: counts[index] ?? 0 })),
      ...exclusions.map((pattern, index) => ({ pattern: `!${pattern}`, files: collected.excluded[index]?.size ?? 0 })),
    ],
    hidden,
    unmatched,
    diagnoses: [...collected.diagnoses.values(), ...collisions.map((clash) => collisionDiagnosis(clash, severity))],
    pages: sortByBytes([...collected.pages.values()], ({ name }) => name),
    root: place.root,
    workingDirectory: place.workingDirectory,
  };
}

/**
 * The workspace bounds what is read. A working directory elsewhere was named by whoever wrote the workflow: then it is the
 * bound itself, and the workspace is not readable.
 */
function placeOf(inputs: DiscoverInputs, path: PlatformPath): Place {
  const workspace = realFolder(inputs.workspace, 'the workspace');
  const workingDirectory = realFolder(inputs.workingDirectory, 'working_directory');
  const root = isInside(workspace, workingDirectory, path) ? workspace : workingDirectory;
  return { root, workingDirectory, path };
}

function realFolder(folder: string, what: string): string {
  try {
    return realpathSync.native(folder);
  } catch (cause) {
    throw new ActionError('input-invalid', `${what} "${folder}" cannot be opened (${reasonOf(cause)}).`, {
      cause,
      hint: 'Check the path, and that the step runs after actions/checkout and after the build.',
    });
  }
}

/** Longest ignore file that is read; anything longer is no list of patterns. */
const MAX_IGNORE_FILE_BYTES = 1024 * 1024;

function filterOf(options: SourceMapInputs, exclusions: readonly string[], place: Place): Filter {
  const below = shownName(place.root, place.workingDirectory, place.path);
  try {
    return createFilter({
      ext: options.ext,
      ignore: [...ignoreFileLines(options.ignoreFile), ...options.ignore],
      exclusions: exclusions.map((text) => relativeToWork(text, place)),
      workingDirectory: below === '.' ? '' : below,
      exists: (text) => existsSync(place.path.resolve(place.workingDirectory, text)),
    });
  } catch (cause) {
    if (cause instanceof ActionError) throw cause;
    throw new ActionError('input-invalid', `An ignore pattern cannot be read: ${reasonOf(cause)}.`, {
      cause,
      hint: 'ignore, ignore_file and ! patterns use the rules of .gitignore.',
    });
  }
}

function relativeToWork(text: string, { path, workingDirectory }: Place): string {
  return path.isAbsolute(text) ? toSlashes(path.relative(workingDirectory, text), path) : text;
}

function ignoreFileLines(file: string | undefined): string[] {
  if (file === undefined) return [];
  try {
    if (statSync(file).size > MAX_IGNORE_FILE_BYTES) throw new Error('larger than 1 MiB');
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch (cause) {
    throw new ActionError('file-unreadable', `ignore_file "${file}" cannot be read (${reasonOf(cause)}).`, {
      cause,
      hint: 'Check the path of ignore_file, or leave the input away.',
    });
  }
}

function collect(pattern: string, collected: Collected): Omit<Unmatched, 'pattern'> & { readonly files: number } {
  const matched = new Map<string, Found>();
  const tally: Tally = { hidden: [], ignored: [], otherExtensions: new Map(), outside: [] };
  const targets = locate(pattern, collected.place);
  let excluded = 0;
  const onExclude = () => {
    excluded += 1;
  };
  for (const target of targets) collectTarget(target, { collected, tally, onExclude, matched });
  for (const [real, found] of matched) {
    if (!collected.files.has(real)) collected.files.set(real, found);
  }
  return { files: matched.size, targets, tally, excluded };
}

interface Collecting {
  readonly collected: Collected;
  readonly tally: Tally;
  readonly matched: Map<string, Found>;
  onExclude(): void;
}

function collectTarget(target: Target, collecting: Collecting): void {
  const { collected, matched } = collecting;
  if (target.kind === 'missing' || target.kind === 'special') return;
  if (target.kind === 'outside') {
    addDiagnosis(collected, linkOutside(target.name));
    return;
  }
  const context = contextFor(target.kind === 'glob' ? target : undefined, collecting);
  if (target.kind === 'file') {
    const fileName = target.name.slice(target.name.lastIndexOf('/') + 1);
    const excludedBy = collected.filter.excludedBy(target.name, false);
    if (excludedBy >= 0) context.exclude(excludedBy, target.real);
    else if (!matched.has(target.real)) context.take({ path: target.real, name: target.name, relative: fileName });
    addPagesBeside(target, collected);
    return;
  }
  const isGlob = target.kind === 'glob';
  const states = isGlob ? closure(0, target.segments) : [];
  const excludedBy = target.name === '' ? -1 : collected.filter.excludedBy(target.name, true);
  const { real, name } = target;
  expand({ real, name, below: '', base: isGlob ? undefined : '', states, excludedBy }, context);
}

function addPagesBeside(file: { readonly real: string; readonly name: string }, collected: Collected): void {
  const { path } = collected.place;
  const real = path.dirname(file.real);
  if (collected.folders.has(real)) return;
  collected.folders.add(real);
  const name = file.name.slice(0, Math.max(0, file.name.lastIndexOf('/')));
  for (const page of pagesIn({ real, name }, path)) collected.pages.set(page.path, page);
}

function contextFor(glob: (Target & { kind: 'glob' }) | undefined, collecting: Collecting): ExpandContext {
  const { collected, tally, matched } = collecting;
  return {
    list: collected.list,
    root: collected.place.root,
    path: collected.place.path,
    filter: collected.filter,
    segments: glob?.segments ?? [],
    foldersOnly: glob?.foldersOnly ?? false,
    tally,
    take: (found) => {
      if (!matched.has(found.path)) matched.set(found.path, found);
    },
    exclude: (index, real) => {
      collected.excluded[index]?.add(real);
      collecting.onExclude();
    },
    page: (found) => collected.pages.set(found.path, found),
    problem: (kind, name, detail) => addDiagnosis(collected, problemDiagnosis(kind, name, detail)),
  };
}

function problemDiagnosis(
  kind: 'outside-workspace' | 'unreadable' | 'circle',
  name: string,
  detail: string,
): Diagnosis {
  if (kind === 'circle') return linkInCircle(name);
  return kind === 'unreadable' ? unreadable(name, detail) : linkOutside(name);
}

function addDiagnosis(collected: Collected, diagnosis: Diagnosis): void {
  collected.diagnoses.set(`${diagnosis.kind}\0${diagnosis.file}`, diagnosis);
}

function toSourceFiles(collected: Collected, options: SourceMapInputs, onBytes?: (bytes: number) => void) {
  const found = sortByBytes([...collected.files.values()], ({ name }) => name);
  const { urls, collisions } = assignUrls(found, options);
  const files: SourceFile[] = [];
  let bytes = 0;
  for (const file of found) {
    try {
      const { size, mtimeMs } = statSync(file.path);
      files.push({
        path: file.path,
        name: file.name,
        url: urls.get(file) ?? '',
        size,
        mtimeMs,
        kind: kindOf(file, collected.filter),
      });
      bytes += size;
      onBytes?.(bytes);
    } catch (error) {
      addDiagnosis(collected, unreadable(file.name, reasonOf(error)));
    }
  }
  return { files, collisions: collisions as readonly UrlCollision[] };
}

/** By extension; a file that was named outright and has another one is told by its first byte: maps are JSON objects. */
function kindOf(file: Found, filter: Filter): SourceFile['kind'] {
  if (file.name.endsWith('.map')) return 'map';
  if (filter.takes(file.name)) return 'js';
  const descriptor = openSync(file.path, 'r');
  try {
    const head = Buffer.alloc(64);
    const text = head.toString('utf8', 0, readSync(descriptor, head, 0, head.length, 0));
    return /^\uFEFF?(?:\)\]\}'[^\n]*\n)?\s*\{\s*"/.test(text) ? 'map' : 'js';
  } finally {
    closeSync(descriptor);
  }
}
