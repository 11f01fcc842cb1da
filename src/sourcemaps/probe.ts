import { existsSync, realpathSync, statSync } from 'node:fs';
import nodePath from 'node:path';
import { isInside } from './paths.js';
import type { SourceFile } from './types.js';
import type { Probe } from './unpaired.js';

/** Asks the disk about a reference that is none of the names: a link to a file of the set, or a file that was left out. */
export function diskProbe(files: readonly SourceFile[], root: string): Probe {
  let byPath: Map<string, SourceFile> | undefined;
  return (name) => {
    const path = nodePath.join(root, name);
    // Most names that are asked for do not exist, and an error for each of 50,000 takes half a second.
    if (!existsSync(path)) return undefined;
    try {
      const real = realpathSync.native(path);
      if (!isInside(root, real, nodePath)) return undefined;
      byPath ??= new Map(files.map((file) => [file.path, file]));
      const file = byPath.get(real);
      if (file !== undefined) return file.kind === 'map' ? file : undefined;
      return statSync(real).isFile() ? 'on-disk' : undefined;
    } catch {
      return undefined;
    }
  };
}
