import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A command line with its surroundings. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What one run of a tool cost. Several commands in a row count as one run. */
export interface Cost {
  readonly wallMs: number;
  /** User and system time. */
  readonly cpuMs: number;
  /** Highest resident memory of any process, in MB (10^6 bytes). */
  readonly rssMb: number;
}

const LIMIT_MS = 15 * 60_000;

/** Runs commands one after another under GNU time. Throws with their output when one fails. */
export async function measure(commands: readonly Command[]): Promise<Cost> {
  let cost: Cost = { wallMs: 0, cpuMs: 0, rssMb: 0 };
  for (const command of commands) {
    const one = await measureOne(command);
    cost = {
      wallMs: cost.wallMs + one.wallMs,
      cpuMs: cost.cpuMs + one.cpuMs,
      rssMb: Math.max(cost.rssMb, one.rssMb),
    };
  }
  return cost;
}

async function measureOne({ argv, cwd, env }: Command): Promise<Cost> {
  const report = join(tmpdir(), `bench-time-${process.pid}`);
  const startedAt = performance.now();
  const child = spawn('/usr/bin/time', ['-f', '%U %S %M', '-o', report, ...argv], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => output.push(data));
  child.stderr.on('data', (data: Buffer) => output.push(data));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const wallMs = performance.now() - startedAt;
  if (code !== 0) {
    throw new Error(`${argv.join(' ')} ended with ${code}:\n${Buffer.concat(output).toString().slice(-3000)}`);
  }
  const [user = 0, system = 0, kib = 0] =
    readFileSync(report, 'utf8').trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  rmSync(report);
  return { wallMs, cpuMs: (user + system) * 1000, rssMb: (kib * 1024) / 1e6 };
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
