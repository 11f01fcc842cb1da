/** Plans and processes a folder as the action does, without server and workers: for tests and scripts. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { QUIET, sourceMapInputs } from '../__tests__/support/inputs.js';
import type { SourceMapInputs } from '../src/inputs/inputs.js';
import { pairOthers } from '../src/sourcemaps/pair-others.js';
import { type PlanInputs, planSourceMaps } from '../src/sourcemaps/plan.js';
import { processUnit } from '../src/sourcemaps/process.js';
import type { Diagnosis, ScriptScan, SourceFile, SourceMapPlan, Unit, UnitResult } from '../src/sourcemaps/types.js';

/** What one pass over a folder did. */
export interface InjectRun {
  readonly plan: SourceMapPlan;
  /** All of them, in the order of the archive. */
  readonly units: readonly Unit[];
  /** One for each unit. */
  readonly results: readonly UnitResult[];
  /** Of plan and units. */
  readonly diagnoses: readonly Diagnosis[];
}

/** Injects a folder; `inputs` override the action's defaults. */
export async function injectFolder(
  root: string,
  inputs: Partial<SourceMapInputs> = {},
  more: Partial<PlanInputs> = {},
): Promise<InjectRun> {
  const workspace = realpathSync(root);
  const plan = planSourceMaps(
    {
      workspace,
      workingDirectory: workspace,
      dryRun: false,
      ...more,
      sourcemaps: sourceMapInputs(['.'], { ifNoFilesFound: 'ignore', ...inputs }),
    },
    QUIET,
  );
  const unlike = new Map<SourceFile, ScriptScan>();
  const results: UnitResult[] = [];
  for (const unit of plan.foreseen) {
    const result = processUnit(unit, plan.options);
    if (result.unlike === undefined) results.push(result);
    else unlike.set(unit.js, result.unlike);
  }
  const others = await pairOthers(plan, { unlike, inline: new Set() });
  results.push(...others.units.map((unit) => processUnit(unit, plan.options)));
  const diagnoses = [...plan.diagnoses, ...others.diagnoses, ...results.flatMap((result) => result.diagnoses)];
  return { plan, units: [...others.settled, ...others.units], results, diagnoses };
}

/** The ids by file name, of scripts and maps that are in the bundle. */
export function debugIdsOf(run: InjectRun): Map<string, string | undefined> {
  const artifacts = run.results.flatMap((result) => result.artifacts);
  return new Map(artifacts.map((artifact) => [artifact.name, artifact.headers['debug-id']]));
}

/** A folder that a test or script may do with as it likes. */
export class Folder {
  readonly root: string;

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'inject-')));
    for (const [name, content] of Object.entries(files)) this.write(name, content);
  }

  write(name: string, content: string | Uint8Array): void {
    const path = join(this.root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  read(name: string): Buffer {
    return readFileSync(join(this.root, name));
  }

  text(name: string): string {
    return this.read(name).toString('utf8');
  }

  /** Every file below, with forward slashes, sorted. */
  list(): string[] {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.root, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort();
  }

  snapshot(): Map<string, string> {
    return new Map(this.list().map((name) => [name, this.read(name).toString('base64')]));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
