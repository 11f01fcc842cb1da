import type { StepOutcome } from '../journal.js';
import type { SourceMapPlan } from '../sourcemaps/types.js';
import { Crew } from '../upload/crew.js';
import { keepHeapSmall } from '../upload/heap.js';
import type { RunContext } from './context.js';
import { planFiles, uploadFiles } from './sourcemaps.js';

/** What a run with source maps does more than others. */
export interface FileSteps {
  /** See {@link planFiles}. */
  plan(): Promise<SourceMapPlan | undefined>;
  /** See {@link uploadFiles}. */
  upload(plan: SourceMapPlan): Promise<StepOutcome>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/**
 * The one way to all that reads, edits and uploads files, for a module that loads it only when source maps are asked for.
 *
 * @param workerUrl the script that worker threads run; without it everything is done on this thread
 */
export function createFileSteps(context: RunContext, workerUrl: URL | undefined): FileSteps {
  keepHeapSmall();
  const crew = new Crew(workerUrl && { url: workerUrl });
  const whole = { ...context, crew };
  return {
    plan: () => planFiles(whole),
    upload: (plan) => uploadFiles(whole, plan),
    close: () => crew.close(),
  };
}
