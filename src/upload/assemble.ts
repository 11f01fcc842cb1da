import type { Clock } from '../clock.js';
import { ActionError } from '../errors.js';
import type { Log } from '../log.js';
import type { AssembleAnswer, SentryApi } from '../sentry/types.js';
import type { Bundle } from './bundle.js';
import type { BundleOwner } from './manifest.js';

/**
 * A hash that no bytes are known to have. In a list of chunks it makes the server name what it lacks and do nothing else:
 * with one chunk missing it never starts to assemble, so a question needs no checksum that means something
 * (Sentry's server: src/sentry/api/endpoints/organization_artifactbundle_assemble.py).
 */
const NEVER_THERE = '0'.repeat(40);

/** Rounds of sending in which the server's list of missing chunks does not get shorter, before we give up. */
const ROUNDS_WITHOUT_PROGRESS = 3;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

export interface AssembleDeps {
  readonly api: Pick<SentryApi, 'assemble'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

type Names = Pick<BundleOwner, 'projects' | 'release' | 'dist'>;

function body(owner: Names, checksum: string, chunks: readonly string[]): Parameters<SentryApi['assemble']>[0] {
  const { projects, release, dist } = owner;
  // The server refuses a dist without a release, and forgets only ten minutes later that it was asked.
  const version = release === undefined ? {} : { version: release, ...(dist === undefined ? {} : { dist }) };
  return { checksum, chunks, projects, ...version };
}

/** Asks which of these chunks the server lacks. undefined: it does not answer as Sentry does, so nothing may be left out. */
export async function askMissing(
  api: Pick<SentryApi, 'assemble'>,
  owner: Names,
  sha1s: readonly string[],
): Promise<ReadonlySet<string> | undefined> {
  const answer = await api.assemble(body(owner, NEVER_THERE, [...sha1s, NEVER_THERE]));
  const missing = new Set(answer.missingChunks);
  return answer.state === 'not_found' && missing.has(NEVER_THERE) ? missing : undefined;
}

/** What the last word of the server was. */
export type FinalState = 'ok' | 'created' | 'assembling';

/** Waits between two questions: half a second, doubled up to ten. */
function pauseMs(round: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** round, LONGEST_PAUSE_MS);
}

/**
 * Has a bundle assembled: asks, sends what is missing, asks again, until the server says that it has all. `resend` sends
 * these chunks (and must have stored them when it resolves). With `waitMs` 0 it ends when the server has taken the job on,
 * else when the bundle is processed.
 */
export async function assembleBundle(
  bundle: Bundle,
  owner: Names,
  waitMs: number,
  resend: (missing: ReadonlySet<string>) => Promise<void>,
  deps: AssembleDeps,
): Promise<FinalState> {
  const { api, clock, log, signal } = deps;
  const sha1s = bundle.chunks.map(({ sha1 }) => sha1);
  const ours = new Set(sha1s);
  const startedAt = clock.now();
  let lacking = Number.POSITIVE_INFINITY;
  let stuckRounds = 0;
  for (let polls = 0; ; ) {
    signal.throwIfAborted();
    const answer = await api.assemble(body(owner, bundle.checksum, sha1s));
    const missing = new Set(answer.missingChunks.filter((sha1) => ours.has(sha1)));
    if (answer.state === 'error') throw assembleFailed(bundle, answer);
    if (answer.state === 'ok') return 'ok';
    if (answer.state !== 'not_found' && missing.size === 0) {
      if (waitMs === 0) return answer.state;
      if (polls === 1) log.info(`Bundle ${bundle.id}: sent; waiting until Sentry has processed it`);
      await waitForServer(answer.state, clock.now() - startedAt, waitMs, pauseMs(polls++), deps);
      continue;
    }
    stuckRounds = missing.size < lacking ? 0 : stuckRounds + 1;
    lacking = missing.size;
    if (stuckRounds >= ROUNDS_WITHOUT_PROGRESS) throw uploadStuck(bundle, missing.size);
    if (stuckRounds > 0) {
      log.debug(`assemble: ${missing.size} chunks still missing after they were sent, round ${stuckRounds}`);
      await clock.sleep(pauseMs(stuckRounds - 1), signal);
    }
    await resend(missing);
  }
}

async function waitForServer(
  state: string,
  waitedMs: number,
  waitMs: number,
  pause: number,
  { clock, signal }: AssembleDeps,
): Promise<void> {
  const leftMs = waitMs - waitedMs;
  if (leftMs <= 0) {
    throw new ActionError(
      'deadline',
      `Sentry has not processed the bundle within ${Math.round(waitMs / 1000)} s (its state is "${state}").`,
      {
        hint:
          'All chunks are stored; a re-run sends nothing again. Raise `wait`, or set `wait: false` when the step need not ' +
          'wait for the processing. A server that never reports more than "created" cannot be waited for.',
      },
    );
  }
  await clock.sleep(Math.min(pause, leftMs), signal);
}

function assembleFailed(bundle: Bundle, { detail }: AssembleAnswer): ActionError {
  return new ActionError(
    'assemble-failed',
    `Sentry could not process bundle ${bundle.id} (${bundle.files} files): ${detail ?? 'it gave no reason'}`,
    {
      hint:
        'Sentry repeats this answer for ten minutes for the same files and release. Run the step again after that; ' +
        'if it fails the same way, send the bundle id and the text above to your Sentry server’s operator.',
    },
  );
}

function uploadStuck(bundle: Bundle, missing: number): ActionError {
  return new ActionError(
    'upload-stuck',
    `Sentry still lacks ${missing} of ${bundle.chunks.length} chunks after they were sent ${ROUNDS_WITHOUT_PROGRESS} times.`,
    {
      hint: 'The server takes the chunks but does not keep them: check its file storage (self-hosted), or run the step again later.',
    },
  );
}
