import type { Fault, FaultAction, FaultMatch } from './types.js';

/** A fault that was added, with how often it has hit. */
export interface ActiveFault extends Fault {
  readonly id: string;
  readonly hits: number;
}

/** The faults of a sandbox. Changes hold from the next request on. */
export interface Faults {
  /** Returns its id. */
  add(fault: Fault): string;
  remove(id: string): boolean;
  clear(): void;
  list(): readonly ActiveFault[];
  /** What happens to a request that has just arrived; undefined: nothing. */
  hit(method: string, path: string): ActiveFault | undefined;
  /** The same for faults that are bound to a chunk, once the request's chunks are known. */
  hitChunk(method: string, path: string, sha1s: readonly string[]): ActiveFault | undefined;
}

interface Entry {
  readonly fault: Fault;
  readonly id: string;
  readonly test: (path: string) => boolean;
  /** Requests that met method, path and chunk. */
  seen: number;
  hits: number;
}

/** @param seed of the chance of faults with a probability. */
export function createFaults(initial: readonly Fault[], seed: number): Faults {
  const entries: Entry[] = [];
  const random = mulberry32(seed);
  let counter = 0;

  const add = (fault: Fault): string => {
    counter += 1;
    const id = fault.id ?? `fault-${counter}`;
    entries.push({ fault, id, test: pathTest(fault.match?.path), seen: 0, hits: 0 });
    return id;
  };
  for (const fault of initial) add(fault);

  const find = (candidates: readonly Entry[]): ActiveFault | undefined => {
    let found: Entry | undefined;
    // Every fault counts the request, also those behind the one that decides: "the third" means the third that came.
    for (const entry of candidates) {
      entry.seen += 1;
      if (found === undefined && isDue(entry, random)) found = entry;
    }
    if (found === undefined) return undefined;
    found.hits += 1;
    return shown(found);
  };

  return {
    add,
    remove: (id) => {
      const index = entries.findIndex((entry) => entry.id === id);
      if (index >= 0) entries.splice(index, 1);
      return index >= 0;
    },
    clear: () => {
      entries.length = 0;
    },
    list: () => entries.map(shown),
    hit: (method, path) =>
      find(entries.filter((entry) => entry.fault.match?.chunk === undefined && meets(entry, method, path))),
    hitChunk: (method, path, sha1s) =>
      find(entries.filter((entry) => holdsChunk(entry.fault.match, sha1s) && meets(entry, method, path))),
  };
}

function shown(entry: Entry): ActiveFault {
  return { ...entry.fault, id: entry.id, hits: entry.hits };
}

function meets(entry: Entry, method: string, path: string): boolean {
  const wanted = entry.fault.match?.method;
  const methods = wanted === undefined ? undefined : [wanted].flat();
  return (methods === undefined || methods.includes(method)) && entry.test(path);
}

function holdsChunk(match: FaultMatch | undefined, sha1s: readonly string[]): boolean {
  const wanted = match?.chunk;
  return wanted !== undefined && sha1s.some((sha1) => sha1.startsWith(wanted));
}

function isDue(entry: Entry, random: () => number): boolean {
  const { fault, seen } = entry;
  if (fault.times !== undefined && entry.hits >= fault.times) return false;
  if (!isNth(fault.match?.nth, seen)) return false;
  const chance = fault.match?.probability;
  return chance === undefined || random() < chance;
}

function isNth(nth: FaultMatch['nth'], seen: number): boolean {
  if (nth === undefined) return true;
  if (typeof nth === 'number') return nth === seen;
  if ('from' in nth || 'to' in nth) return seen >= (nth.from ?? 1) && seen <= (nth.to ?? Number.POSITIVE_INFINITY);
  return (nth as readonly number[]).includes(seen);
}

function pathTest(pattern: string | undefined): (path: string) => boolean {
  if (pattern === undefined) return () => true;
  const form = patternOf(pattern);
  return (path) => form.test(path);
}

/** `/…/` with something between that is no plain path is a regular expression; everything else a glob. */
function patternOf(pattern: string): RegExp {
  const isExpression =
    pattern.length > 2 && pattern.startsWith('/') && pattern.endsWith('/') && /[\\^$[(+]/.test(pattern);
  if (isExpression) return new RegExp(pattern.slice(1, -1));
  const parts = pattern.split(/(\*\*|\*)/).map((part) => {
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`);
}

/** A small generator with a seed, so that a run with faults by chance can be repeated. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** No fault. */
export const NO_EFFECTS: FaultAction = {};
