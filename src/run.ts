import type { Clock } from './clock.js';
import { ActionError, toActionError } from './errors.js';
import { readGitHubContext } from './inputs/github.js';
import type { Inputs } from './inputs/inputs.js';
import { loadInputs } from './inputs/load.js';
import type { Journal, StepOutcome } from './journal.js';
import type { Log } from './log.js';
import { STEP_TITLES } from './report/charts.js';
import { duration, sentence } from './report/format.js';
import type { RunReport, RunResult, StepName } from './report/report.js';
import type { Timeouts } from './sentry/bounds.js';
import { createSentryClient, type SentryClient } from './sentry/client.js';
import { setCommits } from './steps/commits.js';
import type { RunContext } from './steps/context.js';
import { recordDeploys } from './steps/deploy.js';
import type { FileSteps } from './steps/files.js';
import { finalizeRelease } from './steps/finalize.js';
import { explainMissingToken } from './steps/missing-token.js';
import { notAsked } from './steps/not-asked.js';
import { prepare } from './steps/prepare.js';
import { createRelease } from './steps/release.js';
import { checkAccess } from './steps/token.js';

/** A log that knows steps. */
export interface GroupedLog extends Log {
  group(title: string): void;
  endGroup(): void;
}

/** The world around a run; main.ts passes the real one, tests their own. */
export interface Runtime {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly clock: Clock;
  /** Aborts when the runner cancels the job; its reason is an ActionError `cancelled`. */
  readonly cancel: AbortSignal;
  readonly log: GroupedLog;
  /** Where facts are collected; the log's warnings go into it too. */
  readonly journal: Journal;
  /** `sentry-release-action/<version>` */
  readonly userAgent: string;
  /** The script that worker threads run; without it everything is done on this thread. */
  readonly workerUrl?: URL;
  /** For tests: shorter times of the HTTP layer. */
  readonly timeouts?: Partial<Timeouts>;
}

/** How a run ended: the report, and the failure when there was one. */
export interface RunEnd {
  readonly report: RunReport;
  readonly failure: ActionError | undefined;
  /** False when the user asked for no job summary. */
  readonly summary: boolean;
}

/** Runs the action once. Never throws: a failure is part of the answer, with everything that was done until then. */
export async function run(runtime: Runtime): Promise<RunEnd> {
  const { journal } = runtime;
  const stop = new AbortController();
  let files: FileSteps | undefined;
  let inputs: Inputs | undefined;
  let client: SentryClient | undefined;
  const end = (result: RunResult, failure?: ActionError): RunEnd => ({
    report: journal.report(result, client?.traffic()),
    failure,
    summary: inputs?.summary ?? true,
  });
  try {
    inputs = loadInputs(runtime.env, runtime.cwd);
    const unasked = notAsked(inputs);
    for (const [name, reason] of unasked) journal.skip(name, reason);
    const github = readGitHubContext(runtime.env);
    if (inputs.authToken === undefined) {
      journal.skip('token', explainMissingToken(inputs, github, runtime.log));
      return end('skipped');
    }
    const signal = AbortSignal.any([runtime.cancel, deadline(inputs.timeoutMs, runtime.clock, stop.signal)]);
    const prepared = await prepare(inputs, github, runtime, signal);
    client = createSentryClient(prepared.client);
    const context: RunContext = { ...prepared.context, api: client.api };
    if (!unasked.has('sourcemaps')) files = await loadFileSteps(context, runtime.workerUrl);
    await pipeline(context, files, unasked, runtime.log);
    return end(inputs.dryRun ? 'dry-run' : 'success');
  } catch (thrown) {
    const failure = failureOf(thrown, runtime.cancel);
    journal.problem({
      severity: 'error',
      message: sentence(failure.message),
      code: failure.code,
      ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    });
    if (failure.code === 'cancelled') return end('cancelled', failure);
    return end(inputs?.onFailure === 'warn' ? 'warned' : 'failed', failure);
  } finally {
    stop.abort();
    await files?.close();
    await client?.close();
  }
}

/** The protocol, one line a step. */
async function pipeline(
  context: RunContext,
  files: FileSteps | undefined,
  unasked: ReadonlyMap<StepName, string>,
  log: GroupedLog,
): Promise<void> {
  const step = async (name: StepName, work: () => Promise<StepOutcome>) => {
    if (!unasked.has(name)) await inGroup(context, log, name, work);
  };
  await step('token', () => checkAccess(context));
  const plan = await files?.plan();
  await step('release', () => createRelease(context));
  await step('commits', () => setCommits(context));
  if (files !== undefined && plan !== undefined) await step('sourcemaps', () => files.upload(plan));
  await step('verify', async () => (await loadVerifySteps()).verifyUpload(context));
  await step('deploy', () => recordDeploys(context));
  await step('finalize', () => finalizeRelease(context));
  const { verifyUrl } = context.inputs.sourcemaps;
  if (verifyUrl !== undefined)
    await step('verify-url', async () => (await loadVerifySteps()).verifyDeployed(context, verifyUrl));
}

/** A fifth of the bundle's code, most of it for one step: evaluated only where that is asked for. */
async function loadFileSteps(context: RunContext, workerUrl: URL | undefined): Promise<FileSteps> {
  const { createFileSteps } = await import(/* webpackMode: "eager" */ './steps/files.js');
  return createFileSteps(context, workerUrl);
}

async function loadVerifySteps() {
  return await import(/* webpackMode: "eager" */ './steps/verify.js');
}

async function inGroup(context: RunContext, log: GroupedLog, name: StepName, work: () => Promise<StepOutcome>) {
  context.signal.throwIfAborted();
  log.group(STEP_TITLES[name]);
  try {
    const { status, detail, told } = await context.journal.step(name, work);
    if (status !== 'skipped' && told !== true) log.info(detail);
  } finally {
    const { status, durationMs } = context.journal.stepOf(name);
    if (status !== 'skipped') log.info(`${status === 'failed' ? 'Stopped after' : 'Took'} ${duration(durationMs)}`);
    log.endGroup();
  }
}

/** Aborts after `timeoutMs` with the reason a user reads; `stop` takes the timer away when the run ends earlier. */
function deadline(timeoutMs: number, clock: Clock, stop: AbortSignal): AbortSignal {
  const controller = new AbortController();
  clock.sleep(timeoutMs, stop).then(
    () =>
      controller.abort(
        new ActionError('deadline', `The run did not finish within its timeout of ${Math.round(timeoutMs / 1000)} s`, {
          hint: 'Run it again: it continues where it stopped. If this is normal for your build, raise the input timeout.',
        }),
      ),
    () => undefined,
  );
  return controller.signal;
}

/** A cancel shows as many errors in flight; what the user is told is the cancel. */
function failureOf(thrown: unknown, cancel: AbortSignal): ActionError {
  return toActionError(cancel.aborted ? cancel.reason : thrown);
}
