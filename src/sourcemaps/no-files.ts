import { existsSync, readdirSync } from 'node:fs';
import { ActionError } from '../errors.js';
import type { Tally } from './expand.js';
import { nearest } from './nearest.js';
import { isInside, shownName, toSlashes } from './paths.js';
import type { Place, Target } from './patterns.js';

/** Entries of a folder that a message names. */
const ENTRIES_NAMED = 5;

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
  const reasons = unmatched.map((entry) => {
    const reason = reasonFor(entry, place);
    return reason.startsWith(`"${entry.pattern}" `) ? `${reason}.` : `"${entry.pattern}": ${reason}.`;
  });
  if (reasons.length === 0) reasons.push('The input holds only ! patterns, or no matching file can be read.');
  const where = toSlashes(place.workingDirectory, place.path);
  return new ActionError('no-files-found', `No source maps or scripts found in ${where}. ${reasons.join(' ')}`, {
    hint: 'Check that the build ran before this step and where it writes to. Set if_no_files_found to warn or ignore if an empty build is fine.',
  });
}

/** Why a pattern matched nothing, as one clause without a full stop. */
export function reasonFor({ pattern, targets, tally, excluded }: Unmatched, place: Place): string {
  const missing = targets.find((target) => target.kind === 'missing');
  if (missing !== undefined && targets.every((target) => target.kind === 'missing')) {
    return severalPaths(pattern, place) ?? missingReason(missing, place);
  }
  if (tally.outside.length > 0 || targets.some((target) => target.kind === 'outside')) {
    return `a link leads out of the workspace (${list(outsideNames(targets, tally))}), or to .git or secrets in it, and neither is read`;
  }
  if (targets.some((target) => target.kind === 'special')) return 'is neither a file nor a folder';
  if (excluded > 0) return `all ${excluded} matching files are left out by ! patterns`;
  const seen: string[] = [];
  if (tally.otherExtensions.size > 0) seen.push(`it holds only ${extensionCounts(tally)} (see the input ext)`);
  if (tally.ignored.length > 0) seen.push(`ignored: ${list(tally.ignored)} (see the input ignore)`);
  if (tally.hidden.length > 0) seen.push(`hidden folders are read only when named: ${list(tally.hidden)}`);
  if (seen.length > 0) return seen.join('; ');
  const folder = targets.find((target) => 'real' in target);
  if (folder === undefined) return 'nothing matches';
  const name = shownName(place.root, folder.real, place.path);
  return folder.kind === 'glob' ? `nothing matches; ${contents(folder.real, name)}` : contents(folder.real, name);
}

/** Spaces separate paths on a single line only; with several lines, or in quotes, what stands between them is one path. */
function severalPaths(pattern: string, { workingDirectory, path }: Place): string | undefined {
  const words = pattern.split(/\s+/);
  const there = words.find((word) => /\w/.test(word) && existsSync(path.resolve(workingDirectory, word)));
  if (words.length === 1 || there === undefined) return undefined;
  return `is read as one path, because quotes and a list of several lines keep spaces; "${there}" exists, so write it on a line of its own`;
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
  const where = folder === '.' ? '' : ` in "${folder}"`;
  const near = nearest(missing, entriesOf(found), 3);
  const there = near.length > 0 ? `there is ${near.map((name) => `"${name}"`).join(', ')}` : contents(found, folder);
  return `"${missing}" does not exist${where}; ${there}`;
}

/** What a folder holds, in a few words: folders first, because a build writes into one; hidden ones are no build. */
function contents(folder: string, name: string): string {
  const label = name === '.' ? 'the workspace' : `"${name}"`;
  const all = entriesOf(folder, { markFolders: true });
  const entries = all.filter((entry) => !entry.startsWith('.'));
  if (entries.length === 0) return `${label} ${all.length === 0 ? 'is empty' : 'holds only hidden entries'}`;
  const sorted = entries.sort((a, b) => Number(b.endsWith('/')) - Number(a.endsWith('/')) || (a < b ? -1 : 1));
  const rest = sorted.length - ENTRIES_NAMED;
  return `${label} holds ${sorted.slice(0, ENTRIES_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** Names in a folder, those of folders with a slash when that is asked for; none when it cannot be read. */
function entriesOf(folder: string, { markFolders = false } = {}): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.map((entry) => (markFolders && entry.isDirectory() ? `${entry.name}/` : entry.name));
  } catch {
    return [];
  }
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown}, …` : shown;
}
