import { posix } from 'node:path';
import { unreadable } from './diagnose.js';
import { guessMap, guessMapNames } from './guess.js';
import { indexMaps, type MapIndex, type PairOptions } from './map-index.js';
import { compareBytes, sortByBytes } from './paths.js';
import { cutQuery, resolveReference } from './resolve.js';
import type { Diagnosis, Pair, ScriptScan, SourceFile, Unit } from './types.js';
import { explain, explainLoneMap, type NoMap } from './unpaired.js';

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

/**
 * Puts each map to the one script it belongs to. The outcome depends on names, URLs and references alone, not on the order
 * of `files`. Pairs are those of sentry-cli 3.8.0, except where that one loses a map (docs/sourcemaps-discovery.md).
 *
 * @param settled pairs of other files that are known to be right: a script with the map beside it that its comment names. No other
 * script can have a better claim
 */
export function pairFiles(
  files: readonly SourceFile[],
  scans: ReadonlyMap<SourceFile, ScriptScan>,
  options: PairOptions,
  settled: readonly Pair[] = [],
): { units: Unit[]; diagnoses: Diagnosis[] } {
  const scripts = sortByBytes(
    files.filter(({ kind }) => kind === 'js'),
    ({ url }) => url,
  );
  const maps = files.filter(({ kind }) => kind === 'map');
  const lookup = indexMaps([...maps, ...settled.map(({ map }) => map)], options);
  const diagnoses: Diagnosis[] = [];
  const candidates: Candidate[] = [];
  for (const script of scripts) {
    const scan = scans.get(script) ?? { inline: false };
    if (scan.failure === undefined) candidates.push(consider(script, scan, lookup));
    else diagnoses.push({ ...unreadable(script.name, scan.failure), severity: 'error' });
  }
  const claims = settled.map(({ js, map }): Claim => ({ script: js, map, by: 'exact' }));
  for (const { claim } of candidates) if (claim !== undefined) claims.push(claim);
  const owners = settle(claims);
  const units = candidates.map((candidate) => toUnit(candidate, owners, lookup));
  for (const map of maps) {
    if (owners.get(map)?.owner !== undefined) continue;
    const unpaired = explainLoneMap(map, options.probe);
    units.push(unpaired === undefined ? { map } : { map, unpaired });
  }
  return { units: sortUnits(units), diagnoses };
}

function consider(script: SourceFile, scan: ScriptScan, lookup: MapIndex): Candidate {
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
function bySitePath(paths: readonly string[], { byUrl, options }: MapIndex): SourceFile | undefined {
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
  lookup: MapIndex,
): Pick<Candidate, 'claim' | 'noMap'> {
  const { byName, options } = lookup;
  for (const name of names) {
    const map = byName.get(name);
    if (map !== undefined) return { claim: { script, map, by: 'exact' } };
  }
  const probed = names.map((name) => options.probe?.(name)).find((answer) => answer !== undefined);
  if (probed !== undefined && probed !== 'on-disk') return { claim: { script, map: probed, by: 'exact' } };
  for (const name of names) {
    const found = lookup.siblings(name);
    if (found.length > 1) return { noMap: { reason: 'ambiguous', written, candidates: found } };
    if (found[0] !== undefined) return { claim: { script, map: found[0], by: 'sibling' } };
  }
  return { noMap: { reason: probed === 'on-disk' ? 'not-in-set' : 'missing', written } };
}

/** Tries the usual names in the script's own folder. The first that exists counts, as in sentry-cli. */
function guess(script: SourceFile, noMap: NoMap, { byName }: MapIndex): Candidate {
  const map = guessMap(script.name, byName);
  if (map === undefined) return { script, inline: false, noMap };
  return { script, inline: false, reference: posix.basename(map.name), claim: { script, map, by: 'guess' }, noMap };
}

/** The script that has a map, and all that wanted it. */
interface Ownership {
  /** Undefined: several scripts guessed this map, so none has it. */
  readonly owner: Claim | undefined;
  readonly rivals: readonly Claim[];
}

/** One map, one script: the sure claim before the guess, then the script whose name fits the map's, then the lower URL. */
function settle(claims: readonly Claim[]): Map<SourceFile, Ownership> {
  const owners = new Map<SourceFile, Ownership>();
  const contested = new Map<SourceFile, Claim[]>();
  for (const claim of claims) {
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

/** 0: the map is called like the script plus `.map` and lies beside it; 1: elsewhere; 2: it has another usual name; 3: neither. */
function nameFit({ script, map }: Claim): number {
  if (map.name === `${script.name}.map`) return 0;
  const scriptName = posix.basename(script.name);
  const mapName = posix.basename(map.name);
  if (mapName === `${scriptName}.map`) return 1;
  return guessMapNames(scriptName).includes(mapName) ? 2 : 3;
}

function toUnit(candidate: Candidate, owners: ReadonlyMap<SourceFile, Ownership>, lookup: MapIndex): Unit {
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
