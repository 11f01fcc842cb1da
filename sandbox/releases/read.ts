import { visibleProjects } from '../auth/access.js';
import { type Answer, detail } from '../http/answer.js';
import type { OrgExchange, ProjectExchange } from '../http/exchange.js';
import { paged } from '../http/paging.js';
import type { Project, Release } from '../state/types.js';
import { releaseOf } from './permission.js';
import { effectiveDate, previousWithCommits } from './previous.js';
import { type Extras, showCommit, showRelease } from './show.js';
import { projectReleaseOf } from './update.js';

const SORTS = [
  'date',
  'build',
  'semver',
  'sessions',
  'users',
  'crash_free_sessions',
  'crash_free_users',
  'sessions_24h',
  'users_24h',
  'adoption',
];

function extrasOf(query: URLSearchParams): Extras {
  const on = (name: string) => ['1', 'true'].includes(query.get(name) ?? '');
  return { health: on('health'), adoptionStages: on('adoptionStages') };
}

/** `GET /organizations/{org}/releases/`: newest first, open ones unless asked otherwise. */
export function listReleases(exchange: OrgExchange): Answer {
  const { query, org, caller } = exchange;
  const sort = query.get('sort') ?? 'date';
  if (!SORTS.includes(sort)) throw detail(400, 'invalid sort');
  const status = query.get('status') ?? 'open';
  if (!['open', 'archived', ''].includes(status)) throw detail(400, 'invalid value for status');
  const projects = projectFilter(query, visibleProjects(caller, org, 'membership'));
  const text = (query.get('query') ?? '').toLowerCase();
  const environment = query.getAll('environment').filter((name) => name !== '');
  const rows = [...org.releases.values()]
    .filter((release) => release.projects.some((project) => projects.includes(project)))
    .filter((release) => status === '' || release.status === status)
    .filter((release) => release.version.toLowerCase().includes(text))
    .filter((release) => environment.length === 0 || deployedTo(release, environment))
    .sort((a, b) => b.dateCreated - a.dateCreated || b.id - a.id);
  return paged(exchange, rows, (release) => showRelease(org, release, extrasOf(query)));
}

function deployedTo(release: Release, environments: readonly string[]): boolean {
  return release.deploys.some((deploy) => environments.includes(deploy.environment));
}

/** The projects that `?project=` leaves of the visible ones; `-1` and no parameter leave all. */
export function projectFilter(query: URLSearchParams, visible: readonly Project[]): readonly Project[] {
  const given = query.getAll('project').filter((value) => value !== '');
  if (given.length === 0 || given.includes('-1')) return visible;
  if (given.some((value) => !/^\d+$/.test(value))) {
    throw detail(400, 'Invalid project parameter. Values must be numbers.');
  }
  return visible.filter((project) => given.includes(String(project.id)));
}

/** `GET /organizations/{org}/releases/{version}/` */
export function getRelease(exchange: OrgExchange): Answer {
  const { query, org } = exchange;
  const release = releaseOf(exchange);
  const sort = query.get('sort');
  if (query.has('project')) projectFilter(query, []);
  if (query.has('project') && sort !== null && sort !== 'date') throw detail(400, 'invalid sort');
  return { status: 200, json: showRelease(org, release, extrasOf(query)) };
}

/** `DELETE /organizations/{org}/releases/{version}/` */
export function deleteRelease(exchange: OrgExchange): Answer {
  const release = releaseOf(exchange);
  if (release.hasIssue) {
    throw detail(400, 'This release is referenced by active issues and cannot be removed.');
  }
  exchange.org.releases.delete(release.version);
  return { status: 204 };
}

/** `GET …/previous-with-commits/` */
export function getPreviousWithCommits(exchange: OrgExchange): Answer {
  const { org, caller } = exchange;
  const release = releaseOf(exchange);
  const found = previousWithCommits(org, release, visibleProjects(caller, org, 'access'));
  return { status: 200, json: found === undefined ? {} : showRelease(org, found) };
}

/** `GET …/commits/`: 0 is the newest. */
export function listReleaseCommits(exchange: OrgExchange): Answer {
  const release = releaseOf(exchange);
  return paged(exchange, release.commits, (commit) => showCommit(exchange.org, commit));
}

/** `GET …/commitfiles/` */
export function listCommitFiles(exchange: OrgExchange): Answer {
  const release = releaseOf(exchange);
  const rows = release.commits.flatMap((commit) => commit.patchSet.map((patch) => ({ commit, patch })));
  return paged(exchange, rows, ({ commit, patch }) => ({
    id: `${commit.id}:${patch.path}`,
    orgId: exchange.org.id,
    repoName: commit.repository.name,
    commitMessage: commit.message ?? null,
    filename: patch.path,
    type: patch.type,
  }));
}

/** `GET /projects/{org}/{project}/releases/`: open ones, by release date or creation. */
export function listProjectReleases(exchange: ProjectExchange): Answer {
  const text = (exchange.query.get('query') ?? '').toLowerCase();
  const rows = [...exchange.org.releases.values()]
    .filter((release) => release.projects.includes(exchange.project) && release.status === 'open')
    .filter((release) => release.version.toLowerCase().startsWith(text))
    .sort((a, b) => effectiveDate(b) - effectiveDate(a) || b.id - a.id);
  return paged(exchange, rows, (release) => showRelease(exchange.org, release));
}

/** `GET /projects/{org}/{project}/releases/{version}/` */
export function getProjectRelease(exchange: ProjectExchange): Answer {
  return { status: 200, json: showRelease(exchange.org, projectReleaseOf(exchange)) };
}
