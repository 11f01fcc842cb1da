import ignore from 'ignore';
import type { FileChange } from './source.js';

/** Tells whether a commit belongs to a package of a monorepo. */
export type PathFilter = (files: readonly FileChange[]) => boolean;

/** Alternatives a pattern may stand for; beyond that its braces are plain characters. */
const MAX_ALTERNATIVES = 100;

/**
 * Compiles `commits_path`: globs relative to the root of the repository, with `*`, `**`, `?`, `[…]` and `{a,b}`. A pattern
 * that names a folder covers all in it, `.` the whole repository; `!pattern` takes away, wherever it stands in the list.
 * undefined when there are none.
 */
export function compilePaths(patterns: readonly string[]): PathFilter | undefined {
  if (patterns.length === 0) return undefined;
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'));
  // Only exclusions: everything else.
  const include = matcher(wanted.length === 0 ? ['**'] : wanted);
  const exclude = matcher(patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1)));
  return (files) => files.some(({ path }) => include.ignores(path) && !exclude.ignores(path));
}

function matcher(patterns: readonly string[]) {
  const relative = patterns.flatMap(expandBraces).map((pattern) => pattern.replace(/^(?:\.?\/)+/, ''));
  // A matrix of packages has `.` for the one at the root; as a pattern it would be a file of that name.
  const anchored = relative.map((pattern) => (pattern === '' || pattern === '.' ? '/**' : `/${pattern}`));
  return ignore({ ignorecase: false, allowRelativePaths: true }).add(anchored);
}

/** `a/{b,c}/d` → `a/b/d`, `a/c/d`; nested braces too. */
function expandBraces(pattern: string): readonly string[] {
  let done: string[] = [];
  let open = [pattern];
  while (open.length > 0) {
    const next: string[] = [];
    for (const text of open) {
      const match = /^(.*?)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(text);
      const [, before, body, after] = match ?? [];
      if (before === undefined || body === undefined || after === undefined) done.push(text);
      else next.push(...body.split(',').map((choice) => `${before}${choice}${after}`));
    }
    if (done.length + next.length > MAX_ALTERNATIVES) return [pattern];
    open = next;
  }
  done = [...new Set(done)];
  return done;
}
