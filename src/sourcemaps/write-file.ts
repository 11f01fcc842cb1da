import { closeSync, fchmodSync, openSync, rmSync, writevSync } from 'node:fs';
import { basename, dirname, sep } from 'node:path';
import { threadId } from 'node:worker_threads';
import { ActionError } from '../errors.js';
import { renamePatiently } from './patient.js';
import type { FileContent } from './read-file.js';
import type { SourceFile } from './types.js';

/** A file and what it is to hold. */
export interface Replacement {
  readonly file: SourceFile;
  readonly before: FileContent;
  readonly pieces: readonly Uint8Array[];
}

/** What this module does to the disk; tests pass one that fails. */
export interface Disk {
  readonly rename: (from: string, to: string) => void;
}

const realDisk: Disk = { rename: renamePatiently };

/** The kernel takes at most 1024 pieces at once. */
const MOST_PIECES = 512;
let counter = 0;

/**
 * Replaces files, all or none. Each is written beside its target first and then renamed, so that nobody ever sees half a file;
 * when a rename fails, the ones before it are put back.
 *
 * @throws ActionError `disk`; then every file holds what it held
 */
export function replaceFiles(replacements: readonly Replacement[], disk: Disk = realDisk): void {
  const temporary: string[] = [];
  const done: Replacement[] = [];
  let current = replacements[0];
  try {
    for (const replacement of replacements) {
      current = replacement;
      temporary.push(writeBeside(replacement.file.path, replacement.pieces, replacement.before.mode));
    }
    for (const [index, replacement] of replacements.entries()) {
      current = replacement;
      disk.rename(temporary[index] ?? '', replacement.file.path);
      done.push(replacement);
    }
  } catch (error) {
    for (const path of temporary.slice(done.length)) rmSync(path, { force: true });
    for (const replacement of done) putBack(replacement);
    throw new ActionError('disk', `Cannot write ${current?.file.name}: ${(error as Error).message}`, {
      cause: error,
      hint: 'Check free space and permissions of the folder. No file of this pair was changed.',
    });
  }
}

function putBack({ file, before }: Replacement): void {
  renamePatiently(writeBeside(file.path, [before.bytes], before.mode), file.path);
}

/** A new file next to `path`, because a rename is only atomic within one file system. */
function writeBeside(path: string, pieces: readonly Uint8Array[], mode: number): string {
  // A name may have 255 bytes, and a character up to three of them.
  const name = `.${basename(path).slice(0, 60)}.${process.pid}-${threadId}-${counter++}.tmp`;
  const temporary = `${dirname(path)}${sep}${name}`;
  const fd = openNew(temporary, mode);
  try {
    writeAll(fd, pieces);
    // The mode given to open is cut by the umask.
    fchmodSync(fd, mode);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  return temporary;
}

function openNew(path: string, mode: number): number {
  try {
    return openSync(path, 'wx', mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Left by a run that was killed and had our process id: common in containers.
    rmSync(path);
    return openSync(path, 'wx', mode);
  }
}

/** A write may take less than it was given. */
function writeAll(fd: number, pieces: readonly Uint8Array[]): void {
  let queue = pieces.filter((piece) => piece.length > 0);
  while (queue.length > 0) {
    let written = writevSync(fd, queue.slice(0, MOST_PIECES));
    let index = 0;
    for (let piece = queue[index]; piece !== undefined && written >= piece.length; piece = queue[++index]) {
      written -= piece.length;
    }
    const cut = queue[index];
    queue = cut === undefined ? [] : [cut.subarray(written), ...queue.slice(index + 1)];
  }
}
