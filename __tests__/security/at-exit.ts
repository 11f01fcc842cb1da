import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunResult } from '../e2e/harness.js';

/** What a thread of the action says when it ends. */
export interface AtExit {
  readonly main: boolean;
  /** The most that the whole process ever held, as the system counts it. */
  readonly peakMegabytes: number;
  /** Names that Object.prototype got: [] unless an answer could write into it. */
  readonly prototype: readonly string[];
}

/** Arguments of Node that make the action say {@link AtExit}. */
export const SAY_AT_EXIT = ['--require', join(dirname(fileURLToPath(import.meta.url)), 'say-at-exit.cjs')];

/** What was said, the main thread last. @throws when the main thread said nothing */
export function saidAtExit({ stderr }: RunResult): readonly AtExit[] {
  const said = [...stderr.matchAll(/^at exit (\{.*\})$/gm)].map(([, text = '']) => JSON.parse(text) as AtExit);
  if (!said.some(({ main }) => main)) throw new Error(`nothing was said at the exit: ${stderr}`);
  return said;
}

export function peakOf(result: RunResult): number {
  return Math.max(...saidAtExit(result).map(({ peakMegabytes }) => peakMegabytes));
}
