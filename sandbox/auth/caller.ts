import type { User } from '../state/types.js';

/** Who sent a request, after authentication. */
export interface Caller {
  readonly kind: 'anonymous' | 'user' | 'org' | 'integration' | 'app' | 'apikey' | 'session';
  /** The config's name of the token; undefined for anonymous callers. */
  readonly name: string | undefined;
  /** Slug of its organization. */
  readonly org: string | undefined;
  readonly user: User | undefined;
  /** undefined: a session, which has every scope. */
  readonly scopes: readonly string[] | undefined;
  /** undefined: all teams. */
  readonly teams: readonly string[] | undefined;
  readonly has2fa: boolean;
}

export const ANONYMOUS: Caller = {
  kind: 'anonymous',
  name: undefined,
  org: undefined,
  user: undefined,
  scopes: [],
  teams: [],
  has2fa: true,
};
