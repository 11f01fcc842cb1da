import { visibleProjects } from '../auth/access.js';
import { type Answer, ApiError, errors } from '../http/answer.js';
import { header, type OrgExchange, type ProjectExchange } from '../http/exchange.js';
import type { Project, Release, User } from '../state/types.js';
import { type CommitInput, parseCreate, parseProjectCreate, refsOf } from '../validate/release.js';
import { lockedError, setCommits } from './commits.js';
import { setRefs } from './refs.js';
import { showRelease } from './show.js';

/** `POST /organizations/{org}/releases/`: get or create by version, attach projects, set commits, set refs, in that order. */
export async function createRelease(exchange: OrgExchange): Promise<Answer> {
  const { services, org, caller } = exchange;
  const body = parseCreate(await exchange.body.data());
  const visible = visibleProjects(caller, org, 'membership');
  const owner = findOwner(exchange, body.owner);
  const projects = (body.projects ?? []).map((given) => projectOf(visible, given));
  const { release, created } = getOrCreate(exchange, { ...body, version: body.version ?? '', owner });
  if (!created) checkForeignProjects(release, visible);
  updateStatus(release, body.status);
  const attached = attach(exchange, release, projects);
  applyCommits(exchange, release, body.commits ?? []);
  const refs = refsOf(body);
  const fetch = (body.commits ?? []).length === 0;
  if (refs !== undefined && refs.length > 0) setRefs(services, org, release, refs, { caller, fetch });
  return { status: created || attached ? 201 : 208, json: showRelease(org, release) };
}

/** `POST /projects/{org}/{project}/releases/`: as above for one project; a held lock is a crash here. */
export async function createProjectRelease(exchange: ProjectExchange): Promise<Answer> {
  const body = parseProjectCreate(await exchange.body.data());
  const owner = findOwner(exchange, body.owner);
  const { release } = getOrCreate(exchange, { ...body, version: body.version ?? '', owner });
  updateStatus(release, body.status);
  const attached = attach(exchange, release, [exchange.project]);
  applyCommits(exchange, release, body.commits ?? [], errors.crash);
  return { status: attached ? 201 : 208, json: showRelease(exchange.org, release) };
}

function projectOf(visible: readonly Project[], given: unknown): Project {
  const wanted = typeof given === 'number' ? String(given) : given;
  const project = visible.find((candidate) => candidate.slug === wanted || String(candidate.id) === wanted);
  if (project === undefined) throw new ApiError({ status: 400, json: { projects: ['Invalid project ids or slugs'] } });
  return project;
}

function findOwner(exchange: OrgExchange, given: unknown): User | undefined {
  if (given === undefined || given === null || given === '') return undefined;
  const tokenUsers = exchange.services.tokens
    .filter((token) => token.org === exchange.org.slug)
    .flatMap((token) => (token.user === undefined ? [] : [token.user]));
  const wanted = String(given).replace(/^user:/, '');
  const owner = [...exchange.org.members, ...tokenUsers].find((user) =>
    [user.id, user.name, user.email].includes(wanted),
  );
  if (owner !== undefined) return owner;
  throw new ApiError({ status: 400, json: { owner: ['User does not have access to this organization'] } });
}

interface CreateFields {
  readonly version: string;
  readonly ref: string | null | undefined;
  readonly url: string | null | undefined;
  readonly dateReleased: number | null | undefined;
  readonly status: string | null | undefined;
  readonly owner: User | undefined;
}

/** The column holds 200 characters, the check before it lets more through: the database error is a 500. */
const URL_COLUMN = 200;

function getOrCreate(exchange: OrgExchange, fields: CreateFields): { release: Release; created: boolean } {
  const { services, org } = exchange;
  const known = org.releases.get(fields.version);
  if (known !== undefined) {
    if (services.options.releases === 'not-idempotent') throw errors.crash();
    return { release: known, created: false };
  }
  if (services.options.sharpEdges && (fields.url ?? '').length > URL_COLUMN) throw errors.crash();
  const release = newRelease(exchange, fields);
  org.releases.set(release.version, release);
  return { release, created: true };
}

function newRelease(exchange: OrgExchange, fields: CreateFields): Release {
  return {
    id: exchange.services.ids.next('release'),
    version: fields.version,
    status: fields.status === 'archived' ? 'archived' : 'open',
    ref: fields.ref ?? undefined,
    url: fields.url ?? undefined,
    owner: fields.owner,
    dateReleased: fields.dateReleased ?? undefined,
    dateCreated: exchange.services.clock.now(),
    userAgent: (header(exchange.request, 'user-agent') ?? '').slice(0, 256),
    projects: [],
    commits: [],
    headCommits: [],
    deploys: [],
    activities: [],
    commitLock: false,
    hasIssue: false,
  };
}

function checkForeignProjects(release: Release, visible: readonly Project[]): void {
  const foreign = release.projects.filter((project) => !visible.includes(project));
  if (foreign.length === 0) return;
  const names = foreign.map((project) => project.slug).join(', ');
  const message = `You do not have permission to one of the projects: ${names}`;
  throw new ApiError({ status: 400, json: { projects: [message] } });
}

function updateStatus(release: Release, status: string | null | undefined): void {
  if (status === 'open' || status === 'archived') release.status = status;
}

/** True when at least one project was not on the release before. */
function attach(exchange: OrgExchange, release: Release, projects: readonly Project[]): boolean {
  const added = [...new Set(projects)].filter((project) => !release.projects.includes(project));
  release.projects.push(...added);
  if (release.dateReleased === undefined) return added.length > 0;
  const at = exchange.services.clock.now();
  for (const project of added) release.activities.push({ kind: 'released', project: project.slug, at });
  return added.length > 0;
}

/** Sets commits unless the list is empty or somebody holds the lock. */
export function applyCommits(
  exchange: OrgExchange,
  release: Release,
  commits: readonly CommitInput[],
  locked: () => ApiError = lockedError,
): void {
  if (commits.length === 0) return;
  if (release.commitLock || exchange.effects.commitLock === true) throw locked();
  setCommits(exchange.services, exchange.org, release, commits);
}
