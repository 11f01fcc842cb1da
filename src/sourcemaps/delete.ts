import { closeSync, existsSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import nodePath from 'node:path';
import type { Log } from '../log.js';
import { asBuffer } from './bytes.js';
import { reasonOf } from './expand.js';
import { isInside } from './paths.js';
import { removePatiently } from './patient.js';
import { type FileContent, OPEN_FLAGS } from './read-file.js';
import { findReference } from './reference.js';
import { resolveReference } from './resolve.js';
import type { SourceFile, Unit } from './types.js';
import { replaceFiles } from './write-file.js';

/** What of the upload's record is needed: only what the server has may go. */
export interface UploadedFiles {
  /** Absolute paths of the maps that are in the bundles. */
  readonly uploadedMaps: readonly string[];
  /** The artifacts with a debug id, by SourceFile.name. */
  readonly debugIds: readonly { readonly name: string }[];
}

/** The files of which some were uploaded. */
export interface Build {
  readonly units: readonly Unit[];
  /** Absolute real path that bounds everything. */
  readonly root: string;
}

/** What {@link deleteUploadedMaps} did. Names as in SourceFile.name. */
export interface Deletion {
  readonly maps: readonly string[];
  /** Scripts whose `sourceMappingURL` comment was taken out. */
  readonly scripts: readonly string[];
  /** What had to stay, with the reason; each was logged as a warning. */
  readonly kept: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Deletes the uploaded maps and takes the `sourceMappingURL` comments that mean them out of the scripts, so that the deployed
 * build neither shows nor mentions its sources. Inline maps go as well. Only call it once the server said `ok`. Files that are
 * gone are no problem: a second call does nothing. What cannot be deleted is a warning; the upload is done all the same.
 */
export function deleteUploadedMaps({ root, units }: Build, uploaded: UploadedFiles, log: Log): Deletion {
  const paths = new Set(uploaded.uploadedMaps);
  const doomed = units.flatMap(({ map }) => (map !== undefined && paths.has(map.path) ? [map] : []));
  const names = new Set(doomed.map(({ name }) => name));
  const sent = new Set(uploaded.debugIds.map(({ name }) => name));
  const maps: string[] = [];
  const scripts: string[] = [];
  const kept: { name: string; reason: string }[] = [];
  const attempt = (file: SourceFile, list: string[], act: () => boolean) => {
    try {
      if (act()) list.push(file.name);
    } catch (error) {
      kept.push({ name: file.name, reason: reasonOf(error) });
      log.warning(`${file.name} was uploaded but could not be cleaned up: ${reasonOf(error)}`, { file: file.name });
    }
  };
  for (const unit of units) {
    const { js } = unit;
    if (js === undefined || !(sent.has(js.name) || mentions(unit, names))) continue;
    attempt(js, scripts, () => stripReference(unit, js, { names, root, sent }));
  }
  for (const map of doomed) attempt(map, maps, () => removeMap(map, root));
  kept.push(...tellLeftMaps(units, paths, log), ...tellLeftInside(units, sent, log));
  return { maps, scripts, kept };
}

/** Who has maps deleted does not want any published, and one that is of no use to Sentry may hold all sources the same. */
function tellLeftMaps(units: readonly Unit[], uploaded: ReadonlySet<string>, log: Log): Deletion['kept'] {
  const left = units.flatMap(({ map }) => (map === undefined || uploaded.has(map.path) ? [] : [map]));
  return tellLeft(left, 'because not uploaded:', 'it was not uploaded', log);
}

/** A map inside a script goes only where Sentry finds the script by a debug id; with `inject: false` it may have none. */
function tellLeftInside(units: readonly Unit[], sent: ReadonlySet<string>, log: Log): Deletion['kept'] {
  const left = units.flatMap(({ js, map, unpaired }) =>
    js === undefined || map !== undefined || unpaired !== undefined || sent.has(js.name) ? [] : [js],
  );
  return tellLeft(
    left,
    'because not uploaded with a debug id: the maps inside',
    'it was not uploaded with a debug id',
    log,
  );
}

function tellLeft(files: readonly SourceFile[], why: string, reason: string, log: Log): Deletion['kept'] {
  const names = files.filter(({ path }) => existsSync(path)).map(({ name }) => name);
  if (names.length === 0) return [];
  const listed = `${names.slice(0, 3).join(', ')}${names.length > 3 ? `, … (${names.length})` : ''}`;
  log.warning(`Not deleted, ${why} ${listed}. Delete what must not be published.`, { title: 'delete_after_upload' });
  return names.map((name) => ({ name, reason }));
}

/** Whether the script's reference, or its pair, is one of the maps. */
function mentions({ js, map, reference }: Unit, names: ReadonlySet<string>): boolean {
  if (map !== undefined && names.has(map.name)) return true;
  return js !== undefined && reference !== undefined && pointsTo(reference, js, names);
}

function pointsTo(reference: string, script: SourceFile, names: ReadonlySet<string>): boolean {
  const resolved = resolveReference(reference, script.name);
  return resolved.kind === 'names' && resolved.names.some((name) => names.has(name));
}

function removeMap(map: SourceFile, root: string): boolean {
  if (!isStillThere(map, root)) return false;
  removePatiently(map.path);
  return true;
}

/**
 * False when the file is gone. Throws when a folder on the way has become a link to elsewhere: then the path no longer means
 * the file that was uploaded.
 */
function isStillThere(file: SourceFile, root: string): boolean {
  let real: string;
  try {
    real = realpathSync.native(file.path);
  } catch (error) {
    if (reasonOf(error) === 'ENOENT') return false;
    throw error;
  }
  if (real !== file.path || !isInside(root, real, nodePath)) throw new Error('its path has become a link');
  return true;
}

interface StripContext {
  readonly names: ReadonlySet<string>;
  readonly root: string;
  readonly sent: ReadonlySet<string>;
}

/** Takes the reference out of one script. False when there is none that means an uploaded map. */
function stripReference(unit: Unit, script: SourceFile, { names, root, sent }: StripContext): boolean {
  if (!isStillThere(script, root)) return false;
  const before = readWhole(script.path);
  const found = findReference(before.bytes);
  if (found === undefined) return false;
  const paired = unit.map !== undefined && names.has(unit.map.name);
  const meant = found.inline ? sent.has(script.name) : paired || pointsTo(found.reference, script, names);
  if (!meant) return false;
  const { start, end } = found.comment;
  const pieces = [before.bytes.subarray(0, start), blank(before.bytes, start, end), before.bytes.subarray(end)];
  replaceFiles([{ file: script, before, pieces }]);
  return true;
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/**
 * What stands in a comment's place: its line ends, so that no line after it moves, and spaces when code follows on the same
 * line, so that no column moves either.
 */
export function blank(code: Uint8Array, start: number, end: number): Uint8Array {
  const next = code.subarray(end).find((byte) => byte !== SPACE && byte !== 0x09);
  const comment = code.subarray(start, end);
  if (next === undefined || next === LF || next === CR) return comment.filter((byte) => byte === LF || byte === CR);
  const text = asBuffer(comment).toString('utf8');
  return Buffer.from(text.replace(/[^\r\n\u2028\u2029]/g, ' '), 'utf8');
}

function readWhole(path: string): FileContent {
  const descriptor = openSync(path, OPEN_FLAGS);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new Error('it is no file any more');
    const bytes = Buffer.allocUnsafeSlow(stat.size);
    let filled = 0;
    while (filled < stat.size) {
      const read = readSync(descriptor, bytes, filled, Math.min(stat.size - filled, 1 << 30), filled);
      if (read === 0) throw new Error('it changed while it was read');
      filled += read;
    }
    return { bytes, mode: stat.mode & 0o7777 };
  } finally {
    closeSync(descriptor);
  }
}
