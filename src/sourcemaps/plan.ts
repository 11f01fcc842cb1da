import nodePath from 'node:path';
import type { Inputs } from '../inputs/inputs.js';
import type { Log } from '../log.js';
import { isCode } from './code-names.js';
import { type Discovery, discover } from './discover.js';
import type { ListFolder } from './expand.js';
import { foresee } from './foresee.js';
import { integrityDiagnoses } from './integrity.js';
import { noFilesError, reasonFor } from './no-files.js';
import { diskProbe } from './probe.js';
import type { SourceMapPlan } from './types.js';

/** What planning needs of the inputs. */
export type PlanInputs = Pick<Inputs, 'sourcemaps' | 'workspace' | 'workingDirectory' | 'dryRun'>;

export interface PlanDeps {
  readonly list?: ListFolder;
  /** Told how many bytes were found so far, while files are still being looked at. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Finds the files, and pairs scripts with maps as far as names tell; pair-others.ts does the rest. Scripts and maps are not
 * opened. Throws ActionError `no-files-found`, `file-outside-workspace`, `file-unreadable` or `input-invalid`.
 */
export function planSourceMaps(inputs: PlanInputs, log: Log, deps: PlanDeps = {}): SourceMapPlan {
  const options = inputs.sourcemaps;
  const discovery = discover(inputs, deps);
  logPatterns(discovery, options.ifNoFilesFound, log);
  const { files, root } = discovery;
  const changing = options.inject ? files.filter(({ kind, name }) => kind === 'js' && isCode(name)) : [];
  const integrity = changing.length > 0 ? integrityDiagnoses(discovery.pages, changing) : [];
  return {
    ...foresee(files, { urlSuffix: options.urlSuffix, probe: diskProbe(files, root) }),
    urlSuffix: options.urlSuffix,
    options: {
      inject: options.inject,
      dryRun: inputs.dryRun,
      stripPrefix: options.stripPrefix,
      stripCommonPrefix: options.stripCommonPrefix,
      workspace: root,
      workingDirectory: discovery.workingDirectory,
    },
    patterns: discovery.patterns,
    diagnoses: [...discovery.diagnoses, ...integrity],
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
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

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
