import { pairFiles } from './pair.js';
import { diskProbe } from './probe.js';
import { type ScanScripts, scanInTurn } from './scan.js';
import type { Diagnosis, Pair, ScriptScan, SourceFile, SourceMapPlan, Unit } from './types.js';

/** What reading the scripts of foreseen units has shown. */
export interface Seen {
  /** What those say that are not as foreseen. */
  readonly unlike: ReadonlyMap<SourceFile, ScriptScan>;
  /** Those that hold their map themselves. */
  readonly inline: ReadonlySet<SourceFile>;
}

/** The second half of a plan: what could not be told from the names of the files. */
export interface OtherUnits {
  /** Foreseen units that proved right. */
  readonly settled: readonly Unit[];
  /** All other units, in archive order. */
  readonly units: readonly Unit[];
  readonly diagnoses: readonly Diagnosis[];
}

/**
 * Pairs the files that were not foreseen, and those that were foreseen wrongly. To be called when all foreseen scripts were
 * read: a script may name the map beside another one.
 *
 * @param scan reads the references of the others. @default one after the other, in this thread
 */
export async function pairOthers(
  plan: SourceMapPlan,
  { unlike, inline }: Seen,
  scan: ScanScripts = scanInTurn,
): Promise<OtherUnits> {
  const settled = plan.foreseen.flatMap((unit): Unit[] => {
    if (unlike.has(unit.js)) return [];
    return [inline.has(unit.js) ? { js: unit.js } : unit];
  });
  const reopened = plan.foreseen.filter(({ js }) => unlike.has(js));
  const files = [...plan.others, ...filesOf(reopened)];
  if (files.length === 0) return { settled, units: [], diagnoses: [] };
  const scripts = plan.others.filter(({ kind }) => kind === 'js');
  const scans = new Map(unlike);
  const found = scripts.length === 0 ? [] : await scan(scripts);
  scripts.forEach((script, index) => {
    scans.set(script, found[index] ?? { inline: false });
  });
  const probe = diskProbe([...filesOf(plan.foreseen), ...plan.others], plan.options.workspace);
  return { settled, ...pairFiles(files, scans, { urlSuffix: plan.urlSuffix, probe }, settled.filter(isPair)) };
}

/** All files of units. */
export function filesOf(units: readonly Unit[]): SourceFile[] {
  return units.flatMap(({ js, map }) => [js, map]).filter((file) => file !== undefined);
}

function isPair(unit: Unit): unit is Pair {
  return unit.js !== undefined && unit.map !== undefined;
}

/** How many scripts have a map, in words: `12 scripts: 10 with a map, 2 without`. */
export function describePairs(units: readonly Unit[]): string {
  const scripts = units.filter(({ js }) => js !== undefined);
  const paired = scripts.filter(({ map }) => map !== undefined).length;
  const inline = scripts.filter(({ map, unpaired }) => map === undefined && unpaired === undefined).length;
  const orphans = units.length - scripts.length;
  const parts = [`${count(scripts.length, 'script')}: ${paired} with a map`];
  if (inline > 0) parts.push(`${inline} with the map inside`);
  if (scripts.length > paired + inline) parts.push(`${scripts.length - paired - inline} without`);
  if (orphans > 0) parts.push(`${count(orphans, 'map')} without a script`);
  return parts.join(', ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
