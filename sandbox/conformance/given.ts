import { Inexpressible } from './case.js';
import { BUNDLE_PHRASES } from './given-bundles.js';
import { ORGANIZATION_PHRASES } from './given-organization.js';
import { RATE_PHRASES } from './given-rate.js';
import { RELEASE_PHRASES } from './given-releases.js';
import { UPLOAD_PHRASES } from './given-uploads.js';
import type { World } from './world.js';

/** A phrase of the grammar. `apply` returns false when, on a closer look, it is not meant. */
export interface Phrase {
  readonly form: RegExp;
  readonly apply: (world: World, groups: readonly string[]) => unknown;
}

const PHRASES: readonly Phrase[] = [
  ...UPLOAD_PHRASES,
  ...RATE_PHRASES,
  ...ORGANIZATION_PHRASES,
  ...BUNDLE_PHRASES,
  ...RELEASE_PHRASES,
];

/**
 * Turns the text of a case into a world. Clauses stand between semicolons; one that is understood only in parts is split at
 * its commas. What is not understood makes the case inexpressible.
 */
export function understand(world: World, text: string): void {
  for (const clause of splitClauses(text)) {
    if (applyPhrase(world, clause)) continue;
    const parts = clause.split(/,\s+(?:and\s+|then\s+)?/);
    const unknown = parts.length === 1 ? clause : parts.find((part) => !applyPhrase(world, part.trim()));
    if (unknown !== undefined) throw new Inexpressible(`the text is not understood: "${unknown}"`);
  }
}

function splitClauses(text: string): string[] {
  return text
    .split(';')
    .map((clause) => clause.trim().replace(/(?<!\.)\.$/, ''))
    .filter((clause) => clause !== '');
}

function applyPhrase(world: World, clause: string): boolean {
  for (const { form, apply } of PHRASES) {
    const match = form.exec(clause);
    if (
      match !== null &&
      apply(
        world,
        match.slice(1).map((group) => group ?? ''),
      ) !== false
    )
      return true;
  }
  return false;
}
