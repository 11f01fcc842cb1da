import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where chunks and bundles live on disk, so that the process stays small whatever arrives. */
export interface Store {
  readonly root: string;
  /** A new file name nobody else uses. */
  scratch(): string;
  /** Moves a scratch file to its place as a chunk and returns the place. */
  keepChunk(org: string, sha1: string, scratch: string): Promise<string>;
  bundlePath(org: string, checksum: string): string;
  discard(path: string): Promise<void>;
  /** Removes the folder, when it is the store's own. */
  remove(): void;
}

/** @param dataDir kept at the end when given; else a folder of its own in the system's temp folder. */
export function createStore(dataDir: string | undefined): Store {
  const root = dataDir ?? mkdtempSync(join(tmpdir(), 'sentry-sandbox-'));
  for (const name of ['scratch', 'chunks', 'bundles']) mkdirSync(join(root, name), { recursive: true });
  let counter = 0;
  return {
    root,
    scratch: () => {
      counter += 1;
      return join(root, 'scratch', `${process.pid}-${counter}`);
    },
    keepChunk: async (org, sha1, scratch) => {
      const path = join(root, 'chunks', `${safe(org)}-${sha1}`);
      await rename(scratch, path);
      return path;
    },
    bundlePath: (org, checksum) => join(root, 'bundles', `${safe(org)}-${checksum}.zip`),
    discard: (path) => rm(path, { force: true }),
    remove: () => {
      if (dataDir === undefined) rmSync(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** A slug comes from the config, but a path must not leave the folder whatever it holds. */
function safe(slug: string): string {
  return encodeURIComponent(slug).replaceAll('.', '%2E');
}
