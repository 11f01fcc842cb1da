import type { Permission } from './auth/scopes.js';
import { assembleBundle, assembleRelease } from './bundles/assemble.js';
import { deleteBundle, listBundleFiles, listBundles, lookupArtifacts } from './bundles/lookup.js';
import { getChunkOptions } from './chunks/options.js';
import { uploadChunks } from './chunks/upload.js';
import type { ServerOptions } from './config.js';
import type { Answer } from './http/answer.js';
import type { Exchange, OrgExchange, ProjectExchange } from './http/exchange.js';
import type { LimitGroup } from './limits/ratelimit.js';
import * as organizations from './organizations/handlers.js';
import { createProjectRelease, createRelease } from './releases/create.js';
import { createDeploy, listDeploys } from './releases/deploys.js';
import * as releases from './releases/read.js';
import { updateProjectRelease, updateRelease } from './releases/update.js';

type Handler<Kind> = (exchange: Kind) => Answer | Promise<Answer>;

/** What one method of an endpoint does, by what its url names. */
export type Action =
  | { readonly scope: 'none'; readonly handle: Handler<Exchange> }
  | { readonly scope: 'org'; readonly handle: Handler<OrgExchange> }
  | { readonly scope: 'project'; readonly handle: Handler<ProjectExchange> };

/** One endpoint. */
export interface Route {
  /** With `{name}` segments. */
  readonly path: string;
  readonly permission: Permission;
  readonly methods: Readonly<Record<string, Action>>;
  /** Rate-limit group per method; `default` where absent. */
  readonly groups?: Readonly<Record<string, LimitGroup>>;
  /** False: a server with these options has no such endpoint. */
  readonly exists?: (options: ServerOptions) => boolean;
}

const none = (handle: Handler<Exchange>): Action => ({ scope: 'none', handle });
const org = (handle: Handler<OrgExchange>): Action => ({ scope: 'org', handle });
const project = (handle: Handler<ProjectExchange>): Action => ({ scope: 'project', handle });

const hasReleases = (options: ServerOptions) => options.releases !== 'absent';
const hasDeploys = (options: ServerOptions) => options.deploys && hasReleases(options);
const hasRepositories = (options: ServerOptions) => options.repositories;
const hasPrevious = (options: ServerOptions) => options.repositories && hasReleases(options);

const ORG = '/api/0/organizations/{org}';
const RELEASE = `${ORG}/releases/{version}`;
const PROJECT = '/api/0/projects/{org}/{project}';

const releaseRoutes: readonly Route[] = [
  {
    path: `${ORG}/releases/`,
    permission: 'release',
    methods: { GET: org(releases.listReleases), POST: org(createRelease) },
    groups: { GET: 'releases', POST: 'releases' },
    exists: hasReleases,
  },
  {
    path: `${RELEASE}/`,
    permission: 'release',
    methods: { GET: org(releases.getRelease), PUT: org(updateRelease), DELETE: org(releases.deleteRelease) },
    exists: hasReleases,
  },
  {
    path: `${RELEASE}/previous-with-commits/`,
    permission: 'release',
    methods: { GET: org(releases.getPreviousWithCommits) },
    groups: { GET: 'cli' },
    exists: hasPrevious,
  },
  {
    path: `${RELEASE}/commits/`,
    permission: 'release',
    methods: { GET: org(releases.listReleaseCommits) },
    exists: hasReleases,
  },
  {
    path: `${RELEASE}/commitfiles/`,
    permission: 'release',
    methods: { GET: org(releases.listCommitFiles) },
    exists: hasReleases,
  },
  {
    path: `${RELEASE}/deploys/`,
    permission: 'release',
    methods: { GET: org(listDeploys), POST: org(createDeploy) },
    exists: hasDeploys,
  },
  {
    path: `${RELEASE}/assemble/`,
    permission: 'release',
    methods: { POST: org(assembleRelease) },
    exists: hasReleases,
  },
];

const uploadRoutes: readonly Route[] = [
  {
    path: `${ORG}/chunk-upload/`,
    permission: 'release',
    methods: { GET: org(getChunkOptions), POST: org(uploadChunks) },
    groups: { GET: 'cli', POST: 'cli' },
  },
  { path: `${ORG}/artifactbundle/assemble/`, permission: 'release', methods: { POST: org(assembleBundle) } },
];

const projectRoutes: readonly Route[] = [
  {
    path: `${PROJECT}/releases/`,
    permission: 'release',
    methods: { GET: project(releases.listProjectReleases), POST: project(createProjectRelease) },
    groups: { POST: 'cli' },
    exists: hasReleases,
  },
  {
    path: `${PROJECT}/releases/{version}/`,
    permission: 'release',
    methods: { GET: project(releases.getProjectRelease), PUT: project(updateProjectRelease) },
    exists: hasReleases,
  },
  {
    path: `${PROJECT}/files/artifact-bundles/`,
    permission: 'release',
    methods: { GET: project(listBundles), DELETE: project(deleteBundle) },
  },
  {
    path: `${PROJECT}/artifact-bundles/{bundleId}/files/`,
    permission: 'release',
    methods: { GET: project(listBundleFiles) },
  },
  { path: `${PROJECT}/artifact-lookup/`, permission: 'release', methods: { GET: project(lookupArtifacts) } },
  { path: `${PROJECT}/`, permission: 'project', methods: { GET: project(organizations.getProject) } },
];

const organizationRoutes: readonly Route[] = [
  { path: '/api/0/', permission: 'open', methods: { GET: none(organizations.index) } },
  {
    path: '/api/0/organizations/',
    permission: 'organization',
    methods: { GET: none(organizations.listOrganizations) },
  },
  { path: '/api/0/projects/', permission: 'project', methods: { GET: none(organizations.listProjects) } },
  { path: `${ORG}/`, permission: 'organization', methods: { GET: org(organizations.getOrganization) } },
  { path: `${ORG}/projects/`, permission: 'organization', methods: { GET: org(organizations.listOrgProjects) } },
  {
    path: `${ORG}/repos/`,
    permission: 'integrations',
    methods: { GET: org(organizations.listRepositories) },
    groups: { GET: 'cli' },
    exists: hasRepositories,
  },
];

/** Every endpoint of the API. */
export const ROUTES: readonly Route[] = [...organizationRoutes, ...releaseRoutes, ...uploadRoutes, ...projectRoutes];

/** A route and the decoded values of its segments. */
export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the endpoint of a path; undefined when there is none (also for a segment that is no valid percent-encoding). */
export function findRoute(path: string, options: ServerOptions): RouteMatch | undefined {
  const segments = path.split('/');
  for (const route of ROUTES) {
    const params = matchPath(route.path.split('/'), segments);
    if (params !== undefined && route.exists?.(options) !== false) return { route, params };
  }
  return undefined;
}

function matchPath(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (!expected.startsWith('{')) {
      if (expected !== segment) return undefined;
      continue;
    }
    const value = decode(segment);
    // Django sees the decoded path: a name with a slash in it can never be addressed.
    if (value === undefined || value === '' || value.includes('/')) return undefined;
    params[expected.slice(1, -1)] = value;
  }
  return params;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
