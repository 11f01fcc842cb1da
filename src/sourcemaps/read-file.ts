import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { ActionError } from '../errors.js';
import type { SourceFile } from './types.js';

/** The bytes of a file with what is needed to replace it. */
export interface FileContent {
  readonly bytes: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
}

/** Gives memory for a file's bytes. Whoever passes one says how long the bytes live. */
export type Allocate = (bytes: number) => Uint8Array;

/** Memory of its own, not a slice of Node's pool: it can be freed as soon as the artifacts that point into it are copied. */
export const allocateAlone: Allocate = (bytes) => Buffer.allocUnsafeSlow(bytes);

/** A link or a pipe put in the place of a file since discovery must neither be followed nor block. */
export const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

const MOST_BYTES_PER_READ = 1 << 30;

/**
 * Reads a file once, whole.
 *
 * @throws ActionError `file-changed` when it is not the file that was planned (other size or time, gone, cut while it was read),
 * `file-unreadable` when it cannot be read
 */
export function readPlannedFile(file: SourceFile, allocate: Allocate = allocateAlone): FileContent {
  const fd = open(file);
  try {
    const stat = fstatSync(fd);
    if (stat.size !== file.size || stat.mtimeMs !== file.mtimeMs) throw changed(file, 'its size or time is another');
    const bytes = allocate(stat.size);
    let length = 0;
    while (length < stat.size) {
      const read = readSync(fd, bytes, length, Math.min(stat.size - length, MOST_BYTES_PER_READ), null);
      if (read === 0) throw changed(file, 'it ended early');
      length += read;
    }
    return { bytes, mode: stat.mode & 0o7777 };
  } catch (error) {
    if (error instanceof ActionError) throw error;
    throw unreadable(file, error);
  } finally {
    closeSync(fd);
  }
}

function open(file: SourceFile): number {
  try {
    return openSync(file.path, OPEN_FLAGS);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw changed(file, 'it is gone');
    throw unreadable(file, error);
  }
}

function changed(file: SourceFile, how: string): ActionError {
  return new ActionError('file-changed', `${file.name} changed while the action was running: ${how}`, {
    hint: 'Run this step after the build has ended, and let nothing else write to the folder.',
  });
}

function unreadable(file: SourceFile, cause: unknown): ActionError {
  return new ActionError('file-unreadable', `Cannot read ${file.name}: ${(cause as Error).message}`, {
    cause,
    hint: "Check the file's permissions.",
  });
}
