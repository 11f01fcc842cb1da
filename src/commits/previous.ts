import { ActionError } from '../errors.js';
import type { GitHubContext } from '../inputs/github.js';
import type { Inputs } from '../inputs/inputs.js';
import { eventText } from '../inputs/release-event.js';
import type { Log } from '../log.js';
import type { Release, SentryApi } from '../sentry/types.js';
import type { Git } from './git.js';
import { whyForeign } from './missing.js';
import type { OwnRepository } from './repository.js';
import { isFullId, isNoCommit, resolveLocally } from './revision.js';

/** Where the range begins: this commit is not part of the release any more. */
export interface Previous {
  /** A full id, or what the user gave (tag, branch, short id), where the checkout does not know it. */
  readonly revision: string;
  /** Words for the log, for instance `last commit of release web@1.2`. */
  readonly why: string;
}

/** What was found out about the beginning of the range. */
export interface Beginning {
  /** undefined when nothing says it; the previous tag is the last resort, and needs the history (see select.ts). */
  readonly previous: Previous | undefined;
  /** The last commit of the last release, when no release that was looked at has commits of our repository. */
  readonly foreign?: ForeignCommit | undefined;
}

/** A previous commit of another repository. */
export interface ForeignCommit extends Previous {
  readonly repository: string;
}

export interface PreviousRequest {
  readonly inputs: Pick<Inputs, 'commits' | 'deploy' | 'projects'>;
  readonly release: string;
  readonly repository: OwnRepository;
  /** The commit that is released. */
  readonly own: string;
}

export interface PreviousDeps {
  readonly git: Git;
  readonly github: GitHubContext;
  readonly api: Pick<SentryApi, 'deploys' | 'previousReleaseWithCommits' | 'recentReleases' | 'releaseCommits'>;
  readonly log: Log;
}

/** A page of releases is looked through for deploys, and for commits of our repository; each look is a request. */
const MAX_LOOKUPS = 5;

/**
 * The previous commit: the one given, else the last release with commits, else the last deploy to this environment, else
 * what the branch was before this push.
 */
export async function findPrevious(request: PreviousRequest, deps: PreviousDeps): Promise<Beginning> {
  const beginning = await findBeginning(request, deps);
  const { previous } = beginning;
  if (previous === undefined) return beginning;
  return { ...beginning, previous: { ...previous, revision: await fullId(previous.revision, request, deps.git) } };
}

async function findBeginning(request: PreviousRequest, deps: PreviousDeps): Promise<Beginning> {
  const given = request.inputs.commits.previousCommit;
  if (given !== undefined && !isNoCommit(given)) return { previous: { revision: given, why: 'previous_commit' } };
  if (given !== undefined)
    deps.log.info('previous_commit is all zeros, as in the push of a new branch: as if not given');
  const last = await lastRelease(request, deps);
  if (last.previous !== undefined) return last;
  return { ...last, previous: (await lastDeploy(request, deps)) ?? beforePush(request, deps) };
}

/**
 * A tag, branch or `HEAD~1` as a full id, where the checkout can tell: Sentry and GitHub know ids best, and nothing of
 * `origin/main`; other tools leave short ids and tags in releases, too. Where it cannot, `HEAD` is our commit: at GitHub it
 * would be the head of the default branch.
 */
async function fullId(revision: string, { repository, own }: PreviousRequest, git: Git): Promise<string> {
  if (isFullId(revision)) return revision;
  // The checkout of another repository may have a tag of the same name.
  const found = repository.local ? await resolveLocally(git, revision) : undefined;
  return found ?? revision.replace(/^(?:HEAD|@)(?=$|[~^])/, own);
}

/**
 * The last release that has commits of our repository. A project may have releases of several repositories: one that only has
 * foreign commits says nothing about ours, so that an older one is looked for.
 */
async function lastRelease(request: PreviousRequest, deps: PreviousDeps): Promise<Beginning> {
  const { release, repository } = request;
  const found = await optional(deps.api.previousReleaseWithCommits(release));
  // Sentry may answer with the release itself once it has commits, which is the case in every re-run; and it answers with
  // nothing for a release that does not exist yet, which is the case in a dry run.
  const last = found?.version === release ? undefined : found;
  const ours = last === undefined ? undefined : await previousOf(last, repository, deps);
  if (ours !== undefined) return { previous: ours };
  const earlier = (await earlierReleases(request, deps)).filter(({ version }) => version !== last?.version);
  for (const candidate of earlier.slice(0, MAX_LOOKUPS)) {
    const older = await previousOf(candidate, repository, deps);
    if (older !== undefined) return { previous: older };
  }
  const foreign = last ?? earlier[0];
  return { previous: undefined, foreign: foreign && foreignCommit(foreign, whyLast(foreign)) };
}

/** A release's last commit, which is not ours. */
function foreignCommit({ lastCommit }: Release, why: string): ForeignCommit | undefined {
  return lastCommit && { revision: lastCommit.id, why, repository: lastCommit.repository ?? 'another repository' };
}

async function previousOf(release: Release, own: OwnRepository, deps: PreviousDeps): Promise<Previous | undefined> {
  const revision = await commitOf(release, own, deps);
  return revision === undefined ? undefined : { revision, why: whyLast(release) };
}

function whyLast({ version }: Release): string {
  return `last commit of release ${version}`;
}

/** Releases with commits that share a project with ours and are older than it, newest first. */
async function earlierReleases(
  { inputs, release }: PreviousRequest,
  { api }: PreviousDeps,
): Promise<readonly Release[]> {
  const recent = (await optional(api.recentReleases())) ?? [];
  const ours = recent.find(({ version }) => version === release);
  const projects = ours?.projects.map(({ slug }) => slug) ?? inputs.projects;
  return recent
    .filter((other) => other.version !== release && other.lastCommit !== undefined && sharesProject(other, projects))
    .filter((other) => ours === undefined || dateOf(other) <= dateOf(ours))
    .sort((left, right) => dateOf(right) - dateOf(left));
}

async function lastDeploy(
  { inputs, release, repository }: PreviousRequest,
  deps: PreviousDeps,
): Promise<Previous | undefined> {
  const { api, log } = deps;
  for (const environment of inputs.deploy.environments) {
    const recent = (await optional(api.recentReleases(environment))) ?? [];
    const candidates = recent.filter(
      ({ version, lastCommit, projects }) =>
        version !== release && lastCommit !== undefined && sharesProject({ projects }, inputs.projects),
    );
    for (const candidate of candidates.slice(0, MAX_LOOKUPS)) {
      const deploys = (await optional(api.deploys(candidate.version))) ?? [];
      if (!deploys.some((deploy) => deploy.environment === environment)) continue;
      const revision = await commitOf(candidate, repository, deps);
      const why = `commit of the last deploy to ${environment}, release ${candidate.version}`;
      if (revision !== undefined) return { revision, why };
      tellForeignDeploy(foreignCommit(candidate, why), repository, log);
    }
  }
  return undefined;
}

function tellForeignDeploy(foreign: ForeignCommit | undefined, own: OwnRepository, log: Log): void {
  if (foreign === undefined) return;
  log.info(`${foreign.revision} (${foreign.why}) ${whyForeign(foreign, own)}; an earlier deploy is looked for.`);
}

/** The newest commit of our repository in a release; releases of several repositories have one head for each. */
async function commitOf(
  release: Release,
  repository: OwnRepository,
  { api }: PreviousDeps,
): Promise<string | undefined> {
  const last = release.lastCommit;
  if (last === undefined) return undefined;
  if (mayBeOurs(last.repository, repository)) return last.id;
  const commits = (await optional(api.releaseCommits(release.version))) ?? [];
  return commits.find((commit) => mayBeOurs(commit.repository, repository))?.id;
}

/**
 * True for our name, and for names that say nothing: sentry-cli writes the remote's name (`origin`) in place of the
 * repository's, and Sentry fills an empty one with `organization-<id>`.
 */
export function mayBeOurs(name: string | undefined, repository: OwnRepository): boolean {
  if (name === undefined || name === 'origin' || /^organization-\d+$/.test(name)) return true;
  const path = repository.url.path.toLowerCase();
  // GitLab's rows are written `Group / Project`; long names are cut in payloads.
  const normalized = name.replaceAll(' / ', '/').toLowerCase();
  return normalized === path || (normalized.length >= 64 && path.startsWith(normalized));
}

function beforePush({ repository }: PreviousRequest, { github }: PreviousDeps): Previous | undefined {
  if (github.eventName !== 'push' || !repository.ofRun) return undefined;
  const before = eventText(github.event, 'before');
  if (before === undefined || !isFullId(before) || isNoCommit(before)) return undefined;
  return { revision: before, why: 'state of the branch before this push' };
}

function sharesProject({ projects }: Pick<Release, 'projects'>, wanted: readonly string[]): boolean {
  return projects.some(({ id, slug }) => wanted.includes(slug) || wanted.includes(String(id)));
}

function dateOf(release: Release): number {
  return Date.parse(release.dateReleased ?? release.dateCreated ?? '') || 0;
}

/** A look-up that a token may not be allowed to make, or a server may not have. */
async function optional<T>(looked: Promise<T>): Promise<T | undefined> {
  try {
    return await looked;
  } catch (error) {
    if (error instanceof ActionError && (error.status === 403 || error.status === 404)) return undefined;
    throw error;
  }
}
