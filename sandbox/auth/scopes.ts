/** Which scopes open which method, by Sentry's permission classes. One scope of the cell is enough. */
const releaseRead = ['project:read', 'project:write', 'project:admin', 'project:releases', 'org:ci'];
const releaseWrite = ['project:write', 'project:admin', 'project:releases', 'org:ci'];
const releaseDelete = ['project:admin', 'project:releases'];
const integrations = ['org:read', 'org:write', 'org:admin', 'org:integrations'];

type ScopeMap = Readonly<Record<string, readonly string[]>>;

export const PERMISSIONS = {
  /** OrganizationReleasePermission and ProjectReleasePermission. */
  release: { GET: releaseRead, POST: releaseWrite, PUT: releaseWrite, DELETE: releaseDelete },
  /** OrganizationIntegrationsLoosePermission. */
  integrations: {
    GET: [...integrations, 'org:ci'],
    POST: integrations,
    PUT: integrations,
    DELETE: ['org:admin', 'org:integrations'],
  },
  /** OrganizationPermission. */
  organization: {
    GET: ['org:read', 'org:write', 'org:admin'],
    POST: ['org:write', 'org:admin'],
    PUT: ['org:write', 'org:admin'],
    DELETE: ['org:admin'],
  },
  /** ProjectPermission. */
  project: {
    GET: ['project:read', 'project:write', 'project:admin'],
    POST: ['project:write', 'project:admin'],
    PUT: ['project:write', 'project:admin'],
    DELETE: ['project:admin'],
  },
} as const satisfies Record<string, ScopeMap>;

/** `open`: the endpoint has no permission class. */
export type Permission = keyof typeof PERMISSIONS | 'open';

/** Implications that are stored with a user's token when it is made: write holds read, admin holds both. */
export function withImplied(scopes: readonly string[]): string[] {
  const all = new Set(scopes);
  for (const scope of scopes) {
    const [resource, level] = scope.split(':');
    if (level === 'write' || level === 'admin') all.add(`${resource}:read`);
    if (level === 'admin') all.add(`${resource}:write`);
    if (scope === 'org:admin') all.add('org:integrations');
  }
  return [...all];
}

/** True when one of the caller's scopes opens the method. `undefined` scopes are a session's: all. */
export function mayCall(permission: Permission, method: string, scopes: readonly string[] | undefined): boolean {
  if (permission === 'open' || scopes === undefined) return true;
  const map: ScopeMap = PERMISSIONS[permission];
  const wanted = map[method === 'HEAD' ? 'GET' : method] ?? [];
  return scopes.some((scope) => wanted.includes(scope));
}
