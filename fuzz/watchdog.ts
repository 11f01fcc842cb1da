import { Worker } from 'node:worker_threads';

/** Longest input that is noted, in bytes. */
const MAX_BYTES = 128 * 1024;
/** An input may take this long; then the fuzzer would stand still for ever. */
const HANG_MS = 20_000;

/** Runs beside the fuzzer and reads what it is at: the count of executions, the length of the input, the input. */
const WATCH = `const { workerData: { state, bytes, hangMs } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const words = new Int32Array(state);
for (let seen = -1, since = Date.now(); ; ) {
  Atomics.wait(words, 2, 0, 1000);
  const now = Atomics.load(words, 0);
  if (now !== seen || words[1] < 0) [seen, since] = [now, Date.now()];
  else if (Date.now() - since > hangMs) {
    const input = Buffer.from(bytes).subarray(0, words[1]).toString('latin1');
    writeSync(2, 'HANGS on ' + JSON.stringify(input) + ' (latin1)\\n');
    process.kill(process.pid, 'SIGKILL');
  }
}`;

/** Ends the process when a parser does not come back, and says on which input: nothing else in the process runs then. */
export class Watchdog {
  readonly #words = new Int32Array(new SharedArrayBuffer(12));
  readonly #bytes = Buffer.from(new SharedArrayBuffer(MAX_BYTES));
  readonly #worker: Worker;

  constructor(hangMs = HANG_MS) {
    this.#words[1] = -1;
    const workerData = { state: this.#words.buffer, bytes: this.#bytes.buffer, hangMs };
    this.#worker = new Worker(WATCH, { eval: true, workerData, execArgv: [] });
    this.#worker.unref();
  }

  /** The next input begins. */
  note(input: Uint8Array): void {
    const part = input.subarray(0, MAX_BYTES);
    this.#bytes.set(part);
    this.#words[1] = part.length;
    Atomics.add(this.#words, 0, 1);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
