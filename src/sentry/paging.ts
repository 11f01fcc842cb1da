/** Sentry's `Link` header: two links, each with `rel`, `results` and `cursor`. */

/** Pages read of one list at most: a server that always has another page must not keep us forever. */
export const MAX_PAGES = 100;

/**
 * The cursor of the next page, or undefined when there is none. Only the cursor is taken, never the address: the request is
 * built again from our own, so a hostile `Link` leads nowhere.
 */
export function nextCursor(link: string | undefined): string | undefined {
  for (const part of (link ?? '').split(/,\s*(?=<)/)) {
    if (!/;\s*rel="next"/.test(part) || !/;\s*results="true"/.test(part)) continue;
    return /;\s*cursor="([^"]{1,200})"/.exec(part)?.[1];
  }
  return undefined;
}
