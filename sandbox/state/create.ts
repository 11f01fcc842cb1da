import type { OrganizationConfig, RepositoryConfig, SandboxConfig, UserConfig } from '../config.js';
import type { Organization, Project, Repository, SandboxState, User } from './types.js';

/** Counters of everything Sentry numbers across the server. */
export interface Ids {
  next(kind: 'organization' | 'project' | 'repository' | 'release' | 'deploy' | 'bundle' | 'user'): number;
}

/** Ids from 1, kind by kind. */
export function createIds(): Ids {
  const last = new Map<string, number>();
  return {
    next(kind) {
      const value = (last.get(kind) ?? 0) + 1;
      last.set(kind, value);
      return value;
    },
  };
}

/** The state before the first request. */
export function createState(config: Pick<SandboxConfig, 'organizations'>, ids: Ids, now: number): SandboxState {
  const organizations = new Map<string, Organization>();
  for (const organization of config.organizations ?? []) {
    organizations.set(organization.slug, createOrganization(organization, ids, now));
  }
  return { organizations };
}

function createOrganization(config: OrganizationConfig, ids: Ids, now: number): Organization {
  const organization: Organization = {
    id: config.id ?? ids.next('organization'),
    slug: config.slug,
    name: config.name ?? config.slug,
    openMembership: config.openMembership ?? true,
    require2fa: config.require2fa ?? false,
    noCompression: config.noCompression ?? false,
    projects: new Map(),
    repositories: [],
    members: (config.members ?? []).map((member) => createUser(member, ids)),
    releases: new Map(),
    bundles: [],
    chunks: new Map(),
    commits: new Map(),
    fetchJobs: [],
    assembleStatus: new Map(),
  };
  for (const project of config.projects ?? []) addProject(organization, project, ids);
  for (const repository of config.repositories ?? []) addRepository(organization, repository, ids, now);
  return organization;
}

/** Adds a project to an organization. */
export function addProject(
  organization: Organization,
  config: NonNullable<OrganizationConfig['projects']>[number],
  ids: Ids,
): Project {
  const project: Project = {
    id: config.id ?? ids.next('project'),
    slug: config.slug,
    name: config.name ?? config.slug,
    platform: config.platform,
    teams: [...(config.teams ?? ['everyone'])],
    status: config.status ?? 'active',
    formerSlugs: config.formerSlugs ?? [],
  };
  organization.projects.set(project.slug, project);
  return project;
}

/** Adds a repository row, as an integration does, or as `commits` do for an unknown name (no provider). */
export function addRepository(organization: Organization, config: RepositoryConfig, ids: Ids, now: number): Repository {
  const repository: Repository = {
    id: ids.next('repository'),
    name: config.name,
    url: config.url,
    provider: config.provider,
    externalSlug: config.externalSlug,
    externalId: config.externalId,
    integrationId: config.integrationId,
    status: config.status ?? 'active',
    dateCreated: now,
    history: config.history,
  };
  organization.repositories.push(repository);
  return repository;
}

/** A user with what is not given made up from the id. */
export function createUser(config: UserConfig, ids: Ids): User {
  const id = config.id ?? String(ids.next('user'));
  const email = config.email ?? `user-${id}@sandbox.example`;
  return { id, email, name: config.name ?? email };
}
