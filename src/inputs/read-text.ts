import { constants, promises } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Log } from '../log.js';

/** Reads a text file; undefined when it is missing, unreadable, no plain file or too large. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** Bytes of a file that may name a release. The largest real ones have some 100 KiB; a larger one is something else. */
export const MAX_TEXT_BYTES = 4 * 1024 * 1024;

/** Reads files of the checkout, which anybody may have written: none that never ends, and none that fills the memory. */
export function createTextReader(log: Log): ReadText {
  return async (path) => {
    const file = await opened(path);
    if (file === undefined) return undefined;
    try {
      const stats = await file.stat();
      if (!stats.isFile()) return undefined;
      if (stats.size <= MAX_TEXT_BYTES) return await file.readFile('utf8');
      log.notice(`${path} is not read for the name of the release: it has ${stats.size} bytes, more than 4 MiB.`);
      return undefined;
    } catch {
      return undefined;
    } finally {
      await file.close();
    }
  };
}

async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    // Without O_NONBLOCK, which Windows lacks, opening a pipe would wait for its writer.
    return await promises.open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch {
    return undefined;
  }
}
