import { ActionError } from '../errors.js';
import type { Log } from '../log.js';
import type { ApiRoot, ProjectProbe, SentryApi } from '../sentry/types.js';
import { tokenName, tokenPage } from './pages.js';
import { excess, holds, LISTS_REPOSITORIES, WRITES_RELEASES } from './scopes.js';
import type { Target } from './target.js';

/** What the check learned. */
export interface TokenCheck {
  /** One line for the report. */
  readonly detail: string;
  /** undefined: the server names no scopes. */
  readonly scopes: readonly string[] | undefined;
  /** False when it is known that the token may not list repositories, so that commits must come another way. */
  readonly canListRepositories: boolean;
}

/**
 * Finds out, before anything is written, whether the token is alive, may write releases, and sees every project. Sentry's own
 * answers to the first write are the same "403" or "400" for a dozen causes; here each has its text and next step.
 *
 * @throws ActionError `token-rejected`, `scope-missing`, `org-unknown`, `org-mismatch`, `project-unknown` or `project-forbidden`
 */
export async function checkToken(
  api: Pick<SentryApi, 'root' | 'probeProject'>,
  target: Target,
  projects: readonly string[],
  log: Log,
): Promise<TokenCheck> {
  const { scopes } = await rejectedAs(target, () => rootOf(api, target, log));
  const canListRepositories = scopes === undefined ? true : checkScopes(scopes, target, log);
  const probes = await rejectedAs(target, () => Promise.all(projects.map((project) => api.probeProject(project))));
  judgeProjects(probes, target, projects);
  return { detail: describe(target, scopes, projects, probes), scopes, canListRepositories };
}

/**
 * Regions of sentry.io need not have the root, and servers that speak Sentry's protocol may have none: 404 there says nothing
 * about the token, and the projects are asked next.
 */
async function rootOf(api: Pick<SentryApi, 'root'>, target: Target, log: Log): Promise<Pick<ApiRoot, 'scopes'>> {
  const root = await api.root().catch((error: unknown) => {
    if (error instanceof ActionError && error.status === 404) return { scopes: undefined };
    throw error;
  });
  if (root.scopes === undefined) {
    log.notice(
      `${target.baseUrl} does not say what the token may do; a missing scope will show when something is written.`,
      {
        title: 'Scopes unknown',
      },
    );
  }
  return root;
}

/** Turns a 401 into the message on the token; everything else passes. */
async function rejectedAs<T>(target: Target, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ActionError) || error.status !== 401) throw error;
    const region = target.token.regionUrl;
    const elsewhere =
      region !== undefined && region !== target.baseUrl
        ? ` The token names the region ${region}; if that is where your data is, set url to it.`
        : ` A token is only known to the server it was made on; this run asked ${target.baseUrl}.`;
    throw new ActionError(
      'token-rejected',
      `Sentry does not accept the ${tokenName(target)}: it is revoked, expired or mistyped. ${error.message}`,
      {
        status: 401,
        cause: error,
        hint: `Make a new one at ${tokenPage(target)} and store it in the secret.${elsewhere}`,
      },
    );
  }
}

/** Returns whether repositories can be listed. */
function checkScopes(scopes: readonly string[], target: Target, log: Log): boolean {
  if (!holds(scopes, WRITES_RELEASES)) {
    throw new ActionError(
      'scope-missing',
      `The ${tokenName(target)} may not write releases: it lacks the scope project:releases (or org:ci). It has ${listed(scopes)}`,
      { hint: scopeHint(target) },
    );
  }
  const more = excess(scopes);
  if (more.length > 0) {
    log.notice(
      `The ${tokenName(target)} may do more than a release needs: ${more.join(', ')}. project:releases and org:read are enough.`,
      { title: 'Least privilege' },
    );
  }
  const canList = holds(scopes, LISTS_REPOSITORIES);
  if (!canList) {
    log.notice(
      'The token has no org:read, so the repositories connected in Sentry cannot be listed; commits are read from GitHub or git instead.',
      { title: 'Commits' },
    );
  }
  return canList;
}

function scopeHint(target: Target): string {
  const page = tokenPage(target);
  switch (target.token.kind) {
    case 'integration':
      return `Open ${page} and set the permission Release to Admin, and Organization to Read. The token stays the same.`;
    case 'organization':
      return `Make a new organization token at ${page}; they always have org:ci.`;
    case 'user':
      return `The scopes of a user token cannot be changed. Make one with project:releases and org:read at ${page}.`;
    default:
      return `Give it project:releases (permission Release: Admin) and org:read at ${page}.`;
  }
}

function judgeProjects(probes: readonly ProjectProbe[], target: Target, projects: readonly string[]): void {
  const those = (probe: ProjectProbe) => projects.filter((_, index) => probes[index] === probe);
  if (probes.includes('org-unknown')) {
    throw new ActionError('org-unknown', `Sentry has no organization ${target.org} (asked ${target.baseUrl})`, {
      hint: `Check org or SENTRY_ORG: it is the slug in the address of the organization, as in ${target.webUrl}/organizations/SLUG/. Organizations in another region or on another server need url.`,
    });
  }
  const forbidden = those('forbidden');
  if (forbidden.length > 0) throw refused(forbidden, forbidden.length === projects.length, target);
  const unknown = those('project-unknown');
  if (unknown.length > 0) {
    throw new ActionError(
      'project-unknown',
      `Organization ${target.org} has no project ${quoted(unknown)} (asked ${target.baseUrl})`,
      {
        hint: `Check projects or SENTRY_PROJECT: the slugs are at ${target.webUrl}/organizations/${target.org}/projects/. A slug is not the project's title.`,
      },
    );
  }
}

/** 403: an integration sees all projects of its organization, so all refused means another organization. */
function refused(projects: readonly string[], all: boolean, target: Target): ActionError {
  const name = tokenName(target);
  if (all) {
    return new ActionError(
      'org-mismatch',
      `The ${name} has no access to organization ${target.org} (tried project ${quoted(projects)}, 403)`,
      {
        status: 403,
        hint: `It was made in another organization, or its owner is no member. Use a token made in ${target.org}: ${tokenPage(target)}.`,
      },
    );
  }
  return new ActionError(
    'project-forbidden',
    `The ${name} may not see project ${quoted(projects)} of ${target.org} (403)`,
    {
      status: 403,
      hint: "A user's token sees only the projects of the user's teams. Join a team of the project, or use an internal integration, which sees all.",
    },
  );
}

function describe(
  target: Target,
  scopes: readonly string[] | undefined,
  projects: readonly string[],
  probes: readonly ProjectProbe[],
): string {
  const found = projects.filter((_, index) => probes[index] === 'ok');
  const may = scopes === undefined ? 'scopes unknown' : scopes.join(', ');
  const sees = found.length > 0 ? `; sees ${found.join(', ')}` : '';
  return `${tokenName(target)} for ${target.org} at ${target.baseUrl} (${may})${sees}`;
}

function listed(scopes: readonly string[]): string {
  return scopes.length > 0 ? scopes.join(', ') : 'no scope at all';
}

function quoted(slugs: readonly string[]): string {
  return slugs.map((slug) => `"${slug}"`).join(', ');
}
