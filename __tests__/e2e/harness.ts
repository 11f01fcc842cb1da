/**
 * Runs the built action as GitHub's runner does, and reads what came out as GitHub does. Tests of the whole and
 * scripts/demo.ts go through it; nothing here knows how the action works inside.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputEnvironment, readActionFile } from './runner/action-file.js';
import { type Annotation, CommandReader, type WorkflowCommand } from './runner/commands.js';
import { runnerEnvironment } from './runner/environment.js';
import { parseKeyValueFile } from './runner/file-commands.js';
import type { WrittenText } from './runner/leaks.js';
import { permissionsOf } from './runner/permissions.js';
import { type ProcessResult, runProcess } from './runner/process.js';
import { inFolder, refuseLeaks, secretsOf } from './runner/watch.js';
import { type Conversation, createWire, readRemoved, readWire, textsOfWire } from './runner/wire.js';
import {
  type CommandFile,
  changedBelow,
  createStepFiles,
  filesBelow,
  type LeftFile,
  removeStepFiles,
  type StepFiles,
} from './runner/workspace.js';

export type { Annotation, WorkflowCommand } from './runner/commands.js';
export type { LeftFile } from './runner/workspace.js';

const PROJECT_ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** One step of a workflow: what stands under `with:` and `env:`, and where it runs. */
export interface RunOptions {
  /** `with:` — names as in action.yml, any case. What is not given gets its default. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** `env:` — added to the runner's own variables; `undefined` takes one of those away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Event payload; a string is written as it is (a broken one, say). @default {} */
  readonly event?: Readonly<Record<string, unknown>> | string;
  /** The workspace: GITHUB_WORKSPACE and the process's folder. */
  readonly cwd: string;
  /** Path of the Node to run. @default the one that runs the tests */
  readonly node?: string;
  /** Further arguments of Node, before the script (`--require`, `--max-old-space-size`). */
  readonly nodeArgs?: readonly string[];
  /** @default ACTION_DIST (a file, or the folder that holds index.js), else dist/index.js of this repository */
  readonly dist?: string;
  /** @default action.yml of this repository */
  readonly actionFile?: string;
  /** `github.token` of the expression context. @default a made-up one */
  readonly githubToken?: string;
  /** Abort to do what "Cancel workflow" does: SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL. */
  readonly signal?: AbortSignal;
  /** Cancels by a message instead of a signal, as it has to be on Windows. @default on Windows only */
  readonly interruptByMessage?: boolean;
  /** Cancels after this many milliseconds. */
  readonly cancelAfterMs?: number;
  /** Kills with SIGKILL after this many milliseconds: the machine is gone. */
  readonly killAfterMs?: number;
  /** Gets the process, for what a runner does not do to it. */
  readonly onStart?: (child: ChildProcess) => void;
  /** Sees every line as it comes, before masks. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** The process is killed after this, and `timedOut` is set. @default 60_000 */
  readonly timeoutMs?: number;
  /**
   * What is secret in this run. None of it, in no encoding, may show up anywhere, or runAction throws.
   * @default input auth_token, SENTRY_AUTH_TOKEN, input github_token and githubToken, as far as they are given
   */
  readonly secrets?: readonly string[];
}

/** Everything that came out of one run. */
export interface RunResult {
  /** null when a signal ended the process. */
  readonly exitCode: number | null;
  readonly exitSignal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  readonly durationMs: number;
  /** As written by the process: no command carried out, no mask applied. */
  readonly stdout: string;
  readonly stderr: string;
  /** The log as a person reads it at GitHub: commands carried out, masks applied, `##[group]`, `##[warning]` and so on. */
  readonly log: string;
  /** stdout and stderr without the `add-mask` lines that the runner took. */
  readonly unmasked: string;
  readonly commands: readonly WorkflowCommand[];
  readonly annotations: readonly Annotation[];
  /** Values of `add-mask`. */
  readonly masks: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  /** What the step would set for later steps with GITHUB_ENV, GITHUB_PATH and GITHUB_STATE. */
  readonly envFile: Readonly<Record<string, string>>;
  readonly pathFile: readonly string[];
  readonly state: Readonly<Record<string, string>>;
  /** Markdown of the job summary; '' when there is none. */
  readonly summary: string;
  /** The JSON report at the path of output `report`; undefined when there is none. */
  readonly report: unknown;
  /** Files in RUNNER_TEMP after the run, without the report. */
  readonly leftovers: readonly LeftFile[];
  /** Files in the home folder (empty before) and in os.tmpdir() (empty before). */
  readonly homeFiles: readonly LeftFile[];
  readonly tmpFiles: readonly LeftFile[];
  /** Whom the process said what to over the network. */
  readonly conversations: readonly Conversation[];
  /** What the runner itself would complain about: undeclared inputs, malformed files, a summary above 1 MiB. */
  readonly runnerWarnings: readonly string[];
}

/** Token of `${{ github.token }}` when none is given. */
export const DEFAULT_GITHUB_TOKEN = 'ghs_HarnessTokenOfNoUse0123456789abcdef';

/** GitHub takes summaries up to this many bytes and drops longer ones. */
const SUMMARY_LIMIT_BYTES = 1024 * 1024;

/**
 * Runs the action once.
 * @throws when the process cannot be started, or when a secret of the run can be read anywhere afterwards
 */
export async function runAction(options: RunOptions): Promise<RunResult> {
  const entry = actionEntry(options.dist);
  if (!existsSync(entry)) throw new Error(`There is no ${entry}; build it with: npm run build`);
  const action = readActionFile(options.actionFile ?? join(PROJECT_ROOT, 'action.yml'));
  const files = createStepFiles(options.event ?? {});
  try {
    const githubToken = options.githubToken ?? DEFAULT_GITHUB_TOKEN;
    const runnerEnv = runnerEnvironment(files, options.cwd);
    const inputs = inputEnvironment(action, options.inputs ?? {}, {
      'github.token': githubToken,
      'github.workspace': options.cwd,
      'runner.temp': files.temp,
    });
    const env = withoutUndefined({ ...runnerEnv, ...options.env, ...inputs.env });
    const reader = new CommandReader();
    const since = statSync(files.event).ctimeMs;
    const ended = await start(entry, options, env, createWire(files.wire), (line, stream) => {
      reader.line(line);
      options.onLine?.(line, stream);
    });
    const result = collect(ended, reader, files, inputs.warnings);
    refuseLeaks(
      [
        ...textsOf(result),
        ...changedBelow(options.cwd, since).flatMap(inFolder('workspace')),
        ...readRemoved(files.wire).flatMap(inFolder('what was removed')),
        ...textsOfWire(result.conversations, permissionsOf(env)),
      ],
      options.secrets ?? secretsOf({ ...env, GITHUB_TOKEN: githubToken }),
    );
    return result;
  } finally {
    removeStepFiles(files);
  }
}

/** What a run left: log lines (the one `add-mask` that hides a secret does not count), files for the runner, files by name and content. */
function textsOf(result: RunResult): WrittenText[] {
  return [
    { place: 'log', text: result.unmasked },
    { place: 'summary', text: result.summary },
    { place: 'outputs', text: Object.values(result.outputs).join('\n') },
    { place: 'GITHUB_ENV', text: Object.values(result.envFile).join('\n') },
    { place: 'GITHUB_PATH', text: result.pathFile.join('\n') },
    { place: 'GITHUB_STATE', text: Object.values(result.state).join('\n') },
    { place: 'report', text: result.report === undefined ? '' : JSON.stringify(result.report) },
    ...result.leftovers.flatMap(inFolder('RUNNER_TEMP')),
    ...result.homeFiles.flatMap(inFolder('HOME')),
    ...result.tmpFiles.flatMap(inFolder('tmp')),
  ];
}

/** Where the bundle under test is: ACTION_DIST, else dist/index.js. */
export function actionEntry(dist = process.env['ACTION_DIST']): string {
  if (dist === undefined || dist === '') return join(PROJECT_ROOT, 'dist', 'index.js');
  return /\.[cm]?js$/.test(dist) ? resolve(dist) : join(resolve(dist), 'index.js');
}

async function start(
  entry: string,
  options: RunOptions,
  env: Readonly<Record<string, string>>,
  hook: string,
  onLine: (line: string, stream: 'stdout' | 'stderr') => void,
): Promise<ProcessResult> {
  const cancel = new AbortController();
  const kill = new AbortController();
  const timers = [after(options.cancelAfterMs, cancel), after(options.killAfterMs, kill)];
  const forward = (): void => cancel.abort();
  if (options.signal?.aborted === true) forward();
  options.signal?.addEventListener('abort', forward, { once: true });
  try {
    return await runProcess({
      node: options.node ?? process.execPath,
      args: ['--require', hook, ...(options.nodeArgs ?? []), entry],
      cwd: options.cwd,
      env,
      timeoutMs: options.timeoutMs ?? 60_000,
      cancel: cancel.signal,
      kill: kill.signal,
      onLine,
      ...(options.onStart === undefined ? {} : { onStart: options.onStart }),
      ...(options.interruptByMessage === undefined ? {} : { interruptByMessage: options.interruptByMessage }),
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    options.signal?.removeEventListener('abort', forward);
  }
}

function after(delayMs: number | undefined, controller: AbortController): NodeJS.Timeout | undefined {
  return delayMs === undefined ? undefined : setTimeout(() => controller.abort(), delayMs);
}

function collect(
  ended: ProcessResult,
  reader: CommandReader,
  files: StepFiles,
  inputWarnings: readonly string[],
): RunResult {
  const runnerWarnings = [...inputWarnings];
  const text = (file: CommandFile): string => readFileSync(files.commandFiles[file], 'utf8');
  const values = (file: CommandFile): Record<string, string> => {
    try {
      return parseKeyValueFile(text(file));
    } catch (error) {
      runnerWarnings.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
      return {};
    }
  };
  const outputs = values('GITHUB_OUTPUT');
  const summary = text('GITHUB_STEP_SUMMARY');
  if (Buffer.byteLength(summary) > SUMMARY_LIMIT_BYTES) runnerWarnings.push('$GITHUB_STEP_SUMMARY is above 1024k');
  const { exitCode, signal: exitSignal, timedOut, durationMs, stdout, stderr } = ended;
  return {
    ...{ exitCode, exitSignal, timedOut, durationMs, stdout, stderr },
    log: reader.log.join('\n'),
    unmasked: reader.unmasked.join('\n'),
    commands: reader.commands,
    annotations: reader.annotations,
    masks: reader.masker.secrets,
    outputs,
    envFile: values('GITHUB_ENV'),
    pathFile: text('GITHUB_PATH').split('\n').filter(Boolean),
    state: values('GITHUB_STATE'),
    summary,
    report: readReport(outputs['report']),
    leftovers: filesBelow(files.temp).filter(({ path }) => !isReport(join(files.temp, path), outputs)),
    homeFiles: filesBelow(files.home),
    tmpFiles: filesBelow(files.tmpdir),
    conversations: readWire(files.wire),
    runnerWarnings,
  };
}

/** Compared as paths: on Windows one has both kinds of slashes. */
function isReport(path: string, { report = '' }: Readonly<Record<string, string>>): boolean {
  return report !== '' && resolve(report) === path;
}

function readReport(path: string | undefined): unknown {
  if (path === undefined || path === '' || !existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, 'utf8'));
}

function withoutUndefined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
