import { Worker } from 'node:worker_threads';
import { ActionError } from '../errors.js';
import { type CrewOptions, type Job, type JobResult, type Message, type Reply, WORKER_ROLE } from './jobs.js';
import type { ProcessUnit } from './pack.js';
import { fromFailure, work } from './work.js';

/** Whoever does the jobs: threads, or this thread for small inputs. */
export interface Crew {
  /** Rejects with what the job threw. Encode jobs go first: they give slabs back. */
  run<J extends Job>(job: J): Promise<JobResult<J>>;
  /** What all jobs need; called once, before the first job. Threads start without it, so that both waits overlap. */
  setup(setup: CrewOptions): void;
  close(): Promise<void>;
}

/** How worker threads are started. */
export interface WorkerSetup {
  /** Module that calls `runWorker` when `workerData.role` is {@link WORKER_ROLE}. */
  readonly url: URL;
  readonly count: number;
  readonly execArgv?: readonly string[];
}

/** Does every job on the calling thread, one per turn of the event loop so that requests go on. */
export function createInlineCrew(processUnit: ProcessUnit): Crew {
  let options: CrewOptions | undefined;
  return {
    setup(given) {
      options = given;
    },
    async run<J extends Job>(job: J): Promise<JobResult<J>> {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (options === undefined) throw new Error('A job came before the setup');
      return work(job, options, processUnit) as JobResult<J>;
    },
    close: () => Promise.resolve(),
  };
}

interface Task {
  readonly id: number;
  readonly job: Job;
  resolve(result: JobResult<Job>): void;
  reject(error: Error): void;
}

/** Jobs given to one thread ahead of time, so that it never waits for a message. */
const AHEAD = 2;

class Thread {
  readonly tasks = new Map<number, Task>();
  readonly worker: Worker;

  constructor(setup: WorkerSetup) {
    this.worker = new Worker(setup.url, {
      workerData: { role: WORKER_ROLE },
      ...(setup.execArgv === undefined ? {} : { execArgv: [...setup.execArgv] }),
      // A small young generation: what a unit leaves behind is short-lived, and every thread has one.
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    });
  }

  post(message: Message): void {
    this.worker.postMessage(message);
  }
}

/** Spreads jobs over worker threads. A thread that dies fails every job: its files may be half done. */
class ThreadCrew implements Crew {
  readonly #threads: readonly Thread[];
  readonly #first: Task[] = [];
  readonly #second: Task[] = [];
  #lastId = 0;
  #broken: Error | undefined;
  #closing = false;

  constructor(setup: WorkerSetup) {
    this.#threads = Array.from({ length: setup.count }, () => new Thread(setup));
    for (const thread of this.#threads) {
      thread.worker.on('message', (reply: Reply) => this.#settle(thread, reply));
      thread.worker.on('error', (error) => this.#break(error));
      thread.worker.on('exit', (code) => this.#break(new Error(`it ended with code ${code}`)));
    }
  }

  setup(setup: CrewOptions): void {
    for (const thread of this.#threads) thread.post({ setup });
  }

  run<J extends Job>(job: J): Promise<JobResult<J>> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== undefined) {
        reject(this.#broken);
        return;
      }
      const task: Task = { id: ++this.#lastId, job, resolve: (result) => resolve(result as JobResult<J>), reject };
      (job.kind === 'encode' ? this.#first : this.#second).push(task);
      this.#deal();
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #deal(): void {
    for (;;) {
      const [idlest] = [...this.#threads].sort((a, b) => a.tasks.size - b.tasks.size);
      if (idlest === undefined || idlest.tasks.size >= AHEAD) return;
      const task = this.#first.shift() ?? this.#second.shift();
      if (task === undefined) return;
      idlest.tasks.set(task.id, task);
      idlest.post({ id: task.id, job: task.job });
    }
  }

  #settle(thread: Thread, reply: Reply): void {
    const task = thread.tasks.get(reply.id);
    thread.tasks.delete(reply.id);
    if ('failure' in reply) task?.reject(fromFailure(reply.failure));
    else task?.resolve(reply.result as JobResult<Job>);
    this.#deal();
  }

  #break(cause: Error): void {
    if (this.#closing || this.#broken !== undefined) return;
    this.#broken = new ActionError('internal', `A worker thread stopped: ${cause.message}`, {
      cause,
      hint: 'The machine may be short of memory. Run the step again; what is uploaded is not sent again.',
    });
    const waiting = [...this.#first.splice(0), ...this.#second.splice(0)];
    for (const thread of this.#threads) waiting.push(...thread.tasks.values());
    for (const task of waiting) task.reject(this.#broken);
  }
}

/** Starts worker threads. */
export function createThreadCrew(setup: WorkerSetup): Crew {
  return new ThreadCrew(setup);
}
