import type { Clock } from './clock.js';
import { toActionError } from './errors.js';
import type { Problem, RunReport, RunResult, StepName, StepRecord } from './report/report.js';
import { STEP_NAMES } from './report/report.js';
import type { TrafficRecord } from './sentry/types.js';

/** How a step ended when it did not throw. */
export interface StepOutcome {
  readonly status?: 'done' | 'warned' | 'skipped' | 'planned';
  /** One line for log, summary and report. */
  readonly detail: string;
  /** True when the step wrote what `detail` says into the log itself. */
  readonly told?: boolean;
}

/** The parts of a report that steps fill in as they come to know them. */
type Facts = Pick<RunReport, 'sentry' | 'release' | 'commits' | 'sourcemaps' | 'deploys' | 'finalizedAt'>;

const NO_TRAFFIC: TrafficRecord = { requests: 0, bytesSent: 0, waits: [] };

/**
 * What the run has done so far. It is the one place where facts are collected, so that a failure or a cancel at any moment
 * can still tell what is done and what is not; everything a person sees is made from its {@link Journal.report}.
 */
export class Journal {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #steps = new Map<StepName, StepRecord>();
  /** Milliseconds that {@link ahead} spent on a step before its turn. */
  readonly #ahead = new Map<StepName, number>();
  readonly #problems: Problem[] = [];
  #facts: Facts = {
    sentry: { url: '', org: '', projects: [] },
    release: null,
    commits: null,
    sourcemaps: null,
    deploys: [],
    finalizedAt: null,
  };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** Merges what became known. */
  note(facts: Partial<Facts>): void {
    this.#facts = { ...this.#facts, ...facts };
  }

  get facts(): Readonly<Facts> {
    return this.#facts;
  }

  /** A warning or error that belongs into summary and report. */
  problem(problem: Problem): void {
    this.#problems.push(problem);
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** Runs one step and records how it ended; what it throws is recorded and thrown on. */
  async step(name: StepName, work: () => Promise<StepOutcome>): Promise<StepOutcome> {
    const from = this.#clock.now() - (this.#ahead.get(name) ?? 0);
    try {
      const outcome = await work();
      this.#record(name, outcome.status ?? 'done', from, outcome.detail);
      return outcome;
    } catch (thrown) {
      this.#record(name, 'failed', from, toActionError(thrown).message);
      throw thrown;
    }
  }

  /** Does a part of a step before its turn: its time counts as the step's, and its failure is the step's failure. */
  async ahead<T>(name: StepName, work: () => T | Promise<T>): Promise<T> {
    const from = this.#clock.now();
    try {
      const done = await work();
      this.#ahead.set(name, this.#clock.now() - from);
      return done;
    } catch (thrown) {
      this.#record(name, 'failed', from, toActionError(thrown).message);
      throw thrown;
    }
  }

  /** Records a step that nobody asked for, before its turn; `detail` is the reason. */
  skip(name: StepName, detail: string): void {
    this.#steps.set(name, { name, status: 'skipped', durationMs: 0, detail });
  }

  #record(name: StepName, status: StepRecord['status'], from: number, detail: string): void {
    this.#steps.set(name, { name, status, durationMs: this.#clock.now() - from, detail });
  }

  /** Steps in order; those that were wanted and never started are `not-run`. */
  steps(): readonly StepRecord[] {
    return STEP_NAMES.map((name) => this.stepOf(name));
  }

  /** One of {@link Journal.steps}. */
  stepOf(name: StepName): StepRecord {
    return this.#steps.get(name) ?? { name, status: 'not-run', durationMs: 0, detail: 'not reached' };
  }

  report(result: RunResult, traffic: TrafficRecord = NO_TRAFFIC): RunReport {
    return {
      schema: 1,
      result,
      startedAt: new Date(this.#startedAt).toISOString(),
      durationMs: this.#clock.now() - this.#startedAt,
      ...this.#facts,
      steps: this.steps(),
      // A copy: what is logged about the failure itself afterwards is the failure, told once already.
      problems: [...this.#problems],
      traffic,
    };
  }
}
