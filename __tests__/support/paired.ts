import type { Log } from '../../src/log.js';
import { pairOthers } from '../../src/sourcemaps/pair-others.js';
import { type PlanDeps, type PlanInputs, planSourceMaps } from '../../src/sourcemaps/plan.js';
import { processUnit } from '../../src/sourcemaps/process.js';
import type { ScriptScan, SourceFile, SourceMapPlan, Unit } from '../../src/sourcemaps/types.js';

/** A plan with all its units, sorted by URL. */
export interface PairedPlan extends SourceMapPlan {
  readonly units: readonly Unit[];
}

/** Plans and pairs all files as an upload does, without changing any. */
export async function planPaired(inputs: PlanInputs, log: Log, deps?: PlanDeps): Promise<PairedPlan> {
  return pairAll(planSourceMaps(inputs, log, deps));
}

/** Reads the foreseen scripts, then pairs the other files. */
export async function pairAll(plan: SourceMapPlan): Promise<PairedPlan> {
  const unlike = new Map<SourceFile, ScriptScan>();
  const inline = new Set<SourceFile>();
  for (const unit of plan.foreseen) {
    const result = processUnit(unit, { ...plan.options, dryRun: true });
    if (result.unlike !== undefined) unlike.set(unit.js, result.unlike);
    if (result.inline === true) inline.add(unit.js);
  }
  const { settled, units, diagnoses } = await pairOthers(plan, { unlike, inline });
  const all = [...settled, ...units].sort((a, b) => (urlOf(a) < urlOf(b) ? -1 : 1));
  return { ...plan, units: all, diagnoses: [...plan.diagnoses, ...diagnoses] };
}

function urlOf({ js, map }: Unit): string {
  return js?.url ?? map?.url ?? '';
}
