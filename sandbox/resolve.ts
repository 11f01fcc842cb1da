import { type FoundScript, type Lookup, lookUp } from './resolve-lookup.js';
import { type LoadedMap, loadMap, nameOfFunction } from './resolve-map.js';
import { parseStack, type RawFrame } from './resolve-stack.js';
import type { Bundle, Organization, SandboxState } from './state/types.js';

export type { RawFrame } from './resolve-stack.js';

/** Reads one entry of a bundle; undefined when the archive has none of that name. */
export type EntryReader = (bundle: Bundle, path: string) => Promise<Uint8Array | undefined>;

/** A minified stack with what an SDK sends along with it. */
export interface ResolveRequest {
  /** Slug. Default: the first organization. */
  readonly org: string | undefined;
  /** Slug: only bundles of this project count. Default: every bundle of the organization. */
  readonly project: string | undefined;
  readonly release: string | undefined;
  readonly dist: string | undefined;
  readonly message: string;
  /** Innermost call first. */
  readonly frames: readonly RawFrame[];
  /** Debug id by file name. */
  readonly debugIds: Readonly<Record<string, string>>;
}

/** Where a frame is in the original source. */
export interface OriginalPlace {
  /** As the source map names it, `sourceRoot` applied. */
  readonly source: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  readonly function: string | undefined;
  /** Up to five lines before and after. `contextLine` is undefined when the map carries no content for this source. */
  readonly preContext: readonly string[];
  readonly contextLine: string | undefined;
  readonly postContext: readonly string[];
}

/** One frame, and either where it is or why it cannot be told. */
export interface FrameResolution {
  readonly raw: RawFrame;
  readonly debugId: string | undefined;
  /** How the bundle was found, and which one it was. */
  readonly via: 'debug-id' | 'release' | undefined;
  readonly bundleId: string | undefined;
  readonly original: OriginalPlace | undefined;
  /** One sentence; undefined when `original` is there. */
  readonly reason: string | undefined;
}

export interface StackResolution {
  readonly org: string;
  readonly release: string | undefined;
  readonly message: string;
  readonly frames: readonly FrameResolution[];
}

const CONTEXT_LINES = 5;

/**
 * Resolves a minified stack from the uploaded bundles alone, as Sentry does for an event: by debug id, else by release and
 * url. It needs the script as well as its map, as Sentry does: a bundle that lacks one resolves nothing.
 */
export async function resolveStack(
  state: SandboxState,
  request: ResolveRequest,
  read: EntryReader,
): Promise<StackResolution> {
  const organization = findOrganization(state, request.org);
  const maps = new Map<string, Promise<LoadedMap | string>>();
  const frames: FrameResolution[] = [];
  let caller: string | undefined;
  // Outermost first: a call names the function that the next frame is in.
  for (const raw of request.frames.toReversed()) {
    const lookup = lookUp(organization, request, raw.filename);
    const loaded = 'reason' in lookup ? lookup.reason : await loadOnce(maps, lookup, read);
    const { frame, callee } = resolveFrame(raw, lookup, loaded, caller);
    frames.unshift(frame);
    caller = callee;
  }
  return { org: organization.slug, release: request.release, message: request.message, frames };
}

function findOrganization(state: SandboxState, slug: string | undefined): Organization {
  const found = slug === undefined ? [...state.organizations.values()][0] : state.organizations.get(slug);
  if (found === undefined) throw new RangeError(`no organization ${slug ?? ''}`.trimEnd());
  return found;
}

/** Maps are big, and frames of one stack share a few. */
function loadOnce(
  maps: Map<string, Promise<LoadedMap | string>>,
  found: FoundScript,
  read: EntryReader,
): Promise<LoadedMap | string> {
  const key = `${found.bundle.bundleId} ${found.script.path}`;
  const loading = maps.get(key) ?? loadMap(found, read);
  maps.set(key, loading);
  return loading;
}

function resolveFrame(
  raw: RawFrame,
  lookup: Lookup,
  loaded: LoadedMap | string,
  calledAs: string | undefined,
): { frame: FrameResolution; callee: string | undefined } {
  const found = 'reason' in lookup ? undefined : lookup;
  const base = { raw, debugId: lookup.debugId, via: found?.via, bundleId: found?.bundle.bundleId };
  const unresolved = (reason: string) => ({
    frame: { ...base, original: undefined, reason },
    callee: undefined,
  });
  if (typeof loaded === 'string') return unresolved(loaded);
  const place = loaded.originalAt(raw.lineno, raw.colno);
  if (place === undefined)
    return unresolved(
      `the map knows nothing of line ${raw.lineno}, column ${raw.colno}: was the script changed after it was uploaded?`,
    );
  const name = nameOfFunction(loaded, raw) ?? calledAs ?? raw.function;
  const original = { ...place, function: name, ...contextOf(loaded.contentOf(place.source), place.line) };
  const { token, ...rest } = original;
  return { frame: { ...base, original: rest, reason: undefined }, callee: token };
}

function contextOf(
  content: string | undefined,
  line: number,
): Pick<OriginalPlace, 'preContext' | 'contextLine' | 'postContext'> {
  const lines = content?.split(/\r?\n/) ?? [];
  return {
    preContext: lines.slice(Math.max(0, line - 1 - CONTEXT_LINES), line - 1),
    contextLine: lines[line - 1],
    postContext: lines.slice(line, line + CONTEXT_LINES),
  };
}

/**
 * Checks the body of a resolve request: `{ stack | frames, debugIds?, org?, project?, release?, dist? }`.
 * @throws {TypeError} with a text for the answer 400
 */
export function parseResolveRequest(body: unknown): ResolveRequest {
  if (!isRecord(body)) throw new TypeError('the body must be a JSON object');
  const { stack, frames } = body;
  if (typeof stack !== 'string' && !Array.isArray(frames)) {
    throw new TypeError('give the stack as text in "stack", or as a list in "frames"');
  }
  const parsed = typeof stack === 'string' ? parseStack(stack) : { message: text(body, 'message') ?? '', frames: [] };
  return {
    org: text(body, 'org'),
    project: text(body, 'project'),
    release: text(body, 'release'),
    dist: text(body, 'dist'),
    message: parsed.message,
    frames: Array.isArray(frames) ? frames.map(toFrame) : parsed.frames,
    debugIds: debugIdsOf(body['debugIds']),
  };
}

function toFrame(value: unknown, index: number): RawFrame {
  const frame = isRecord(value) ? value : {};
  const { filename, lineno, colno } = frame;
  if (typeof filename !== 'string' || !isPosition(lineno) || !isPosition(colno)) {
    throw new TypeError(`frames[${index}] needs filename, lineno and colno (both from 1)`);
  }
  return { filename, function: text(frame, 'function'), lineno, colno };
}

/**
 * Debug ids by file name. The browser's `_sentryDebugIds` is taken as it is, too: its keys are stacks that each script took of
 * itself when it began, so the innermost frame names the script, as Sentry's SDKs read it.
 */
function debugIdsOf(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value))
    throw new TypeError('"debugIds" must be globalThis._sentryDebugIds, or an object of file name to debug id');
  const pairs = Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return Object.fromEntries(pairs.map(([key, id]) => [parseStack(key).frames[0]?.filename ?? key, id]));
}

function text(record: Record<string, unknown>, key: string): string | undefined {
  const value = record[key];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new TypeError(`"${key}" must be a string`);
  return value;
}

const isPosition = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
