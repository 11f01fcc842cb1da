import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** How the process is started and ended. */
export interface ProcessOptions {
  readonly node: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** After this the process is killed and {@link ProcessResult.timedOut} set. */
  readonly timeoutMs: number;
  /** Abort = "Cancel workflow": SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL. */
  readonly cancel: AbortSignal;
  /** Abort = the machine is gone: SIGKILL. */
  readonly kill: AbortSignal;
  /** Gets the process as soon as it runs. */
  readonly onStart?: (child: ChildProcess) => void;
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Windows knows no signals: there the process is told by a message, and raises SIGINT itself. @default on Windows only */
  readonly interruptByMessage?: boolean;
}

export interface ProcessResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** What a runner waits after SIGINT, and then after SIGTERM, in milliseconds. */
const INTERRUPT_GRACE_MS = 7_500;
const TERMINATE_GRACE_MS = 2_500;

const INTERRUPT = join(dirname(fileURLToPath(import.meta.url)), 'interrupt.cjs');

/** Runs a Node process to its end, whatever it takes; resolves when both pipes are drained. */
export async function runProcess(options: ProcessOptions): Promise<ProcessResult> {
  const startedAt = performance.now();
  const byMessage = options.interruptByMessage ?? process.platform === 'win32';
  const child = spawn(options.node, [...(byMessage ? ['--require', INTERRUPT] : []), ...options.args], {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', ...(byMessage ? (['ipc'] as const) : [])],
  });
  if (child.stdout === null || child.stderr === null) throw new Error('the process has no pipes');
  options.onStart?.(child);
  const timers: NodeJS.Timeout[] = [];
  let timedOut = false;
  const later = (delayMs: number, action: () => void): void => {
    timers.push(setTimeout(action, delayMs));
  };
  const cancel = (): void => {
    interrupt(child, byMessage);
    later(INTERRUPT_GRACE_MS, () => child.kill('SIGTERM'));
    later(INTERRUPT_GRACE_MS + TERMINATE_GRACE_MS, () => child.kill('SIGKILL'));
  };
  const kill = (): void => void child.kill('SIGKILL');
  later(options.timeoutMs, () => {
    timedOut = true;
    kill();
  });
  onAbort(options.cancel, cancel);
  onAbort(options.kill, kill);
  const pipes = Promise.all([
    collect(child.stdout, (line) => options.onLine(line, 'stdout')),
    collect(child.stderr, (line) => options.onLine(line, 'stderr')),
  ]);
  try {
    const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve([code, signal]));
    });
    const [[exitCode, signal], [stdout, stderr]] = await Promise.all([ended, pipes]);
    return { exitCode, signal, timedOut, stdout, stderr, durationMs: performance.now() - startedAt };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    options.cancel.removeEventListener('abort', cancel);
    options.kill.removeEventListener('abort', kill);
  }
}

function interrupt(child: ChildProcess, byMessage: boolean): void {
  if (!byMessage) child.kill('SIGINT');
  // An error: the process has ended already, and its channel with it.
  else if (child.connected) child.send('SIGINT', () => undefined);
}

function onAbort(signal: AbortSignal, action: () => void): void {
  if (signal.aborted) action();
  else signal.addEventListener('abort', action, { once: true });
}

async function collect(stream: Readable, onLine: (line: string) => void): Promise<string> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  // A pipe that a test closes has no end.
  stream.once('close', () => lines.close());
  for await (const line of lines) onLine(line);
  return Buffer.concat(chunks).toString('utf8');
}
