import { ActionError } from '../errors.js';
import type { Inputs } from '../inputs/inputs.js';
import type { ReleaseCommit } from '../sentry/types.js';
import type { CommitsDeps } from './context.js';
import { createGitSource } from './git-source.js';
import { createGitHubSource } from './github-source.js';
import { mergeCommits } from './merge.js';
import { decideMissing, whyForeign } from './missing.js';
import type { OwnCommit } from './own-commit.js';
import { fitRequest, toPayload } from './payload.js';
import type { Beginning } from './previous.js';
import type { OwnRepository } from './repository.js';
import { short } from './revision.js';
import { DEFAULT_COUNT, type Selection, selectCommits, withoutPrevious } from './select.js';
import { type CommitSource, SourceIncomplete, SourceUnavailable } from './source.js';
import { createTrimmer } from './trim.js';
import type { CommitsPlan } from './types.js';

/** Everything that is known before the commits are read. */
export interface PlanRequest {
  readonly inputs: Inputs;
  readonly release: string;
  readonly deps: CommitsDeps;
  readonly repository: OwnRepository;
  readonly own: OwnCommit;
  readonly beginning: Beginning;
  /** Commits of other repositories that the release has already. */
  readonly others: readonly ReleaseCommit[];
  /** Why the sources before were not used. */
  readonly skipped: readonly string[];
}

/** GitHub's API, else the checkout as far as it reaches, else the checkout's newest commits, else nothing. */
export async function planFromSources(request: PlanRequest): Promise<CommitsPlan> {
  const skipped = [...request.skipped];
  tellForeign(request);
  let checkout: CommitSource | undefined;
  const select = async (source: CommitSource, partial: boolean) =>
    planOf(request, source, await selectCommits(source, { ...selection(request), partial }), skipped);
  const ways: (() => Promise<CommitsPlan>)[] = [
    async () => await select(await openGitHub(request), false),
    async () => {
      checkout = await openCheckout(request);
      return await select(checkout, false);
    },
  ];
  for (const way of ways) {
    try {
      return await way();
    } catch (error) {
      skipped.push(unavailable(error));
      // The checkout comes next; if it does not reach, part of the files is better than none.
      if (error instanceof SourceIncomplete) ways.push(async () => await select(await openGitHub(request), true));
    }
  }
  const shallow = await fromShallow(request, checkout, skipped);
  if (shallow !== undefined) return shallow;
  const reason = skipped.join('; ');
  request.deps.log.notice(`No commits are set: ${reason}. ${HINT}`, { title: 'Release without commits' });
  return { source: 'none', reason, told: true };
}

/** The last release is of another repository: `ignore_missing` decides whether the other ways to a beginning will do. */
function tellForeign({ inputs, deps, repository, beginning: { previous, foreign } }: PlanRequest): void {
  if (foreign === undefined) return;
  const what = whyForeign(foreign, repository);
  const after = previous?.why ?? `last tag, or, without one, the newest ${DEFAULT_COUNT} commits are sent`;
  const instead = `The range begins after the ${after}.`;
  decideMissing({ previous: foreign, what, instead, level: 'notice' }, inputs.commits, deps.log)();
}

const HINT =
  'Connect the repository in Sentry, or let the job read it (permissions: contents: read), or check out its history (fetch-depth: 0).';

/** A checkout that is too shallow still has the newest commits: the next release can begin after them. */
async function fromShallow(
  request: PlanRequest,
  checkout: CommitSource | undefined,
  skipped: readonly string[],
): Promise<CommitsPlan | undefined> {
  const { previous } = request.beginning;
  if (checkout === undefined || previous === undefined) return undefined;
  try {
    if ((await checkout.resolve(request.own.sha)) === undefined) return undefined;
    const what = 'cannot be reached: the checkout is too shallow, and GitHub could not be asked';
    const found = await withoutPrevious(checkout, selection(request), previous, what);
    return planOf(request, checkout, found, skipped);
  } catch (error) {
    unavailable(error);
    return undefined;
  }
}

async function openGitHub({ inputs, deps, repository }: PlanRequest): Promise<CommitSource> {
  const token = inputs.commits.githubToken;
  if (token === undefined) throw new SourceUnavailable('there is no github_token');
  if (!repository.onGitHub) throw new SourceUnavailable(`${repository.url.path} is not on ${deps.github.serverUrl}`);
  const [owner = '', repo = ''] = repository.url.path.split('/');
  const now = deps.clock.now();
  const deadlineAt = deps.deadlineAt ?? now + inputs.timeoutMs;
  return await createGitHubSource({
    apiUrl: deps.github.apiUrl,
    token,
    owner,
    repo,
    log: deps.log,
    clock: deps.clock,
    signal: deps.signal,
    // The rest is for what a release cannot do without.
    waitUntil: now + (deadlineAt - now) / 2,
    ...(deps.fetch === undefined ? {} : { fetch: deps.fetch }),
  });
}

async function openCheckout({ deps, repository }: PlanRequest): Promise<CommitSource> {
  if (!repository.local && deps.git.root !== undefined)
    throw new SourceUnavailable(`${repository.url.path} is not what is checked out`);
  return await createGitSource(deps.git);
}

function planOf(
  { inputs, deps, repository, own, others }: PlanRequest,
  source: CommitSource,
  selected: Selection,
  skipped: readonly string[],
): CommitsPlan {
  const where = source.kind === 'github' ? "from GitHub's API" : 'from the checkout';
  const reason = [...skipped, `${where}, ${selected.reason}`].join('; ');
  if (selected.commits.length === 0) return noCommits(inputs, deps, reason, short(own.sha));
  const trimmer = createTrimmer();
  const ours = toPayload(selected.commits, repository.url.path, trimmer);
  const commits = fitRequest(mergeCommits(ours, others, trimmer), deps.log);
  trimmer.tell(commits, deps.log);
  return { source: source.kind, reason, commits, ...(selected.range === undefined ? {} : { range: selected.range }) };
}

/** What `ignore_empty` decides: an error when it is false, else the release is left as it is, with a notice unless it is true. */
function noCommits(inputs: Inputs, { log }: CommitsDeps, reason: string, head: string): CommitsPlan {
  const message = `There are no new commits up to ${head}`;
  if (inputs.commits.ignoreEmpty === false) {
    throw new ActionError('commits-failed', `${message} (${reason}).`, {
      hint: 'Drop ignore_empty: false to let a release have no commits, or name where it begins with previous_commit.',
    });
  }
  const told = inputs.commits.ignoreEmpty === undefined;
  if (told) log.notice(`${message}; the release's commits are left as they are (${reason}).`);
  return { source: 'none', reason: `no new commits: ${reason}`, nothingNew: true, told };
}

function selection({ inputs, deps, own, beginning: { previous } }: PlanRequest) {
  return { head: own.sha, previous, ref: deps.github.ref, inputs: inputs.commits, log: deps.log, partial: true };
}

/** The reason of a source that cannot answer; anything else is a failure and goes on upwards. */
function unavailable(error: unknown): string {
  if (error instanceof SourceUnavailable) return error.message;
  throw error;
}
