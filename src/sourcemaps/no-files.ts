import { readdirSync } from 'node:fs';
import { ActionError } from '../errors.js';
import type { Tally } from './expand.js';
import { nearest } from './nearest.js';
import { isInside, shownName, toSlashes } from './paths.js';
import type { Place, Target } from './patterns.js';

/** A pattern without a single file, and what is known about why. */
export interface Unmatched {
  readonly pattern: string;
  readonly targets: readonly Target[];
  readonly tally: Tally;
  /** Files that `!` patterns left out. */
  readonly excluded: number;
}

/** The error for an empty set: every pattern with its reason. */
export function noFilesError(unmatched: readonly Unmatched[], place: Place): ActionError {
  const reasons = unmatched.map((entry) => `"${entry.pattern}": ${reasonFor(entry, place)}`);
  if (reasons.length === 0) reasons.push('the input holds only ! patterns, or no matching file can be read');
  const where = `working directory: ${toSlashes(place.workingDirectory, place.path)}`;
  return new ActionError('no-files-found', `No source maps or scripts found. ${reasons.join('; ')} (${where}).`, {
    hint: 'Check that the build ran before this step and where it writes to. Set if_no_files_found to warn or ignore if an empty build is fine.',
  });
}

/** Why a pattern matched nothing, as one clause without a full stop. */
export function reasonFor({ targets, tally, excluded }: Unmatched, place: Place): string {
  const missing = targets.find((target) => target.kind === 'missing');
  if (missing !== undefined && targets.every((target) => target.kind === 'missing'))
    return missingReason(missing, place);
  if (tally.outside.length > 0 || targets.some((target) => target.kind === 'outside')) {
    return `a link leads out of the workspace (${list(outsideNames(targets, tally))}), and only files inside it are read`;
  }
  if (targets.some((target) => target.kind === 'special')) return 'is neither a file nor a folder';
  if (excluded > 0) return `all ${excluded} matching files are left out by ! patterns`;
  const seen: string[] = [];
  if (tally.otherExtensions.size > 0) seen.push(`it holds only ${extensionCounts(tally)} (see the input ext)`);
  if (tally.ignored.length > 0) seen.push(`ignored: ${list(tally.ignored)} (see the input ignore)`);
  if (tally.hidden.length > 0) seen.push(`hidden folders are read only when named: ${list(tally.hidden)}`);
  if (seen.length > 0) return seen.join('; ');
  return targets.some((target) => target.kind === 'glob') ? 'nothing matches' : 'the folder is empty';
}

function outsideNames(targets: readonly Target[], tally: Tally): string[] {
  return [...tally.outside, ...targets.flatMap((target) => (target.kind === 'outside' ? [target.name] : []))];
}

function extensionCounts(tally: Tally): string {
  const counts = [...tally.otherExtensions].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
  return list(counts.map(([extension, count]) => `${count} × ${extension}`));
}

function missingReason({ found, missing }: Target & { kind: 'missing' }, { root, path }: Place): string {
  if (!isInside(root, found, path)) {
    return 'does not exist; write it relative to working_directory (in a container job, github.workspace is the path outside the container)';
  }
  const folder = shownName(root, found, path);
  const near = nearest(missing, entriesOf(found), 3);
  const hint = near.length > 0 ? `; there is ${near.map((name) => `"${name}"`).join(', ')}` : '';
  return folder === '.' ? `"${missing}" does not exist${hint}` : `"${missing}" does not exist in "${folder}"${hint}`;
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown}, …` : shown;
}
