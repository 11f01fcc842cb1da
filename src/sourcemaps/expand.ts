import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import type { PlatformPath } from 'node:path';
import type { Filter } from './filter.js';
import type { Segment } from './glob.js';
import { compareBytes, isInside, isPrivate, joinName, withSeparator } from './paths.js';

/** A folder to read: where it is, how it is called, and what of the pattern is still to be matched in it. */
export interface Frame {
  /** Absolute real path. */
  readonly real: string;
  /** Path below the root as found; empty for the root. */
  readonly name: string;
  /** Path below the pattern's fixed part, where ignore rules count from. */
  readonly below: string;
  /** Path below the folder that URLs count from; undefined while a glob has not matched a folder yet. */
  readonly base: string | undefined;
  /** Indexes of the segments that may match in this folder. Empty for a plain folder. */
  readonly states: readonly number[];
  /** Index of the `!` pattern that left this folder out: its files are only counted. */
  readonly excludedBy: number;
}

/** A file that a pattern matched. */
export interface Found {
  /** Absolute real path. */
  readonly path: string;
  /** Path below the root as found. */
  readonly name: string;
  /** Path below the folder that URLs count from. */
  readonly relative: string;
}

/** What one pattern met besides its files: told when it matched nothing. Lists are cut at {@link SAMPLE}. */
export interface Tally {
  readonly hidden: string[];
  readonly ignored: string[];
  readonly otherExtensions: Map<string, number>;
  readonly outside: string[];
}

/** Lists a folder. An argument so that tests can shuffle what it answers: file systems promise no order. */
export type ListFolder = (folder: string) => Dirent[];

export const listFolder: ListFolder = (folder) => readdirSync(folder, { withFileTypes: true });

export interface ExpandContext {
  readonly list: ListFolder;
  /** Absolute real path: nothing outside it is read. */
  readonly root: string;
  readonly filter: Filter;
  readonly path: PlatformPath;
  readonly segments: readonly Segment[];
  /** The pattern ends in `/` or `/**`: it names folders, never a file beside them. */
  readonly foldersOnly: boolean;
  readonly tally: Tally;
  take(found: Found): void;
  /** A file was left out by the `!` pattern with this index. */
  exclude(index: number, real: string): void;
  /** An HTML page or a service worker's hash table, for the integrity check. */
  page(found: Found): void;
  /** A link that leads out of the root, nowhere or back up, or a folder that cannot be read. */
  problem(kind: 'outside-workspace' | 'unreadable' | 'circle', name: string, detail: string): void;
}

/** How many examples a tally keeps. */
export const SAMPLE = 5;

interface Link {
  readonly frame: Frame;
  readonly fileName: string;
  readonly name: string;
}

/**
 * Reads a folder tree. Links come last, those to files before those to folders, ordered by name: so a file is known by its
 * real path wherever that is in the tree, and the outcome does not depend on the order the file system lists entries in. A
 * folder is read once per set of segments, so links that lead in a circle end.
 */
export function expand(start: Frame, context: ExpandContext): void {
  const visited = new Set<string>();
  let links: Link[] = [];
  const drain = (first: Frame) => {
    const stack = [first];
    for (let frame = stack.pop(); frame !== undefined; frame = stack.pop()) {
      const key =
        frame.states.length === 0 ? frame.real : `${frame.real}\0${frame.states}\0${frame.base === undefined}`;
      if (visited.has(key)) continue;
      visited.add(key);
      readFolder(frame, context, stack, links);
    }
  };
  drain(start);
  while (links.length > 0) {
    const generation = links.sort((a, b) => compareBytes(a.name, b.name));
    links = [];
    const folders = generation.map((link) => followLink(link, context));
    for (const folder of folders) if (folder !== undefined) drain(folder);
  }
}

function readFolder(frame: Frame, context: ExpandContext, stack: Frame[], links: Link[]): void {
  let entries: Dirent[];
  try {
    entries = context.list(frame.real);
  } catch (error) {
    context.problem('unreadable', frame.name || '.', reasonOf(error));
    return;
  }
  const prefix = withSeparator(frame.real, context.path);
  for (const entry of entries) {
    if (entry.isFile()) readFile(frame, entry.name, prefix + entry.name, context);
    else if (entry.isDirectory()) {
      const child = enter(frame, entry.name, prefix + entry.name, context);
      if (child !== undefined) stack.push(child);
    } else if (entry.isSymbolicLink() && frame.excludedBy < 0) {
      links.push({ frame, fileName: entry.name, name: joinName(frame.name, entry.name) });
    }
  }
}

/** The frame of a sub folder, or undefined when it is hidden, ignored or cannot match. */
function enter(frame: Frame, fileName: string, real: string, context: ExpandContext): Frame | undefined {
  const { states, matched, named } = step(frame.states, fileName, context.segments);
  const base = frame.base !== undefined ? joinName(frame.base, fileName) : matched ? '' : undefined;
  if (base === undefined && states.length === 0) return undefined;
  const name = joinName(frame.name, fileName);
  if (fileName.startsWith('.') && !named) {
    sample(context.tally.hidden, name);
    return undefined;
  }
  const below = joinName(frame.below, fileName);
  if (context.filter.ignores(below, name, true)) {
    sample(context.tally.ignored, name);
    return undefined;
  }
  const excludedBy = frame.excludedBy >= 0 ? frame.excludedBy : context.filter.excludedBy(name, true);
  return { real, name, below, base, states, excludedBy };
}

function readFile(frame: Frame, fileName: string, real: string, context: ExpandContext): void {
  const hit = frame.states.length > 0 ? fileMatch(frame.states, fileName, context) : undefined;
  if (isPage(fileName)) {
    context.page({ path: real, name: joinName(frame.name, fileName), relative: joinName(frame.base ?? '', fileName) });
  }
  if (hit === undefined && frame.base === undefined) return;
  if (hit?.namesExtension !== true && !context.filter.takes(fileName)) {
    countExtension(context.tally.otherExtensions, fileName);
    return;
  }
  const name = joinName(frame.name, fileName);
  if (context.filter.ignores(joinName(frame.below, fileName), name, false)) {
    sample(context.tally.ignored, name);
    return;
  }
  const excludedBy = frame.excludedBy >= 0 ? frame.excludedBy : context.filter.excludedBy(name, false);
  if (excludedBy >= 0) context.exclude(excludedBy, real);
  else
    context.take({ path: real, name, relative: hit !== undefined ? fileName : joinName(frame.base ?? '', fileName) });
}

/** Looks where a link leads: a file inside the root is taken, a folder inside it is returned to be read. */
function followLink(link: Link, context: ExpandContext): Frame | undefined {
  const { frame, fileName, name } = link;
  try {
    const real = realpathSync.native(context.path.join(frame.real, fileName));
    if (!isInside(context.root, real, context.path) || isPrivate(context.root, real, context.path)) {
      if (!concerns(link, context)) return undefined;
      sample(context.tally.outside, name);
      context.problem('outside-workspace', name, 'the link leads out of the workspace');
      return undefined;
    }
    const stat = statSync(real);
    if (stat.isDirectory()) return followFolder(link, real, context);
    if (stat.isFile()) readFile(frame, fileName, real, context);
  } catch (error) {
    if (concerns(link, context)) context.problem('unreadable', name, `the link leads nowhere (${reasonOf(error)})`);
  }
  return undefined;
}

/** A link to a folder that holds the link itself would bring in all that the pattern left out, so it is not followed. */
function followFolder({ frame, fileName, name }: Link, real: string, context: ExpandContext): Frame | undefined {
  const folder = enter(frame, fileName, real, context);
  if (folder === undefined || !isInside(real, frame.real, context.path)) return folder;
  context.problem('circle', name, '');
  return undefined;
}

/** Whether anyone would miss what the link leads to: not when it is ignored or left out anyway. */
function concerns({ frame, fileName, name }: Link, { filter }: ExpandContext): boolean {
  return !filter.ignores(joinName(frame.below, fileName), name, true) && filter.excludedBy(name, true) < 0;
}

interface Step {
  readonly states: readonly number[];
  /** The folder itself is matched by the whole pattern. */
  readonly matched: boolean;
  /** The pattern names the folder, so it is read although it is hidden. */
  readonly named: boolean;
}

const NOWHERE: Step = { states: [], matched: false, named: false };

/** One step down: which segments may match inside the folder `fileName`. */
function step(states: readonly number[], fileName: string, segments: readonly Segment[]): Step {
  if (states.length === 0) return NOWHERE;
  const next = new Set<number>();
  let matched = false;
  let named = false;
  for (const index of states) {
    const segment = segments[index];
    if (segment?.kind === 'any-depth') {
      for (const reached of closure(index, segments)) next.add(reached);
    } else if (segment !== undefined && matches(segment, fileName)) {
      named ||= segment.kind === 'literal' || segment.dot;
      if (index === segments.length - 1) matched = true;
      else for (const reached of closure(index + 1, segments)) next.add(reached);
    }
  }
  return { states: [...next].sort((a, b) => a - b), matched, named };
}

/** The segments that may match at once when `index` is reached: `**` may stand for nothing. */
export function closure(index: number, segments: readonly Segment[]): number[] {
  const reached = [index];
  for (let at = index; segments[at]?.kind === 'any-depth' && at + 1 < segments.length; at += 1) reached.push(at + 1);
  return reached;
}

function fileMatch(states: readonly number[], fileName: string, { segments, foldersOnly }: ExpandContext) {
  if (foldersOnly) return undefined;
  for (const index of states) {
    const segment = segments[index];
    if (index !== segments.length - 1 || segment === undefined || segment.kind === 'any-depth') continue;
    if (matches(segment, fileName)) return { namesExtension: segment.kind === 'literal' || segment.namesExtension };
  }
  return undefined;
}

function matches(segment: Segment, fileName: string): boolean {
  if (segment.kind === 'literal') return segment.text === fileName;
  return segment.kind === 'match' && segment.test.test(fileName);
}

/** The pages in one folder, for files that were named outright: nothing else reads their folder. */
export function pagesIn(folder: { readonly real: string; readonly name: string }, path: PlatformPath): Found[] {
  try {
    return listFolder(folder.real)
      .filter((entry) => entry.isFile() && isPage(entry.name))
      .map(({ name }) => ({
        path: withSeparator(folder.real, path) + name,
        name: joinName(folder.name, name),
        relative: name,
      }));
  } catch {
    return [];
  }
}

function isPage(fileName: string): boolean {
  return fileName === 'ngsw.json' || /\.html?$/i.test(fileName);
}

function countExtension(counts: Map<string, number>, fileName: string): void {
  const dot = fileName.lastIndexOf('.');
  const extension = dot < 0 ? 'no extension' : fileName.slice(dot);
  counts.set(extension, (counts.get(extension) ?? 0) + 1);
}

function sample(list: string[], name: string): void {
  if (list.length < SAMPLE) list.push(name);
}

/**
 * `ENOENT` and the like: the part of a file system error that is the same in every locale. Told by its shape, because errors
 * of Node's own modules may come from another realm than `Error` here.
 */
export function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'message' in error && typeof error.message === 'string' ? error.message : 'unknown reason';
}
