import type { SourceFile } from './types.js';

/**
 * Maps of the same file name whose path differs from the wanted one in exactly one folder: `code/a.js.map` and
 * `maps/a.js.map`. Builds that keep maps out of the deployed tree put them so.
 *
 * @param sameFileName maps with the file name of `wanted`
 */
export function siblings(wanted: string, sameFileName: readonly SourceFile[]): SourceFile[] {
  const parts = wanted.split('/');
  return sameFileName.filter(({ name }) => {
    const others = name.split('/');
    return others.length === parts.length && parts.filter((part, index) => part !== others[index]).length === 1;
  });
}
