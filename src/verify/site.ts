import type { Clock } from '../clock.js';
import { ActionError } from '../errors.js';
import type { Log } from '../log.js';
import { findDebugId, findSnippetId } from '../sourcemaps/debug-id.js';
import type { Fetched, PageFetcher } from './fetcher.js';
import { isInternal, scriptUrls } from './pages.js';
import type { Uploaded } from './uploaded.js';
import type { VerifyOutcome } from './verify.js';

/** Scripts of the page that are fetched; beyond, they are counted. */
const MAX_SCRIPTS = 60;
const MAX_PAGE_BYTES = 2 * 1024 * 1024;
const MAX_SCRIPT_BYTES = 16 * 1024 * 1024;
const CONCURRENCY = 6;

/** Ids are written before the files are published, so that a step that does both has the old site before it. */
const PUBLISHED_ONLY =
  'Only what is published by now can be seen: verify_url belongs to a step that runs after the publishing.';

/** A CDN may take a moment to serve what was just deployed. */
const PAUSES_MS = [2_000, 5_000] as const;

/** What one served script says about itself. */
export interface ServedScript {
  readonly url: string;
  readonly verdict: 'uploaded' | 'other-build' | 'no-id' | 'not-ours' | 'unreachable';
  readonly debugId: string | undefined;
  /** Why, in the words of the log. */
  readonly cause: string;
}

/** What was seen of a page in one look. */
interface Look {
  readonly served: readonly ServedScript[];
  /** Scripts beyond {@link MAX_SCRIPTS}. */
  readonly beyond: number;
  /** Scripts of a public page that are inside a network. */
  readonly internal: readonly URL[];
}

interface Deps {
  readonly fetcher: PageFetcher;
  readonly log: Log;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Looks at the deployed site as a browser would: fetches the page and its scripts, and compares the debug ids in them with
 * the uploaded ones. No cookie, token or other credential is sent. It only reports: the deploy is done.
 */
export async function verifySite(address: string, uploaded: Uploaded, deps: Deps): Promise<VerifyOutcome> {
  try {
    let seen = await look(new URL(address), uploaded, deps);
    for (const pauseMs of PAUSES_MS) {
      if (!looksOld(seen)) break;
      deps.log.info(`The site does not serve this build everywhere yet; looking again in ${pauseMs / 1000} s`);
      await deps.clock.sleep(pauseMs, deps.signal);
      seen = await look(new URL(address), uploaded, deps);
    }
    return tell(seen, address, uploaded.words, deps.log);
  } catch (error) {
    if (!(error instanceof ActionError) || error.code !== 'verify-failed') throw error;
    deps.log.warning(`${error.message}. ${error.hint ?? ''}`.trim(), { title: 'Deployed site' });
    return { status: 'warned', detail: error.message };
  }
}

/** Something is of another build, or nothing is of this one: the site before the first debug ids has neither ids nor our names. */
function looksOld({ served }: Look): boolean {
  const has = (wanted: ServedScript['verdict']) => served.some(({ verdict }) => verdict === wanted);
  return has('other-build') || has('no-id') || (has('not-ours') && !has('uploaded'));
}

async function look(address: URL, uploaded: Uploaded, { fetcher, signal }: Deps): Promise<Look> {
  const page = await fetcher(address, MAX_PAGE_BYTES);
  if (page.status !== 200) {
    throw new ActionError(
      'verify-failed',
      `The deployed page ${address.href} was answered with status ${page.status}`,
      {
        hint: 'Check verify_url: the page must be open to everybody and be there when this step runs.',
      },
    );
  }
  const html = Buffer.from(page.body).toString('utf8');
  const all = scriptUrls(html, page.url);
  const internal = isInternal(page.url) ? [] : all.filter((url) => isInternal(url));
  const mine = (url: URL) => uploaded.isFile(url);
  const open = all.filter((url) => !internal.includes(url)).sort((a, b) => Number(mine(b)) - Number(mine(a)));
  const served: ServedScript[] = [];
  const queue = open.slice(0, MAX_SCRIPTS).entries();
  const work = async () => {
    for (const [index, url] of queue) {
      signal.throwIfAborted();
      served[index] = await inspect(url, page.url, uploaded, fetcher);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { served, beyond: open.length - served.length, internal };
}

async function inspect(url: URL, page: URL, uploaded: Uploaded, fetcher: PageFetcher): Promise<ServedScript> {
  const script = (verdict: ServedScript['verdict'], cause: string, debugId?: string): ServedScript => ({
    url: url.href,
    verdict,
    debugId,
    cause,
  });
  const mine = uploaded.isFile(url);
  const answer = await fetcher(url, MAX_SCRIPT_BYTES).catch((error: unknown) => error);
  if (!isFetched(answer) || answer.status !== 200) {
    const why = isFetched(answer) ? `status ${answer.status}` : answer instanceof Error ? answer.message : answer;
    const foreign = !mine && url.origin !== page.origin;
    return script(foreign ? 'not-ours' : 'unreachable', `could not be fetched: ${why}`);
  }
  const id = findDebugId(answer.body) ?? findSnippetId(answer.body);
  if (id !== undefined && (await uploaded.has(id))) return script('uploaded', 'carries an uploaded debug id', id);
  if (id !== undefined) {
    if (!mine && url.origin !== page.origin) return script('not-ours', 'is of another host and another build', id);
    return script('other-build', `carries a debug id ${uploaded.words.unknown}${cached(answer)}`, id);
  }
  if (!mine) return script('not-ours', uploaded.words.without);
  return script('no-id', `has no debug id: it was deployed before injection, or something removed it${cached(answer)}`);
}

function isFetched(answer: unknown): answer is Fetched {
  return typeof answer === 'object' && answer !== null && 'body' in answer;
}

function cached({ age, cache }: Fetched): string {
  const hit = /hit/i.test(cache ?? '');
  if (!hit && !(age !== undefined && age > 0)) return '';
  return `; a cache answered${age === undefined ? '' : ` (stored ${age} s ago)`}, so it may be an old file`;
}

function tell({ beyond, internal, served }: Look, address: string, words: Uploaded['words'], log: Log): VerifyOutcome {
  tellScripts(served, log);
  for (const url of internal) log.info(`${url.href} was not fetched: its host is inside a network, the page is not`);
  const good = served.filter(({ verdict }) => verdict === 'uploaded').length;
  const bad = served.filter(({ verdict }) => WRONG.includes(verdict)).length;
  const unseen = beyond === 0 ? '' : `; ${beyond} further scripts were not looked at (${MAX_SCRIPTS} at most)`;
  if (good === 0 && bad === 0) {
    const none = internal.length === 0 ? 'has no scripts' : 'has only scripts inside a network, which are not fetched';
    const why = served.length === 0 ? none : `serves ${words.none}`;
    log.warning(`${address} ${why}: errors from it cannot be resolved${unseen}.`, {
      title: 'Deployed site',
    });
    return { status: 'warned', detail: `${address} ${why}${unseen}` };
  }
  const others = served.length - good - bad;
  const rest = others === 0 ? '' : `; ${others} more there ${others === 1 ? 'is' : 'are'} ${words.others}`;
  const [scripts, carry] = good + bad === 1 ? ['script', 'carries'] : ['scripts', 'carry'];
  const detail = `${good} of ${good + bad} ${scripts} of ${address} ${carry} an uploaded debug id${rest}${unseen}`;
  log.info(detail);
  if (bad > 0) log.info(PUBLISHED_ONLY);
  return { status: bad > 0 ? 'warned' : 'done', detail };
}

const WRONG: readonly ServedScript['verdict'][] = ['other-build', 'no-id', 'unreachable'];

function tellScripts(served: readonly ServedScript[], log: Log): void {
  for (const { url, verdict, cause, debugId } of served) {
    const line = `${url} ${cause}${debugId === undefined ? '' : ` (${debugId})`}`;
    if (WRONG.includes(verdict)) log.warning(line, { title: 'Deployed site' });
    else log.info(line);
  }
}
