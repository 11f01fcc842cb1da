import type { OrganizationConfig, SandboxConfig, TokenConfig } from './config.js';

/** What a sandbox without a config holds: organization `acme`, project `web`, a connected repository. */
export const DEFAULT_ORGANIZATIONS: readonly OrganizationConfig[] = [
  {
    slug: 'acme',
    name: 'Acme',
    projects: [
      { slug: 'web', name: 'Web', platform: 'javascript' },
      { slug: 'api', name: 'API', platform: 'node' },
    ],
    repositories: [
      {
        name: 'acme/web',
        url: 'https://github.com/acme/web',
        provider: 'integrations:github',
        externalSlug: 'acme/web',
        externalId: '1',
        integrationId: '1',
      },
    ],
  },
];

/** An organization token with the payload a real one has, so that clients can read the url and the slug out of it. */
export function makeOrgToken(payload: { readonly url: string; readonly org: string; readonly secret: string }): string {
  const claims = { iat: 1_700_000_000.5, url: payload.url, region_url: payload.url, org: payload.org };
  const secret = Buffer.from(payload.secret.padEnd(32, '.').slice(0, 32)).toString('base64').replace(/=+$/, '');
  return `sntrys_${Buffer.from(JSON.stringify(claims)).toString('base64')}_${secret.replaceAll('_', '-')}`;
}

/** The documented tokens of a sandbox without a config; secrets are fixed, they open nothing else. */
export function defaultTokens(url: string): readonly TokenConfig[] {
  const hex = (digit: string) => digit.repeat(64);
  return [
    {
      name: 'org',
      kind: 'org',
      org: 'acme',
      token: makeOrgToken({ url, org: 'acme', secret: 'sandbox-demo-organization-token' }),
      scopes: ['org:ci'],
    },
    { name: 'user', kind: 'user', org: 'acme', token: `sntryu_${hex('a')}`, scopes: USER_SCOPES },
    { name: 'integration', kind: 'integration', org: 'acme', token: `sntryi_${hex('b')}`, scopes: USER_SCOPES },
    { name: 'read-only', kind: 'user', org: 'acme', token: `sntryu_${hex('c')}`, scopes: ['org:read', 'project:read'] },
    { name: 'revoked', kind: 'user', org: 'acme', token: `sntryu_${hex('d')}`, scopes: USER_SCOPES, revoked: true },
  ];
}

const USER_SCOPES = ['org:read', 'project:read', 'project:write', 'project:releases'];

/** Fills in what a config leaves out. */
export function withDefaults(config: SandboxConfig): SandboxConfig {
  return { ...config, organizations: config.organizations ?? DEFAULT_ORGANIZATIONS };
}
