import { posix } from 'node:path';
import { unreadable } from './diagnose.js';
import { guessMapNames } from './guess.js';
import { compareBytes, sortByBytes } from './paths.js';
import { cutQuery, resolveReference } from './resolve.js';
import type { ScriptScan } from './scan.js';
import { siblings } from './siblings.js';
import type { Diagnosis, SourceFile, Unit } from './types.js';
import { explain, explainLoneMap, type Maps, type NoMap, type Probe } from './unpaired.js';

/** What pairing may look at besides the files of the set. */
export interface PairOptions {
  readonly urlSuffix: string;
  /** Whether a name that is no file of the set exists on disk, inside the root. @default nothing is looked up */
  readonly probe?: Probe;
}

/** How sure it is that a map belongs to a script; lower is surer. */
const CERTAINTY = { exact: 0, sibling: 1, guess: 2 } as const;

/** A script with the map it wants. */
interface Claim {
  readonly script: SourceFile;
  readonly map: SourceFile;
  readonly by: keyof typeof CERTAINTY;
}

/** A script after its own reference and name were looked at, before others were. */
interface Candidate {
  readonly script: SourceFile;
  readonly reference?: string;
  readonly inline: boolean;
  readonly claim?: Claim;
  /** Set when there is neither a claim nor an inline map. */
  readonly noMap?: NoMap;
}

interface Lookup extends Maps {
  readonly byUrl: ReadonlyMap<string, SourceFile>;
  readonly options: PairOptions;
}

/**
 * Puts each map to the one script it belongs to. The outcome depends on names, URLs and references alone, not on the order
 * of `files`. Pairs are those of sentry-cli 3.8.0, except where that one loses a map (docs/sourcemaps-discovery.md).
 */
export function pairFiles(
  files: readonly SourceFile[],
  scans: ReadonlyMap<SourceFile, ScriptScan>,
  options: PairOptions,
): { units: Unit[]; diagnoses: Diagnosis[] } {
  const scripts = sortByBytes(
    files.filter(({ kind }) => kind === 'js'),
    ({ url }) => url,
  );
  const maps = sortByBytes(
    files.filter(({ kind }) => kind === 'map'),
    ({ name }) => name,
  );
  const lookup = indexMaps(maps, options);
  const diagnoses: Diagnosis[] = [];
  const candidates: Candidate[] = [];
  for (const script of scripts) {
    const scan = scans.get(script) ?? { inline: false };
    if (scan.failure === undefined) candidates.push(consider(script, scan, lookup));
    else diagnoses.push({ ...unreadable(script.name, scan.failure), severity: 'error' });
  }
  const owners = settle(candidates);
  const units = candidates.map((candidate) => toUnit(candidate, owners, lookup));
  for (const map of maps) {
    if (owners.get(map)?.owner !== undefined) continue;
    const unpaired = explainLoneMap(map, options.probe);
    units.push(unpaired === undefined ? { map } : { map, unpaired });
  }
  return { units: sortUnits(units), diagnoses };
}

/** Scripts that get a suggestion of the nearest map. */
const MAX_SUGGESTIONS = 200;

function indexMaps(maps: readonly SourceFile[], options: PairOptions): Lookup {
  const byFileName = lazyGroups(maps, ({ name }) => posix.basename(name));
  const byFolder = lazyGroups(maps, ({ name }) => posix.dirname(name));
  return {
    byName: new Map(maps.map((map) => [map.name, map])),
    byUrl: new Map(maps.map((map) => [map.url, map])),
    withFileName: byFileName,
    inFolder: (folder) => byFolder(folder).map(({ name }) => posix.basename(name)),
    options,
    suggestions: { left: MAX_SUGGESTIONS },
  };
}

function lazyGroups(maps: readonly SourceFile[], keyOf: (map: SourceFile) => string) {
  let groups: Map<string, SourceFile[]> | undefined;
  return (key: string): readonly SourceFile[] => {
    if (groups === undefined) {
      groups = new Map();
      for (const map of maps) {
        const group = groups.get(keyOf(map));
        if (group === undefined) groups.set(keyOf(map), [map]);
        else group.push(map);
      }
    }
    return groups.get(key) ?? [];
  };
}

function consider(script: SourceFile, scan: ScriptScan, lookup: Lookup): Candidate {
  if (scan.inline) return { script, inline: true };
  const written = scan.reference ?? '';
  if (cutQuery(written) === '') return guess(script, { reason: 'no-reference' }, lookup);
  const resolved = resolveReference(written, script.name);
  switch (resolved.kind) {
    case 'remote':
      return guess(script, { reason: 'remote', written }, lookup);
    case 'site-path': {
      const map = bySitePath(resolved.paths, lookup);
      if (map === undefined) return guess(script, { reason: 'site-path', written }, lookup);
      return { script, inline: false, reference: cutQuery(written), claim: { script, map, by: 'exact' } };
    }
    case 'outside':
      return { script, inline: false, reference: cutQuery(written), noMap: { reason: 'outside', written } };
    case 'names':
      return {
        script,
        inline: false,
        reference: cutQuery(written),
        ...byReference(script, written, resolved.names, lookup),
      };
  }
}

/** `/static/app.js.map` is a path on the web site: it is the artifact whose URL has this path. */
function bySitePath(paths: readonly string[], { byUrl, options }: Lookup): SourceFile | undefined {
  for (const path of paths) {
    const map = byUrl.get(`~${path}${options.urlSuffix}`);
    if (map !== undefined) return map;
  }
  return undefined;
}

function byReference(
  script: SourceFile,
  written: string,
  names: readonly string[],
  lookup: Lookup,
): Pick<Candidate, 'claim' | 'noMap'> {
  const { byName, options } = lookup;
  for (const name of names) {
    const map = byName.get(name);
    if (map !== undefined) return { claim: { script, map, by: 'exact' } };
  }
  const probed = names.map((name) => options.probe?.(name)).find((answer) => answer !== undefined);
  if (probed !== undefined && probed !== 'on-disk') return { claim: { script, map: probed, by: 'exact' } };
  for (const name of names) {
    const found = siblings(name, lookup.withFileName(posix.basename(name)));
    if (found.length > 1) return { noMap: { reason: 'ambiguous', written, candidates: found } };
    if (found[0] !== undefined) return { claim: { script, map: found[0], by: 'sibling' } };
  }
  return { noMap: { reason: probed === 'on-disk' ? 'not-in-set' : 'missing', written } };
}

/** Tries the usual names in the script's own folder. The first that exists counts, as in sentry-cli. */
function guess(script: SourceFile, noMap: NoMap, { byName }: Lookup): Candidate {
  const folder = posix.dirname(script.name);
  for (const fileName of guessMapNames(posix.basename(script.name))) {
    const map = byName.get(posix.join(folder, fileName));
    if (map !== undefined) {
      return { script, inline: false, reference: fileName, claim: { script, map, by: 'guess' }, noMap };
    }
  }
  return { script, inline: false, noMap };
}

/** The script that has a map, and all that wanted it. */
interface Ownership {
  /** Undefined: several scripts guessed this map, so none has it. */
  readonly owner: Claim | undefined;
  readonly rivals: readonly Claim[];
}

/** One map, one script: the sure claim before the guess, then the script whose name fits the map's, then the lower URL. */
function settle(candidates: readonly Candidate[]): Map<SourceFile, Ownership> {
  const owners = new Map<SourceFile, Ownership>();
  const contested = new Map<SourceFile, Claim[]>();
  for (const { claim } of candidates) {
    if (claim === undefined) continue;
    const first = owners.get(claim.map)?.owner;
    if (first === undefined) owners.set(claim.map, { owner: claim, rivals: NOBODY });
    else {
      const rivals = contested.get(claim.map) ?? [first];
      rivals.push(claim);
      contested.set(claim.map, rivals);
    }
  }
  // Once each: in a build where one comment was copied into every script, all of them want the same map.
  for (const [map, rivals] of contested) {
    const [best] = rivals.sort(compareClaims);
    owners.set(map, { owner: best?.by === 'guess' ? undefined : best, rivals });
  }
  return owners;
}

const NOBODY: readonly Claim[] = [];

function compareClaims(a: Claim, b: Claim): number {
  return CERTAINTY[a.by] - CERTAINTY[b.by] || nameFit(a) - nameFit(b) || compareBytes(a.script.url, b.script.url);
}

/** 0: the map is called like the script plus `.map`; 1: it has another usual name; 2: neither. */
function nameFit({ script, map }: Claim): number {
  const scriptName = posix.basename(script.name);
  const mapName = posix.basename(map.name);
  if (mapName === `${scriptName}.map`) return 0;
  return guessMapNames(scriptName).includes(mapName) ? 1 : 2;
}

function toUnit(candidate: Candidate, owners: ReadonlyMap<SourceFile, Ownership>, lookup: Lookup): Unit {
  const { script, reference, inline, claim, noMap } = candidate;
  const header = reference === undefined ? {} : { reference };
  if (inline) return { js: script };
  if (claim === undefined) {
    return { js: script, ...header, unpaired: explain(script, noMap ?? { reason: 'no-reference' }, lookup) };
  }
  const ownership = owners.get(claim.map);
  if (ownership?.owner === claim) return { js: script, map: claim.map, ...header };
  const owner = ownership?.owner?.script;
  // Told only of guesses, of which a map has a handful.
  const others = owner === undefined ? (ownership?.rivals ?? []).filter((rival) => rival !== claim) : NOBODY;
  const rivals = others.map((rival) => rival.script);
  const taken: NoMap = { reason: 'taken', map: claim.map, guessed: claim.by === 'guess', owner, rivals };
  return { js: script, ...(claim.by === 'guess' ? {} : header), unpaired: explain(script, taken, lookup) };
}

function sortUnits(units: Unit[]): Unit[] {
  return sortByBytes(units, ({ js, map }) => js?.url ?? map?.url ?? '');
}
