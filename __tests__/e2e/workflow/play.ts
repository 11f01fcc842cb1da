/** Plays a workflow file as GitHub does: triggers, jobs in their order, matrices, conditions, outputs, a new machine for each job. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { type Contexts, fill, holds, type Scope } from './expression.js';
import { filtersOf, fires, startInputs, type WorkflowEvent } from './trigger.js';

export const OUR_ACTION = /^OWNER\/sentry-release-action@[0-9a-f]{40}$/;

/** A step as it is done: every expression has its value. */
export interface Step {
  readonly uses: string | undefined;
  readonly run: string | undefined;
  readonly with: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** The workspace of the job: empty before its first step. */
  readonly folder: string;
  readonly job: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly event: WorkflowEvent;
}

/** Does a step, and gives its outputs. @throws when the step fails */
export type DoStep = (step: Step) => Promise<Readonly<Record<string, string>>>;

export interface World {
  newFolder(): string;
  readonly doStep: DoStep;
  readonly secrets: Readonly<Record<string, string>>;
}

export interface PlayedJob {
  readonly id: string;
  readonly matrix: Readonly<Record<string, string>>;
  readonly result: 'success' | 'failure' | 'skipped';
  readonly steps: readonly Step[];
  readonly outputs: Readonly<Record<string, string>>;
  /** Why it failed. */
  readonly error: unknown;
}

interface RawStep {
  readonly id?: string;
  readonly name?: string;
  readonly if?: unknown;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
}

interface RawJob {
  readonly if?: unknown;
  readonly needs?: string | readonly string[];
  readonly steps?: readonly RawStep[];
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly 'fail-fast'?: boolean; readonly matrix?: Readonly<Record<string, readonly string[]>> };
}

interface Workflow {
  readonly on: unknown;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, RawJob>>;
}

const WORKFLOW_KEYS = ['name', 'on', 'permissions', 'jobs'];
const JOB_KEYS = [
  ...['name', 'if', 'needs', 'runs-on', 'environment', 'strategy', 'permissions', 'outputs', 'steps', 'uses', 'with'],
  'secrets',
];
const STEP_KEYS = ['id', 'name', 'if', 'uses', 'run', 'with', 'env'];

/** Reads a workflow; a key that {@link play} would pass over is an error. */
export function readWorkflow(path: string): Workflow {
  const workflow = parse(readFileSync(path, 'utf8')) as Workflow;
  onlyKnown(workflow, WORKFLOW_KEYS);
  for (const job of Object.values(workflow.jobs)) {
    onlyKnown(job, JOB_KEYS);
    for (const step of job.steps ?? []) onlyKnown(step, STEP_KEYS);
  }
  return workflow;
}

/** The jobs that the event makes run; undefined when it does not start the workflow. */
export async function play(path: string, event: WorkflowEvent, world: World): Promise<PlayedJob[] | undefined> {
  const workflow = readWorkflow(path);
  if (!fires(workflow.on, event)) return undefined;
  const given = (event.payload['inputs'] ?? {}) as Record<string, unknown>;
  const inputs = event.name === 'workflow_dispatch' ? startInputs(dispatchInputs(workflow), given) : {};
  const secrets = event.secrets === false ? {} : world.secrets;
  return await playJobs({ path, workflow, event, world }, { github: githubOf(event), inputs, secrets });
}

interface Playing {
  readonly path: string;
  readonly workflow: Workflow;
  readonly event: WorkflowEvent;
  readonly world: World;
}

const dispatchInputs = ({ on }: Workflow) => filtersOf(on, 'workflow_dispatch')?.['inputs'];

function githubOf({ actor = 'octocat', name, payload, ref, sha }: WorkflowEvent): Record<string, unknown> {
  return { event: payload, event_name: name, ref, ref_name: ref.replace(/^refs\/\w+\//, ''), sha, actor };
}

async function playJobs(playing: Playing, contexts: Contexts): Promise<PlayedJob[]> {
  const played: PlayedJob[] = [];
  for (const [id, job] of Object.entries(playing.workflow.jobs)) {
    const needs = [job.needs ?? []].flat();
    const before = needs.map((need) => {
      const found = played.filter((one) => one.id === need);
      if (found.length === 0) throw new Error(`${id} needs ${need}, which is no job before it`);
      return found;
    });
    const status = before.flat().every(({ result }) => result === 'success') ? 'success' : 'failure';
    const outputs = needs.map((need, index) => [
      need,
      { outputs: Object.assign({}, ...(before[index] ?? []).map((one) => one.outputs)) },
    ]);
    const scope: Scope = { contexts: { ...contexts, needs: Object.fromEntries(outputs) }, status };
    for (const matrix of combinations(job.strategy?.matrix ?? {})) {
      const own = { ...scope, contexts: { ...scope.contexts, matrix } };
      const skipped = { id, matrix, result: 'skipped', steps: [], outputs: {}, error: undefined } as const;
      played.push(holds(job.if, scope) ? await playJob(playing, id, job, matrix, own) : skipped);
    }
  }
  return played;
}

async function playJob(
  playing: Playing,
  id: string,
  job: RawJob,
  matrix: Readonly<Record<string, string>>,
  scope: Scope,
): Promise<PlayedJob> {
  if (job.uses !== undefined) return await playCall(playing, id, job, scope);
  const folder = playing.world.newFolder();
  const permissions = job.permissions ?? playing.workflow.permissions ?? { contents: 'read' };
  const steps: Step[] = [];
  const outputs: Record<string, { outputs: Readonly<Record<string, string>> }> = {};
  let error: unknown;
  const now = (): Scope => ({
    contexts: { ...scope.contexts, steps: outputs },
    status: error === undefined ? 'success' : 'failure',
  });
  for (const raw of job.steps ?? []) {
    if (!holds(raw.if, now())) continue;
    const { uses, run } = raw;
    const values = { with: fillAll(raw.with, now()), env: fillAll(raw.env, now()) };
    const step: Step = { uses, run, ...values, folder, job: id, permissions, event: playing.event };
    steps.push(step);
    try {
      const set = await playing.world.doStep(step);
      if (raw.id !== undefined) outputs[raw.id] = { outputs: set };
    } catch (thrown) {
      error ??= thrown;
    }
  }
  const result = error === undefined ? 'success' : 'failure';
  return { id, matrix, result, steps, outputs: fillAll(job.outputs, now()), error };
}

/** A job that is another workflow: from this repository's examples, whichever repository it names. */
async function playCall({ event, path, world }: Playing, id: string, job: RawJob, scope: Scope): Promise<PlayedJob> {
  const called = join(dirname(path), basename((job.uses ?? '').replace(/@[0-9a-f]{40}$/, '')));
  const workflow = readWorkflow(called);
  const interfaces = filtersOf(workflow.on, 'workflow_call');
  if (interfaces === undefined) throw new Error(`${called} cannot be called`);
  const inputs = startInputs(interfaces['inputs'], fillAll(job.with, scope));
  const wanted = (interfaces['secrets'] ?? {}) as Record<string, { required?: boolean } | null>;
  const secrets = fillAll(job.secrets, scope);
  for (const [name, secret] of Object.entries(wanted)) {
    if (secret?.required === true && !(name in secrets)) throw new Error(`the secret ${name} is required`);
  }
  const { contexts } = scope;
  const jobs = await playJobs(
    { path: called, workflow, event, world },
    { github: contexts['github'], inputs, secrets },
  );
  const byId = Object.fromEntries(jobs.map((one) => [one.id, { outputs: one.outputs }]));
  const values = Object.entries((interfaces['outputs'] ?? {}) as Record<string, { value: string }>).map(
    ([name, { value }]) => [name, fill(value, { contexts: { ...contexts, inputs, jobs: byId }, status: 'success' })],
  );
  const error = jobs.find((one) => one.error !== undefined)?.error;
  const result = error === undefined ? 'success' : 'failure';
  return {
    id,
    matrix: {},
    result,
    steps: jobs.flatMap((one) => one.steps),
    outputs: Object.fromEntries(values),
    error,
  };
}

function fillAll(values: Readonly<Record<string, unknown>> | undefined, scope: Scope): Record<string, string> {
  return Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, fill(String(value), scope)]));
}

/** Every combination of a matrix; one without values when there is none. */
function combinations(matrix: Readonly<Record<string, readonly string[]>>): Record<string, string>[] {
  return Object.entries(matrix).reduce<Record<string, string>[]>(
    (rows, [name, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value }))),
    [{}],
  );
}

function onlyKnown(value: object, keys: readonly string[]): void {
  const unknown = Object.keys(value).filter((key) => !keys.includes(key));
  if (unknown.length > 0) throw new Error(`not understood in a workflow: ${unknown.join(', ')}`);
}
