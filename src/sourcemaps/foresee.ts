import { guessMap } from './guess.js';
import { indexMaps, type PairOptions } from './map-index.js';
import { sortByBytes } from './paths.js';
import type { Reference } from './reference.js';
import { cutQuery, resolveReference } from './resolve.js';
import type { ForeseenUnit, SourceFile } from './types.js';
import { explain } from './unpaired.js';

/** As much of a reference as pairing looks at. */
type Named = Pick<Reference, 'reference' | 'inline'>;

/** A set of files, divided by what their names suggest. */
export interface Foreseen {
  /** In archive order. */
  readonly foreseen: readonly ForeseenUnit[];
  /** In the order given: scripts that may have a map of another name, and maps without a script of theirs. */
  readonly others: readonly SourceFile[];
}

/**
 * Puts each script together with the map beside it that has its name and `.map`, as bundlers write them; a script beside which
 * there is no map that could be its own stays alone. Looking into the scripts first would mean to open and read each of them
 * twice: a tenth of the time of a big build.
 */
export function foresee(files: readonly SourceFile[], options: PairOptions): Foreseen {
  const index = indexMaps(
    files.filter(({ kind }) => kind === 'map'),
    options,
  );
  const foreseen: ForeseenUnit[] = [];
  const taken = new Set<SourceFile>();
  for (const js of files) {
    if (js.kind !== 'js') continue;
    const map = index.byName.get(`${js.name}.map`);
    if (map !== undefined) {
      foreseen.push({ js, map, foreseen: true });
      taken.add(js).add(map);
    } else if (guessMap(js.name, index.byName) === undefined) {
      foreseen.push({ js, foreseen: true, unpaired: explain(js, { reason: 'no-reference' }, index) });
      taken.add(js);
    }
  }
  return {
    foreseen: sortByBytes(foreseen, ({ js }) => js.url),
    others: files.filter((file) => !taken.has(file)),
  };
}

/**
 * Whether a script's own word is what was foreseen. A map that lies beside the script and is named by it can be claimed by no other
 * script with more right (`pairFiles`), so the unit is right whatever other files say.
 *
 * @param reference undefined when the script names no map
 */
export function isAsForeseen({ js, map }: ForeseenUnit, reference: Named | undefined): boolean {
  const namesNone = reference === undefined || reference.inline || cutQuery(reference.reference) === '';
  if (map === undefined) return namesNone;
  if (namesNone) return false;
  const resolved = resolveReference(reference.reference, js.name);
  return resolved.kind === 'names' && resolved.names[0] === map.name;
}
