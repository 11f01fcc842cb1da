/** Which scopes of Sentry's API do what, as its permission classes have it (any one of a list is enough). */

/** Create and change releases, upload source maps. */
export const WRITES_RELEASES = ['project:releases', 'org:ci', 'project:write', 'project:admin'] as const;

/** List the repositories that are connected in Sentry. */
export const LISTS_REPOSITORIES = ['org:read', 'org:ci', 'org:write', 'org:admin', 'org:integrations'] as const;

/** What a leaked token should not be able to do, and no release needs. */
const POWERFUL: ReadonlySet<string> = new Set([
  'org:write',
  'org:admin',
  'org:integrations',
  'member:invite',
  'member:write',
  'member:admin',
  'team:write',
  'team:admin',
  'project:write',
  'project:admin',
  'event:write',
  'event:admin',
  'alerts:write',
]);

/** True when one of `any` is there. */
export function holds(scopes: readonly string[], any: readonly string[]): boolean {
  return any.some((scope) => scopes.includes(scope));
}

/** The scopes that do more than a release needs. */
export function excess(scopes: readonly string[]): string[] {
  const minimal = holds(scopes, ['project:releases', 'org:ci']);
  // Without these two, project:write or project:admin is what lets the run write: not more than it needs.
  return scopes.filter((scope) => POWERFUL.has(scope) && (minimal || !/^project:(?:write|admin)$/.test(scope)));
}
