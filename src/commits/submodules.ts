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
  const commits = await recordedCommits(
    git,
    head,
    settings.map(({ path }) => path),
  );
  return settings.flatMap(({ path, url }) => {
    const commit = commits.get(path);
    return commit === undefined ? [] : [{ path, url: parseVcsUrl(absolute(url, ownUrl)), commit }];
  });
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

/** Paths on one command line; Windows allows 32,767 characters. */
const BATCH = 100;

/** Commits by path. Many paths a command: anybody who opens a pull request writes the list, and it may have thousands. */
async function recordedCommits(git: Git, head: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const commits = new Map<string, string>();
  const inside = paths.filter((path) => !OUTSIDE.test(path));
  for (let at = 0; at < inside.length; at += BATCH) {
    // :(literal) because a path may hold what git takes for a pattern.
    const batch = inside.slice(at, at + BATCH).map((path) => `:(literal)${path}`);
    const answer = await git.run(['ls-tree', '-z', '--full-tree', head, '--', ...batch]);
    for (const entry of answer.stdout.split('\0')) {
      const [, commit, path] = /^160000 commit ([0-9a-f]{40,64})\t([\s\S]*)$/.exec(entry) ?? [];
      if (commit !== undefined && path !== undefined) commits.set(path, commit);
    }
  }
  return commits;
}

/** One path outside the repository makes git refuse all that stand beside it; in a `.gitmodules` it takes none either. */
const OUTSIDE = /^[\\/]|^[a-z]:|(?:^|[\\/])\.\.(?:[\\/]|$)/i;

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
