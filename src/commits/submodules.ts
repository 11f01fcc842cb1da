import type { Git } from './git.js';
import { parseVcsUrl, type VcsUrl } from './vcs-url.js';

/** A submodule of the checkout, at the commit that the released commit records for it. */
export interface Submodule {
  readonly path: string;
  readonly url: VcsUrl;
  readonly commit: string;
}

/** The submodules of the checkout at `head`; they need not be checked out themselves. Empty without a checkout. */
export async function findSubmodules(
  git: Git,
  head: string,
  ownUrl: string | undefined,
): Promise<readonly Submodule[]> {
  const modules = await git.run(['config', '-z', '--blob', `${head}:.gitmodules`, '--get-regexp', '^submodule\\.']);
  if (modules.exitCode !== 0 || modules.cut) return [];
  const settings = parseModules(modules.stdout);
  const submodules: Submodule[] = [];
  for (const { path, url } of settings) {
    const commit = await recordedCommit(git, head, path);
    if (commit !== undefined) submodules.push({ path, url: parseVcsUrl(absolute(url, ownUrl)), commit });
  }
  return submodules;
}

function parseModules(text: string): readonly { readonly path: string; readonly url: string }[] {
  const byName = new Map<string, { path?: string; url?: string }>();
  for (const entry of text.split('\0')) {
    const match = /^submodule\.([\s\S]*)\.(path|url)\n([\s\S]*)$/.exec(entry);
    const [, name, key, value] = match ?? [];
    if (name === undefined || value === undefined) continue;
    byName.set(name, { ...byName.get(name), [key === 'path' ? 'path' : 'url']: value });
  }
  return [...byName.values()].flatMap(({ path, url }) =>
    path === undefined || url === undefined ? [] : [{ path, url }],
  );
}

async function recordedCommit(git: Git, head: string, path: string): Promise<string | undefined> {
  // :(literal) because a path may hold what git takes for a pattern.
  const answer = await git.run(['ls-tree', '-z', '--full-tree', head, '--', `:(literal)${path}`]);
  return /^160000 commit ([0-9a-f]{40,64})\t/.exec(answer.stdout)?.[1];
}

// `../lib.git` is relative to the URL of the repository that holds the submodule.
function absolute(url: string, ownUrl: string | undefined): string {
  if (ownUrl === undefined || !/^\.{1,2}\//.test(url)) return url;
  let base = ownUrl.replace(/\/+$/, '');
  let rest = url;
  for (;;) {
    if (rest.startsWith('../')) {
      base = base.replace(/[/:][^/:]*$/, '');
      rest = rest.slice(3);
    } else if (rest.startsWith('./')) rest = rest.slice(2);
    else return `${base}/${rest}`;
  }
}
