import type { SourceMapInputs } from '../../src/inputs/inputs.js';
import { loadInputs } from '../../src/inputs/load.js';
import type { Log } from '../../src/log.js';

/** The inputs that a workflow gets which sets none but `sourcemaps`, with whatever a test or script is about. */
export function sourceMapInputs(patterns: readonly string[], change: Partial<SourceMapInputs> = {}): SourceMapInputs {
  return { ...loadInputs({}, process.cwd()).sourcemaps, patterns, ...change };
}

export const QUIET: Log = { debug() {}, info() {}, notice() {}, warning() {}, error() {} };
