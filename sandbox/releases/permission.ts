import { seesRelease } from '../auth/access.js';
import { errors } from '../http/answer.js';
import type { OrgExchange } from '../http/exchange.js';
import type { Release } from '../state/types.js';

/** Sentry remembers the answer, also a refusal, so long. */
const CACHE_MS = 60_000;

interface Remembered {
  readonly sees: boolean;
  readonly until: number;
}

const caches = new WeakMap<object, Map<string, Remembered>>();

/** The release of a `{version}` url, or the 404 that a missing and a forbidden one share. */
export function releaseOf(exchange: OrgExchange): Release {
  const release = exchange.org.releases.get(exchange.params['version'] ?? '');
  if (release === undefined || !permitted(exchange, release)) throw errors.notFound();
  return release;
}

function permitted(exchange: OrgExchange, release: Release): boolean {
  const { services, caller, org } = exchange;
  if (!services.options.permissionCache) return seesRelease(caller, org, release);
  const cache = caches.get(services.state) ?? new Map<string, Remembered>();
  caches.set(services.state, cache);
  const key = JSON.stringify([caller.name, org.slug, release.version, exchange.query.getAll('project')]);
  const known = cache.get(key);
  if (known !== undefined && known.until > services.clock.now()) return known.sees;
  const sees = seesRelease(caller, org, release);
  cache.set(key, { sees, until: services.clock.now() + CACHE_MS });
  return sees;
}
