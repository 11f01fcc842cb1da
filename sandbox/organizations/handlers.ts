import { visibleProjects } from '../auth/access.js';
import type { Answer } from '../http/answer.js';
import { errors } from '../http/answer.js';
import type { Exchange, OrgExchange, ProjectExchange } from '../http/exchange.js';
import { paged } from '../http/paging.js';
import { showRepository, showUser } from '../releases/show.js';
import type { Organization, Project } from '../state/types.js';

/** `GET /api/0/`: open to everybody; wrong credentials were refused before. */
export function index(exchange: Exchange): Answer {
  const { caller, services } = exchange;
  if (services.options.index === 'fixed') return { status: 200, json: { version: '0', auth: null, user: null } };
  const user = caller.user === undefined ? null : { ...showUser(caller.user), options: {} };
  if (services.options.index === 'no-scopes') return { status: 200, json: { version: '0', auth: null, user } };
  const hasAuth = caller.kind !== 'anonymous' && caller.kind !== 'session';
  return { status: 200, json: { version: '0', auth: hasAuth ? { scopes: caller.scopes ?? [] } : null, user } };
}

function showOrganization(organization: Organization, url: string) {
  return {
    id: String(organization.id),
    slug: organization.slug,
    name: organization.name,
    status: { id: 'active', name: 'active' },
    dateCreated: '2024-01-01T00:00:00Z',
    isEarlyAdopter: false,
    require2FA: organization.require2fa,
    features: ['release-health'],
    links: { organizationUrl: url, regionUrl: url },
  };
}

function showProject(project: Project, organization: Organization) {
  return {
    id: String(project.id),
    slug: project.slug,
    name: project.name,
    platform: project.platform ?? null,
    status: 'active',
    dateCreated: '2024-01-01T00:00:00Z',
    isBookmarked: false,
    isMember: true,
    hasAccess: true,
    features: [],
    teams: project.teams.map((slug) => ({ id: slug, slug, name: slug })),
    team: null,
    organization: { id: String(organization.id), slug: organization.slug, name: organization.name },
  };
}

/** `GET /organizations/`: those the caller belongs to. */
export function listOrganizations(exchange: Exchange): Answer {
  if (exchange.caller.kind === 'anonymous') throw errors.forbidden();
  const own = [...exchange.services.state.organizations.values()].filter(({ slug }) => slug === exchange.caller.org);
  return paged(exchange, own, (organization) => showOrganization(organization, exchange.services.url()));
}

/** `GET /organizations/{org}/` */
export function getOrganization(exchange: OrgExchange): Answer {
  return { status: 200, json: showOrganization(exchange.org, exchange.services.url()) };
}

/** `GET /organizations/{org}/projects/` */
export function listOrgProjects(exchange: OrgExchange): Answer {
  const visible = visibleProjects(exchange.caller, exchange.org, 'access');
  return paged(exchange, visible, (project) => showProject(project, exchange.org));
}

/** `GET /projects/` */
export function listProjects(exchange: Exchange): Answer {
  const rows = [...exchange.services.state.organizations.values()].flatMap((organization) =>
    visibleProjects(exchange.caller, organization, 'access').map((project) => ({ project, organization })),
  );
  return paged(exchange, rows, ({ project, organization }) => showProject(project, organization));
}

/** `GET /projects/{org}/{project}/` */
export function getProject(exchange: ProjectExchange): Answer {
  return { status: 200, json: showProject(exchange.project, exchange.org) };
}

/** `GET /organizations/{org}/repos/`, by name. */
export function listRepositories(exchange: OrgExchange): Answer {
  const { query } = exchange;
  const text = (query.get('query') ?? '').toLowerCase();
  const status = query.get('status') ?? 'active';
  const integration = query.get('integration_id');
  const rows = exchange.org.repositories
    .filter((repository) => status === '' || repository.status === status)
    .filter((repository) => repository.name.toLowerCase().includes(text))
    .filter((repository) => integration === null || repository.integrationId === integration)
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id));
  return paged(exchange, rows, showRepository);
}
