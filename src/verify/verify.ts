import type { Clock } from '../clock.js';
import { ActionError } from '../errors.js';
import type { Log } from '../log.js';
import type { SentryApi } from '../sentry/types.js';
import type { UploadRecord } from '../upload/types.js';

/** How many ids are asked for; beyond, an even sample. Each is a request of its own, and Sentry limits those. */
const MAX_IDS = 500;
const CONCURRENCY = 6;

/** Sentry indexes an upload some seconds after it took it: pauses before those that are not found are asked for again. */
const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 15_000] as const;

/** Names in the error; the log has all. */
const NAMED = 10;

export interface VerifyOutcome {
  readonly status: 'done' | 'skipped' | 'warned';
  /** One line: how many were asked for, and how that went. */
  readonly detail: string;
}

interface Deps {
  readonly api: Pick<SentryApi, 'artifactLookup'>;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Asks Sentry for each debug id of the upload, as it will when an error comes in. A script and its map share an id, which
 * is asked for once; all ids in the first project, and one in each other: a bundle is bound to all of them together.
 *
 * @throws ActionError `verify-failed` that names the files whose id Sentry cannot resolve
 */
export async function verifyDebugIds(
  upload: UploadRecord,
  projects: readonly string[],
  deps: Deps,
): Promise<VerifyOutcome> {
  const names = new Map(upload.debugIds.map(({ debugId, name }) => [debugId, name]));
  const all = [...names.keys()];
  const [first, ...others] = projects;
  const anyId = all[0];
  if (first === undefined || anyId === undefined)
    return { status: 'skipped', detail: 'nothing with a debug id was uploaded' };
  const asked = sample(all, MAX_IDS);
  const lookups = [
    ...asked.map((debugId) => ({ project: first, debugId })),
    ...others.map((project) => ({ project, debugId: anyId })),
  ];
  try {
    const unresolved = await askUntilFound(lookups, deps);
    if (unresolved.length > 0) throw unresolvedError(unresolved, lookups.length, names, deps.log);
  } catch (error) {
    // Servers that only speak the upload protocol have no such request: nothing is known, nothing is wrong.
    if (!(error instanceof ActionError) || error.status !== 404) throw error;
    deps.log.warning('This server cannot be asked for debug ids, so the upload is not verified.', { title: 'Verify' });
    return { status: 'warned', detail: 'the server has no artifact lookup' };
  }
  const part = asked.length < all.length ? ` (an even sample of ${all.length})` : '';
  const ids = asked.length === 1 ? 'the one debug id' : `all ${asked.length} debug ids`;
  const detail = `Sentry resolves ${ids} asked for${part}`;
  deps.log.info(detail);
  return { status: 'done', detail };
}

interface Lookup {
  readonly project: string;
  readonly debugId: string;
}

async function askUntilFound(lookups: readonly Lookup[], deps: Deps): Promise<readonly Lookup[]> {
  let open = await unfound(lookups, deps);
  for (const pauseMs of PAUSES_MS) {
    if (open.length === 0) break;
    deps.log.info(
      `${open.length} of ${lookups.length} debug ids are not there yet; asking again in ${pauseMs / 1000} s`,
    );
    await deps.clock.sleep(pauseMs, deps.signal);
    open = await unfound(open, deps);
  }
  return open;
}

/** Asks for each, a few at a time, and returns those that Sentry does not have. */
async function unfound(lookups: readonly Lookup[], { api, signal }: Deps): Promise<Lookup[]> {
  const open: Lookup[] = [];
  const queue = lookups.values();
  const work = async () => {
    for (const lookup of queue) {
      signal.throwIfAborted();
      const hits = await api.artifactLookup(lookup.project, lookup.debugId);
      if (!hits.some(({ resolvedWith }) => resolvedWith === 'debug-id')) open.push(lookup);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, lookups.length) }, work));
  return lookups.filter((lookup) => open.includes(lookup));
}

function unresolvedError(
  open: readonly Lookup[],
  asked: number,
  names: ReadonlyMap<string, string>,
  log: Log,
): ActionError {
  const all = open.map(({ project, debugId }) => `${names.get(debugId) ?? 'a file'} (${debugId}, project ${project})`);
  const shown = all.slice(0, NAMED);
  if (all.length > shown.length) for (const one of all) log.info(`Not resolved: ${one}`);
  const rest = open.length > shown.length ? ` and ${open.length - shown.length} more` : '';
  return new ActionError(
    'verify-failed',
    `Sentry cannot resolve ${open.length} of ${asked} debug ids: ${shown.join('; ')}${rest}`,
    {
      hint: 'Sentry may still be working on the upload: set wait: true, or run the job again. What is there is not sent twice.',
    },
  );
}

/** At most `max` items, evenly spread. */
function sample<T>(items: readonly T[], max: number): T[] {
  if (items.length <= max) return [...items];
  return Array.from({ length: max }, (_, index) => items[Math.floor((index * items.length) / max)] as T);
}
