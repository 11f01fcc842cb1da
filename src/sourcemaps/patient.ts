import { renameSync, rmSync } from 'node:fs';

/** What is needed of the system; tests pass one that is busy. */
export interface PatientSystem {
  readonly platform: NodeJS.Platform;
  /** Blocks the thread. */
  readonly sleep: (ms: number) => void;
}

const realSystem: PatientSystem = {
  platform: process.platform,
  sleep: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
};

const BUSY = ['EPERM', 'EACCES', 'EBUSY'];
/** 1.2 s together: longer than a scanner looks at one file. */
const WAITS_MS = [10, 40, 150, 400, 600];

/**
 * Runs a rename or a deletion. On Windows both fail while anybody has the file open, and a virus scanner or a search index opens
 * every new file for a moment: there it is tried again for about a second. Elsewhere such an error is final.
 */
export function patiently(act: () => void, system: PatientSystem = realSystem): void {
  for (const waitMs of system.platform === 'win32' ? WAITS_MS : []) {
    try {
      act();
      return;
    } catch (error) {
      if (!BUSY.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      system.sleep(waitMs);
    }
  }
  act();
}

export function renamePatiently(from: string, to: string): void {
  patiently(() => renameSync(from, to));
}

export function removePatiently(path: string): void {
  patiently(() => rmSync(path));
}
