import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ActionError } from '../errors.js';
import { processUnit as realProcessUnit } from '../sourcemaps/process.js';
import { scanInTurn } from '../sourcemaps/scan.js';
import type { ScriptScan, SourceFile } from '../sourcemaps/types.js';
import { createWriteGuard, stopWriting } from '../sourcemaps/write-guard.js';
import type { CrewOptions, Job, JobResult, Message, Reply } from './jobs.js';
import type { ProcessUnit } from './pack.js';
import { WORKER_ROLE } from './role.js';
import { fromFailure, Workshop } from './workshop.js';

/** How worker threads are started. */
export interface WorkerSetup {
  /** Module that calls `runWorker` when it is not the main thread. */
  readonly url: URL;
  /** @default one for each core but the one of the calling thread, at most 7 */
  readonly count?: number;
  readonly execArgv?: readonly string[];
}

interface Task {
  readonly id: number;
  readonly job: Job;
  resolve(result: JobResult<Job>): void;
  reject(error: Error): void;
}

/** Below this, starting threads costs more than they save. */
const INLINE_BYTES = 3 << 20;
const MOST_THREADS = 7;
/** Scripts that are scanned in one job: a few milliseconds. */
const SCRIPTS_PER_SCAN = 128;
/** Jobs given to a thread ahead of time, so that it never waits for a message while the main thread is busy itself. */
const AHEAD = 4;
/** A job bigger than this is not for the main thread: it would keep requests and signals waiting for half a second. */
const LONGEST_OWN_BYTES = 4 << 20;

class Thread {
  readonly tasks = new Map<number, Task>();
  readonly worker: Worker;
  /** Set once it can work. Until then a job is done sooner by the calling thread. */
  ready = false;

  constructor({ url, execArgv }: WorkerSetup) {
    this.worker = new Worker(url, {
      argv: [WORKER_ROLE],
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
      // A small young generation: what a unit leaves behind is short-lived, and every thread has one.
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    });
  }

  post(message: Message): void {
    this.worker.postMessage(message);
  }
}

/**
 * Whoever does the jobs: worker threads, and the calling thread itself, which would be idle most of the time and costs no
 * memory of its own. Threads are started when it is known that there is enough to do. A thread that dies fails every job: its
 * files may be half done.
 */
export class Crew {
  readonly #workers: WorkerSetup | undefined;
  readonly #workshop: Workshop;
  #threads: readonly Thread[] = [];
  /** Encode jobs go first: they give slabs back. */
  readonly #first: Task[] = [];
  readonly #second: Task[] = [];
  /** Jobs that this thread has begun and goes on with. */
  readonly #mine: Task[] = [];
  /** Threads that hold a job of more than one turn, by its number; none for those that this thread holds. */
  readonly #owners = new Map<number, Thread>();
  readonly #writeGuard = createWriteGuard();
  /** Also a process that ends at once ends its threads between two files. */
  readonly #onExit = () => stopWriting(this.#writeGuard);
  #setup: CrewOptions | undefined;
  #own: Task | undefined;
  #lastId = 0;
  #broken: Error | undefined;
  #closing = false;

  /**
   * @param workers undefined: everything is done on the calling thread
   * @param processUnit what the calling thread uses; the threads bring their own
   */
  constructor(workers?: WorkerSetup, processUnit: ProcessUnit = realProcessUnit) {
    this.#workers = workers;
    this.#workshop = new Workshop(processUnit);
  }

  /** Threads that were started, besides the calling one. */
  get threads(): number {
    return this.#threads.length;
  }

  /** Says how many bytes of files there are, as far as is known. Starts the threads as soon as they are worth it. */
  expect(bytes: number): void {
    if (bytes >= INLINE_BYTES) this.start();
  }

  /** Starts the threads, once. */
  start(): void {
    const workers = this.#workers;
    if (workers === undefined || this.#closing || this.#threads.length > 0) return;
    const length = workers.count ?? Math.min(availableParallelism() - 1, MOST_THREADS);
    this.#threads = Array.from({ length }, () => new Thread(workers));
    process.once('exit', this.#onExit);
    for (const thread of this.#threads) {
      thread.worker.on('message', (reply: Reply) => this.#hear(thread, reply));
      thread.worker.on('error', (thrown: unknown) => this.#break(toError(thrown)));
      thread.worker.on('exit', (code) => this.#break(new Error(`it ended with code ${code}`)));
      if (this.#setup !== undefined) thread.post({ setup: this.#setup });
    }
  }

  /** Reads the references of scripts, on all threads; answers in the order asked. */
  async scan(scripts: readonly SourceFile[]): Promise<readonly ScriptScan[]> {
    if (this.#threads.length === 0) return scanInTurn(scripts);
    const jobs: Promise<readonly ScriptScan[]>[] = [];
    for (let at = 0; at < scripts.length; at += SCRIPTS_PER_SCAN) {
      jobs.push(this.run({ kind: 'scan', scripts: scripts.slice(at, at + SCRIPTS_PER_SCAN) }));
    }
    return (await Promise.all(jobs)).flat();
  }

  /** What the jobs of an upload need; called once, before the first of them. */
  setup(given: CrewOptions): void {
    const edit = { ...given.options.edit, writeGuard: this.#writeGuard };
    const setup = { ...given, options: { ...given.options, edit } };
    this.#setup = setup;
    this.#workshop.setup(setup);
    for (const thread of this.#threads) thread.post({ setup });
  }

  /** Rejects with what the job threw. */
  run<J extends Job>(job: J): Promise<JobResult<J>> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== undefined) {
        reject(this.#broken);
        return;
      }
      const task: Task = { id: ++this.#lastId, job, resolve: (result) => resolve(result as JobResult<J>), reject };
      if (job.kind === 'continue') this.#goOn(task, job.turns);
      else (job.kind === 'encode' ? this.#first : this.#second).push(task);
      this.#deal();
    });
  }

  /** Ends the threads. A second call does nothing. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#first.length = 0;
    this.#second.length = 0;
    this.#mine.length = 0;
    stopWriting(this.#writeGuard);
    process.off('exit', this.#onExit);
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  /** To the thread that holds the job, whatever else that has to do. */
  #goOn(task: Task, turns: number): void {
    const owner = this.#owners.get(turns);
    if (owner === undefined) this.#mine.push(task);
    else this.#hand(task, owner);
  }

  #hand(task: Task, thread: Thread): void {
    thread.tasks.set(task.id, task);
    thread.post({ id: task.id, job: task.job });
  }

  #deal(): void {
    for (;;) {
      const [idlest] = this.#threads.filter(({ ready }) => ready).sort((a, b) => a.tasks.size - b.tasks.size);
      if (idlest === undefined || idlest.tasks.size >= AHEAD) break;
      const task = this.#first.shift() ?? this.#second.shift();
      if (task === undefined) break;
      if (task.job.kind === 'pack' && task.job.turns !== undefined) this.#owners.set(task.job.turns, idlest);
      this.#hand(task, idlest);
    }
    this.#takeOwn();
  }

  /** Does a job on this thread when the others have enough, one per turn of the event loop so that requests go on. */
  #takeOwn(): void {
    if (this.#own !== undefined) return;
    const queue = [this.#mine, this.#first].find(({ length }) => length > 0) ?? this.#second;
    const [next] = queue;
    if (next === undefined || (this.#threads.length > 0 && isLong(next.job))) return;
    queue.shift();
    if (next.job.kind === 'pack' && next.job.turns !== undefined) this.#owners.delete(next.job.turns);
    this.#own = next;
    setImmediate(() => {
      this.#own = undefined;
      if (!this.#closing && this.#broken === undefined) this.#workOn(next);
      this.#deal();
    });
  }

  #workOn({ job, resolve, reject }: Task): void {
    try {
      resolve(this.#workshop.do(job));
    } catch (thrown) {
      reject(toError(thrown));
    }
  }

  #hear(thread: Thread, reply: Reply): void {
    if ('ready' in reply) thread.ready = true;
    else this.#settle(thread, reply);
    this.#deal();
  }

  #settle(thread: Thread, reply: Exclude<Reply, { ready: true }>): void {
    const task = thread.tasks.get(reply.id);
    thread.tasks.delete(reply.id);
    if ('failure' in reply) task?.reject(fromFailure(reply.failure));
    else task?.resolve(reply.result as JobResult<Job>);
  }

  #break(cause: Error): void {
    if (this.#closing || this.#broken !== undefined) return;
    this.#broken = new ActionError('internal', `A worker thread stopped: ${cause.message}`, {
      cause,
      hint: 'The machine may be short of memory. Run the step again; what is uploaded is not sent again.',
    });
    const waiting = [...this.#first.splice(0), ...this.#second.splice(0), ...this.#mine.splice(0)];
    for (const thread of this.#threads) waiting.push(...thread.tasks.values());
    for (const task of waiting) task.reject(this.#broken);
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function isLong(job: Job): boolean {
  return job.kind === 'pack' && job.expectedBytes > LONGEST_OWN_BYTES;
}
