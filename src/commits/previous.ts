import { ActionError } from '../errors.js';
import type { GitHubContext } from '../inputs/github.js';
import type { Inputs } from '../inputs/inputs.js';
import { eventText } from '../inputs/release-event.js';
import type { Log } from '../log.js';
import type { Release, SentryApi } from '../sentry/types.js';
import type { OwnRepository } from './repository.js';

/** Where the range begins: this commit is not part of the release any more. */
export interface Previous {
  /** A full id, or what the user gave (tag, branch, short id). */
  readonly revision: string;
  /** Words for the log, for instance `last commit of release web@1.2`. */
  readonly why: string;
}

export interface PreviousRequest {
  readonly inputs: Pick<Inputs, 'commits' | 'deploy' | 'projects'>;
  readonly release: string;
  readonly github: GitHubContext;
  readonly repository: OwnRepository;
  readonly api: Pick<SentryApi, 'deploys' | 'previousReleaseWithCommits' | 'recentReleases' | 'releaseCommits'>;
  readonly log: Log;
}

/** A page of releases is looked through for deploys, and for commits of our repository; each look is a request. */
const MAX_LOOKUPS = 5;

/**
 * The previous commit: the one given, else the last release with commits, else the last deploy to this environment, else
 * what the branch was before this push. undefined when none of them says anything; the previous tag is the last resort, and
 * needs the history (see select.ts).
 */
export async function findPrevious(request: PreviousRequest): Promise<Previous | undefined> {
  const given = request.inputs.commits.previousCommit;
  if (given !== undefined) return { revision: given, why: 'previous_commit' };
  return (await lastRelease(request)) ?? (await lastDeploy(request)) ?? beforePush(request);
}

/**
 * The last release that has commits of our repository. A project may have releases of several repositories: one that only has
 * foreign commits says nothing about ours, so that an older one is looked for.
 */
async function lastRelease(request: PreviousRequest): Promise<Previous | undefined> {
  const { api, log, release, repository } = request;
  const found = await optional(api.previousReleaseWithCommits(release));
  // Sentry may answer with the release itself once it has commits, which is the case in every re-run; and it answers with
  // nothing for a release that does not exist yet, which is the case in a dry run.
  const last = found?.version === release ? undefined : found;
  const ours = last === undefined ? undefined : await previousOf(last, request);
  if (ours !== undefined) return ours;
  const earlier = (await earlierReleases(request)).filter(({ version }) => version !== last?.version);
  for (const candidate of earlier.slice(0, MAX_LOOKUPS)) {
    const older = await previousOf(candidate, request);
    if (older !== undefined) return older;
  }
  const foreign = last ?? earlier[0];
  if (foreign !== undefined) {
    const whose = foreign.lastCommit?.repository ?? 'another repository';
    log.info(`The last release ${foreign.version} has no commits of ${repository.url.path}, only of ${whose}.`);
  }
  return undefined;
}

async function previousOf(release: Release, request: PreviousRequest): Promise<Previous | undefined> {
  const revision = await commitOf(release, request);
  return revision === undefined ? undefined : { revision, why: `last commit of release ${release.version}` };
}

/** Releases with commits that share a project with ours and are older than it, newest first. */
async function earlierReleases({ api, inputs, release }: PreviousRequest): Promise<readonly Release[]> {
  const recent = (await optional(api.recentReleases())) ?? [];
  const ours = recent.find(({ version }) => version === release);
  const projects = ours?.projects.map(({ slug }) => slug) ?? inputs.projects;
  return recent
    .filter((other) => other.version !== release && other.lastCommit !== undefined && sharesProject(other, projects))
    .filter((other) => ours === undefined || dateOf(other) <= dateOf(ours))
    .sort((left, right) => dateOf(right) - dateOf(left));
}

async function lastDeploy(request: PreviousRequest): Promise<Previous | undefined> {
  const { api, inputs, release } = request;
  for (const environment of inputs.deploy.environments) {
    const recent = (await optional(api.recentReleases(environment))) ?? [];
    const candidates = recent.filter(
      ({ version, lastCommit, projects }) =>
        version !== release && lastCommit !== undefined && sharesProject({ projects }, inputs.projects),
    );
    for (const candidate of candidates.slice(0, MAX_LOOKUPS)) {
      const deploys = (await optional(api.deploys(candidate.version))) ?? [];
      if (!deploys.some((deploy) => deploy.environment === environment)) continue;
      const revision = await commitOf(candidate, request);
      if (revision !== undefined) return { revision, why: `commit of the last deploy to ${environment}` };
    }
  }
  return undefined;
}

/** The newest commit of our repository in a release; releases of several repositories have one head for each. */
async function commitOf(release: Release, { api, repository }: PreviousRequest): Promise<string | undefined> {
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

function beforePush({ github, repository }: PreviousRequest): Previous | undefined {
  if (github.eventName !== 'push' || !repository.ofRun) return undefined;
  const before = eventText(github.event, 'before');
  // All zeros: the branch or tag is new.
  if (before === undefined || !/^[0-9a-f]{40,64}$/.test(before) || /^0+$/.test(before)) return undefined;
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
