import type { Target } from './target.js';

/** Where in Sentry a token of this kind is made or changed: a path a person can follow, and its address. */
export function tokenPage(target: Target): string {
  const { webUrl, org, token } = target;
  const settings = `${webUrl}/settings/${encodeURIComponent(org)}`;
  const integration = `Settings > Custom Integrations (older servers: Developer Settings) > your internal integration (${settings}/developer-settings/)`;
  const personal = `User settings > Personal Tokens (${webUrl}/settings/account/api/auth-tokens/)`;
  switch (token.kind) {
    case 'organization':
      return `Settings > Organization Tokens (${settings}/auth-tokens/)`;
    case 'user':
      return personal;
    case 'hex':
      return `${integration}, or ${personal} when it is a person's token`;
    default:
      return integration;
  }
}

/** How messages call the token. */
export function tokenName(target: Target): string {
  const names = {
    integration: 'integration token',
    organization: 'organization token',
    user: 'user token',
    hex: 'token',
    opaque: 'token',
  } as const;
  return names[target.token.kind];
}
