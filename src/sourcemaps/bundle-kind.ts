import { startsWithAt } from './bytes.js';

/** Scripts that are no text: React Native's formats. */
export type BundleKind = 'text' | 'hermes' | 'ram-bundle';

const HERMES_MAGIC = '\xc6\x1f\xbc\x03\xc1\x03\x19\x1f';
/** 0xFB0BD1E5, little endian. */
const RAM_MAGIC = '\xe5\xd1\x0b\xfb';

/** Tells React Native's bytecode and random-access bundles from text, by their first bytes. */
export function bundleKindOf(code: Uint8Array): BundleKind {
  if (startsWithAt(code, HERMES_MAGIC, 0)) return 'hermes';
  return startsWithAt(code, RAM_MAGIC, 0) ? 'ram-bundle' : 'text';
}
