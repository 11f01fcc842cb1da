import { closeSync, openSync, readSync } from 'node:fs';
import { reasonOf } from './expand.js';
import { OPEN_FLAGS } from './read-file.js';
import { findReference, findReferenceInTail, type Reference } from './reference.js';
import type { ScriptScan, SourceFile } from './types.js';

/** Scans scripts; answers in the order asked. The upload's threads may be behind it. */
export type ScanScripts = (scripts: readonly SourceFile[]) => readonly ScriptScan[] | Promise<readonly ScriptScan[]>;

/** Bytes read from the end of each script; a reference is nearly always there. */
const TAIL_BYTES = 4096;
const CHUNK_BYTES = 64 * 1024 * 1024;

/** Scans one after the other: the last bytes of each, and the whole of those where the end does not settle it. */
export function scanInTurn(scripts: readonly SourceFile[]): readonly ScriptScan[] {
  const tail = Buffer.allocUnsafe(TAIL_BYTES);
  return scripts.map((script) => scanScript(script, tail));
}

function scanScript(script: SourceFile, tail: Buffer): ScriptScan {
  try {
    const reference = readReference(script, tail);
    return reference === undefined ? { inline: false } : { reference: reference.reference, inline: reference.inline };
  } catch (error) {
    return { inline: false, failure: reasonOf(error) };
  }
}

function readReference(script: SourceFile, tail: Buffer): Reference | undefined {
  if (script.size === 0) return undefined;
  const descriptor = openSync(script.path, OPEN_FLAGS);
  try {
    if (script.size > TAIL_BYTES) {
      const read = readSync(descriptor, tail, 0, TAIL_BYTES, script.size - TAIL_BYTES);
      const reference = findReferenceInTail(tail.subarray(0, read));
      if (reference !== 'unsure') return reference;
    }
    return findReference(readAll(descriptor, script.size, tail));
  } finally {
    closeSync(descriptor);
  }
}

/** At most the size seen at discovery; a file that has shrunk since gives what is there. */
function readAll(descriptor: number, size: number, small: Buffer): Buffer {
  const bytes = size <= small.length ? small.subarray(0, size) : Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const read = readSync(descriptor, bytes, filled, Math.min(size - filled, CHUNK_BYTES), filled);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}
