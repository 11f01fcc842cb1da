/**
 * Globs of the `sourcemaps` input: `*`, `?`, `[a-z]`, `[!a-z]`, `**`, `{a,b}` and `\` before a special character. The walk
 * itself is discovery's (expand.ts): it needs to look at every link before it is followed, and to leave out ignored folders
 * without reading them, which no glob library lets us do.
 */

const MAGIC = /[*?[{]/;

/** Whether a pattern (or one segment) has anything to expand. */
export function hasMagic(text: string): boolean {
  return MAGIC.test(text);
}

/** How one path segment is compared. `any-depth` is `**`. */
export type Segment =
  | { readonly kind: 'any-depth' }
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'match'; readonly test: RegExp; readonly dot: boolean; readonly namesExtension: boolean };

/** Compiles one segment. `ignoreCase` is for Windows, where the file system does not tell `App.js` from `app.js`. */
export function compileSegment(segment: string, ignoreCase: boolean): Segment {
  if (segment === '**') return { kind: 'any-depth' };
  if (!hasMagic(segment) && !ignoreCase) return { kind: 'literal', text: unescapeGlob(segment) };
  return {
    kind: 'match',
    test: new RegExp(`^${segmentSource(segment)}$`, ignoreCase ? 'isu' : 'su'),
    dot: segment.startsWith('.'),
    namesExtension: /\.[\p{L}\p{N}]+$/u.test(segment),
  };
}

function unescapeGlob(segment: string): string {
  return segment.replace(/\\(.)/gsu, '$1');
}

function segmentSource(segment: string): string {
  let source = '';
  for (let at = 0; at < segment.length; ) {
    const char = segment.charAt(at);
    const set = char === '[' ? characterSet(segment, at) : undefined;
    if (set !== undefined) {
      source += set.source;
      at = set.end;
      continue;
    }
    if (char === '\\' && at + 1 < segment.length) {
      source += escapeRegExp(segment.charAt(at + 1));
      at += 2;
      continue;
    }
    if (char === '*') source += source.endsWith('[^/]*') ? '' : '[^/]*';
    else source += char === '?' ? '[^/]' : escapeRegExp(char);
    at += 1;
  }
  return source;
}

/** `[abc]`, `[a-z]`, `[!a]`, `[]a]`; undefined when the bracket never closes: then it is a plain character. */
function characterSet(segment: string, start: number): { source: string; end: number } | undefined {
  const negated = segment[start + 1] === '!' || segment[start + 1] === '^';
  const from = start + (negated ? 2 : 1);
  const close = segment.indexOf(']', from + 1);
  if (close < 0) return undefined;
  const body = segment.slice(from, close).replace(/[\\\]^[&~|]/g, '\\$&');
  const source = `[${negated ? '^/' : ''}${body}]`;
  try {
    new RegExp(source, 'u');
  } catch {
    return undefined;
  }
  return { source, end: close + 1 };
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Most alternatives that one pattern may stand for; a pattern with more is taken literally from there on. */
const MAX_ALTERNATIVES = 1000;

/** `a/{b,c/d}.js` → `a/b.js`, `a/c/d.js`. Braces without a comma (`{x}`) stay as they are. */
export function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const open = [pattern];
  while (open.length > 0) {
    const text = open.pop() as string;
    const group = done.length + open.length < MAX_ALTERNATIVES ? firstGroup(text) : undefined;
    if (group === undefined) done.push(text);
    else for (const option of group.options) open.push(text.slice(0, group.start) + option + text.slice(group.end));
  }
  return [...new Set(done)].sort();
}

function firstGroup(text: string): { start: number; end: number; options: string[] } | undefined {
  for (let start = text.indexOf('{'); start >= 0; start = text.indexOf('{', start + 1)) {
    if (text[start - 1] === '\\') continue;
    const group = groupAt(text, start);
    if (group !== undefined) return { start, ...group };
  }
  return undefined;
}

function groupAt(text: string, start: number): { end: number; options: string[] } | undefined {
  const options: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '{') depth += 1;
    else if (char === ',' && depth === 1) {
      options.push(text.slice(from, at));
      from = at + 1;
    } else if (char === '}') {
      depth -= 1;
      if (depth > 0) continue;
      options.push(text.slice(from, at));
      return options.length > 1 ? { end: at + 1, options } : undefined;
    }
  }
  return undefined;
}

/** Puts a backslash before everything that gitignore or a glob would expand, for paths that are meant literally. */
export function escapeGlob(path: string): string {
  return path.replace(/[\\*?[\]{}!#]/g, '\\$&');
}
