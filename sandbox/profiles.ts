import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerOptions } from './config.js';

/** Servers that speak the protocol, each as a file in sandbox/profiles. */
export const PROFILES = ['sentry-io', 'self-hosted', 'glitchtip', 'bugsink'] as const;

const FOLDER = fileURLToPath(new URL('./profiles', import.meta.url));

/** The options of a profile. Throws on a name that is none. */
export function profileOptions(name: string | undefined): Partial<ServerOptions> {
  if (name === undefined) return {};
  if (!PROFILES.some((known) => known === name)) {
    throw new Error(`unknown profile "${name}"; there are ${PROFILES.join(', ')}`);
  }
  return (JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as { options: Partial<ServerOptions> })
    .options;
}
