import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import nodePath, { type PlatformPath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodePercent } from '../percent.js';
import { isInside, isPrivate } from './paths.js';
import { LONGEST_PATH } from './resolve.js';

/** Where sources may be read from. Both absolute; the workspace is a real path. */
export interface SourceRoots {
  readonly workspace: string;
  readonly workingDirectory: string;
  /** The folder of the map. */
  readonly mapFolder: string;
  /** What was asked already; shared by the maps of a run. */
  readonly folders: FolderMemory;
}

/**
 * Remembers which folders exist. Published packages name thousands of sources in folders that were never published, and asking the
 * disk for each of those files costs more than reading the map.
 */
export class FolderMemory {
  readonly #known = new Map<string, boolean>();

  exists(folder: string): boolean {
    let is = this.#known.get(folder);
    if (is === undefined) {
      is = statSync(folder, { throwIfNoEntry: false }) !== undefined;
      if (this.#known.size >= MOST_FOLDERS) this.#known.clear();
      this.#known.set(folder, is);
    }
    return is;
  }
}

/** Folders remembered at a time: a bound on memory, never reached by a real build. */
const MOST_FOLDERS = 10_000;

/** A source file is never this big; what is, would only blow the upload up. */
const LARGEST_SOURCE_BYTES = 32 * 1024 * 1024;
/** A URL with a scheme. One letter is a Windows drive. */
const SCHEME = /^[a-zA-Z][a-zA-Z0-9+.-]+:/;

/**
 * The content of a map's source, if it is a text file inside the workspace: looked for first relative to the map, then to the
 * working directory. A map is a file that anybody may have written, so whatever it names (an absolute path, `..`, a `file:`
 * URL, a link) is followed to its real path, and that must lie in the workspace.
 *
 * @param path how paths are written. @default as on this system
 */
export function readSource(source: string, roots: SourceRoots, path: PlatformPath = nodePath): string | undefined {
  for (const candidate of candidatesOf(source, roots, path)) {
    if (leadsToOtherMachine(candidate, roots.workspace, path)) continue;
    const text = readInside(candidate, roots, path);
    if (text !== undefined) return text;
  }
  return undefined;
}

function candidatesOf(source: string, { mapFolder, workingDirectory }: SourceRoots, path: PlatformPath): string[] {
  if (source === '' || source.length > LONGEST_PATH) return [];
  if (/^file:/i.test(source)) {
    try {
      return [fileURLToPath(source, { windows: path.sep === '\\' })];
    } catch {
      return [];
    }
  }
  if (SCHEME.test(source)) return [];
  const decoded = decodePercent(source);
  const names = decoded === source ? [source] : [source, decoded];
  return names.flatMap((name) =>
    path.isAbsolute(name) ? [name] : [path.join(mapFolder, name), path.join(workingDirectory, name)],
  );
}

/**
 * Whether a path names a share (`\\host\share`) or a device of Windows. Only to ask whether such a file exists would log the runner
 * in at a host that the map's author chose. The workspace's own share is no other machine.
 */
export function leadsToOtherMachine(candidate: string, workspace: string, path: PlatformPath): boolean {
  if (path.sep !== '\\') return false;
  const whole = path.resolve(workspace, candidate);
  // Not by its root: of `\\?\UNC\..` that is a plain backslash.
  return whole.startsWith('\\\\') && path.parse(whole).root.toLowerCase() !== path.parse(workspace).root.toLowerCase();
}

function readInside(file: string, { folders, workspace }: SourceRoots, path: PlatformPath): string | undefined {
  let fd: number | undefined;
  try {
    if (!folders.exists(path.dirname(file))) return undefined;
    // Native: the spelling on disk, also where `.GIT` and `.git` (or RUNNER~1 and its long name) are the same folder.
    const real = realpathSync.native(file);
    if (!isInside(workspace, real, path) || isPrivate(workspace, real, path)) return undefined;
    // The real path has no link in it; one that appears now is not followed. A pipe must not block the run.
    fd = openSync(real, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > LARGEST_SOURCE_BYTES) return undefined;
    const bytes = readAll(fd, stat.size);
    return isUtf8(bytes) && !bytes.includes(0) ? bytes.toString('utf8') : undefined;
  } catch {
    // Not there, or not ours to read: the same as a source that was never on this machine.
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function readAll(fd: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const read = readSync(fd, bytes, length, size - length, null);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}
