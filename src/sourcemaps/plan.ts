import { existsSync, realpathSync, statSync } from 'node:fs';
import nodePath from 'node:path';
import type { Inputs } from '../inputs/inputs.js';
import type { Log } from '../log.js';
import { isCode } from './code-names.js';
import { type Discovery, discover } from './discover.js';
import type { ListFolder } from './expand.js';
import { integrityDiagnoses } from './integrity.js';
import { noFilesError, reasonFor } from './no-files.js';
import { pairFiles } from './pair.js';
import { isInside } from './paths.js';
import { type ScanScripts, scanInTurn } from './scan.js';
import type { SourceFile, SourceMapPlan, Unit } from './types.js';
import type { Probe } from './unpaired.js';

/** What planning needs of the inputs. */
export type PlanInputs = Pick<Inputs, 'sourcemaps' | 'workspace' | 'workingDirectory' | 'dryRun'>;

export interface PlanDeps {
  /** Reads the references of scripts. @default one after the other, in this thread */
  readonly scan?: ScanScripts;
  readonly list?: ListFolder;
  /** Told how many bytes were found so far, while files are still being looked at. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Finds the files, reads each script's reference, and pairs scripts with maps. Nothing is written. Throws ActionError
 * `no-files-found`, `file-outside-workspace`, `file-unreadable` or `input-invalid`.
 */
export async function planSourceMaps(inputs: PlanInputs, log: Log, deps: PlanDeps = {}): Promise<SourceMapPlan> {
  const options = inputs.sourcemaps;
  const discovery = discover(inputs, deps);
  logPatterns(discovery, options.ifNoFilesFound, log);
  const { files, root } = discovery;
  const scripts = files.filter(({ kind }) => kind === 'js');
  const scans = await (deps.scan ?? scanInTurn)(scripts);
  const scanOf = new Map(scripts.map((script, index) => [script, scans[index] ?? { inline: false }]));
  const { units, diagnoses } = pairFiles(files, scanOf, {
    urlSuffix: options.urlSuffix,
    probe: diskProbe(files, root),
  });
  const changing = options.inject ? scripts.filter(({ name }) => isCode(name)) : [];
  const integrity = changing.length > 0 ? integrityDiagnoses(discovery.pages, changing) : [];
  logPairs(units, log);
  const inUnits = units.flatMap(({ js, map }) => [js, map]).filter((file) => file !== undefined);
  return {
    units,
    options: {
      inject: options.inject,
      dryRun: inputs.dryRun,
      stripPrefix: options.stripPrefix,
      stripCommonPrefix: options.stripCommonPrefix,
      workspace: root,
      workingDirectory: discovery.workingDirectory,
    },
    patterns: discovery.patterns,
    diagnoses: [...discovery.diagnoses, ...diagnoses, ...integrity],
    files: inUnits.length,
    bytes: inUnits.reduce((sum, file) => sum + file.size, 0),
  };
}

function logPatterns(discovery: Discovery, ifNoFilesFound: 'error' | 'warn' | 'ignore', log: Log): void {
  for (const { pattern, files } of discovery.patterns) {
    if (pattern.startsWith('!')) log.info(`${pattern}: ${count(files, 'file')} left out`);
    else log.info(`${pattern}: ${count(files, 'file')}${hiddenNote(discovery.hidden.get(pattern) ?? [])}`);
  }
  if (ifNoFilesFound === 'ignore') return;
  const place = { root: discovery.root, workingDirectory: discovery.workingDirectory, path: nodePath };
  if (discovery.files.length === 0) {
    const error = noFilesError(discovery.unmatched, place);
    log.warning(error.message, { title: 'No source maps found' });
    return;
  }
  for (const unmatched of discovery.unmatched) {
    log.warning(`sourcemaps: "${unmatched.pattern}" matched no file: ${reasonFor(unmatched, place)}.`, {
      title: 'Pattern without a match',
    });
  }
}

/** Builds in `.next` or `.output` are easily missed; `.git` and `.github` are nobody's build. */
function hiddenNote(hidden: readonly string[]): string {
  const folders = hidden.filter((name) => !/(^|\/)\.git(hub)?$/.test(name)).sort();
  return folders.length === 0 ? '' : ` (hidden folders are searched only when named: ${folders.join(', ')})`;
}

function logPairs(units: readonly Unit[], log: Log): void {
  const scripts = units.filter(({ js }) => js !== undefined);
  const paired = scripts.filter(({ map }) => map !== undefined).length;
  const inline = scripts.filter(({ map, unpaired }) => map === undefined && unpaired === undefined).length;
  const orphans = units.length - scripts.length;
  const parts = [`${count(scripts.length, 'script')}: ${paired} with a map`];
  if (inline > 0) parts.push(`${inline} with the map inside`);
  if (scripts.length > paired + inline) parts.push(`${scripts.length - paired - inline} without`);
  if (orphans > 0) parts.push(`${count(orphans, 'map')} without a script`);
  if (units.length > 0) log.info(parts.join(', '));
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Asks the disk about a reference that is none of the names: a link to a file of the set, or a file that was left out. */
function diskProbe(files: readonly SourceFile[], root: string): Probe {
  let byPath: Map<string, SourceFile> | undefined;
  return (name) => {
    const path = nodePath.join(root, name);
    // Most names that are asked for do not exist, and an error for each of 50,000 takes half a second.
    if (!existsSync(path)) return undefined;
    try {
      const real = realpathSync.native(path);
      if (!isInside(root, real, nodePath)) return undefined;
      byPath ??= new Map(files.map((file) => [file.path, file]));
      const file = byPath.get(real);
      if (file !== undefined) return file.kind === 'map' ? file : undefined;
      return statSync(real).isFile() ? 'on-disk' : undefined;
    } catch {
      return undefined;
    }
  };
}
