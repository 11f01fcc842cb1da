import type { Previous } from './previous.js';
import type { CommitSource } from './source.js';

/** How far back a tag is looked for. */
const WINDOW = 250;

/**
 * The newest tag before `head`, the tags of `head` itself left out. In a monorepo tags differ in what stands before the
 * version (`web@1.2.0`, `api@3.0.0`): a run for a tag is only compared with tags of its own kind, if there are any.
 */
export async function previousTag(
  source: CommitSource,
  head: string,
  ref: string | undefined,
): Promise<Previous | undefined> {
  const tags = await source.tags();
  if (tags.size === 0) return undefined;
  const own = ref?.startsWith('refs/tags/') ? kindOf(ref.slice('refs/tags/'.length)) : undefined;
  const all = [...tags.values()].flat();
  const sameKind = own !== undefined && all.filter((name) => kindOf(name) === own).length > 1;
  for (const { sha } of (await source.latest(head, WINDOW)).slice(1)) {
    const name = tags.get(sha)?.find((tag) => !sameKind || kindOf(tag) === own);
    if (name !== undefined) return { revision: sha, why: `tag ${name}` };
  }
  return undefined;
}

/** `web@1.2.0` → `web@`, `v3` → `v`. */
function kindOf(tag: string): string {
  return tag.replace(/\d+(?:\.\d+)*(?:[-+.].*)?$/, '');
}
