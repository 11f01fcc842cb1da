import { errors } from '../http/answer.js';
import type { Organization, Project, Release } from '../state/types.js';
import { unauthorized } from './authenticate.js';
import type { Caller } from './caller.js';

/** By slug or numeric id; throws the 404 of organization urls. */
export function findOrganization(organizations: Iterable<Organization>, slugOrId: string): Organization {
  for (const organization of organizations) {
    if (organization.slug === slugOrId || String(organization.id) === slugOrId) return organization;
  }
  throw errors.notFound();
}

/** Object-level access to an organization: 403, or the 401 of missing two-factor authentication. */
export function checkOrgAccess(caller: Caller, organization: Organization): void {
  if (caller.org !== organization.slug) throw errors.forbidden();
  const isPerson = caller.kind === 'user' || caller.kind === 'app' || caller.kind === 'session';
  if (organization.require2fa && isPerson && !caller.has2fa) {
    throw unauthorized({
      code: '2fa-required',
      message: 'Organization requires two-factor authentication to be enabled',
      extra: {},
    });
  }
}

/** `membership`: only projects of the caller's teams; `access`: what open membership lets through too. */
export type Reach = 'membership' | 'access';

/** The active projects a caller sees. */
export function visibleProjects(caller: Caller, organization: Organization, reach: Reach): Project[] {
  const active = [...organization.projects.values()].filter((project) => project.status === 'active');
  if (caller.org !== organization.slug) return [];
  switch (caller.kind) {
    case 'anonymous':
      return [];
    case 'org':
      return caller.scopes?.includes('org:ci') ? active : [];
    case 'apikey':
      return caller.scopes?.some((scope) => scope === 'project:releases' || scope === 'project:write') ? active : [];
    case 'integration':
      return active;
    default:
      return reach === 'access' && organization.openMembership
        ? active
        : active.filter((project) => caller.teams === undefined || onTeam(project, caller.teams));
  }
}

function onTeam(project: Project, teams: readonly string[]): boolean {
  return project.teams.some((team) => teams.includes(team));
}

/** A release is open to whoever sees at least one of its projects. */
export function seesRelease(caller: Caller, organization: Organization, release: Release): boolean {
  const visible = visibleProjects(caller, organization, 'access');
  return release.projects.some((project) => visible.includes(project));
}
