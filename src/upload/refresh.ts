import { statSync } from 'node:fs';
import { ActionError } from '../errors.js';
import type { SourceFile, Unit } from '../sourcemaps/types.js';

/** The same unit with the sizes and times that its files have now: injecting has changed them since they were found. */
export function refreshed(unit: Unit): Unit {
  const { js, map } = unit;
  return { ...unit, ...(js && { js: refreshFile(js) }), ...(map && { map: refreshFile(map) }) };
}

function refreshFile(file: SourceFile): SourceFile {
  try {
    const { size, mtimeMs } = statSync(file.path);
    return { ...file, size, mtimeMs };
  } catch (cause) {
    throw new ActionError('file-changed', `${file.name} is gone: it was removed while it was uploaded.`, {
      cause,
      hint: 'Let nothing else write into the build folder during this step, then run it again.',
    });
  }
}
