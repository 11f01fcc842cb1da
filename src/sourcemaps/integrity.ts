import { readFileSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { decodePercent } from '../percent.js';
import { findDebugId } from './debug-id.js';
import type { Found } from './expand.js';
import { cutQuery, LONGEST_PATH } from './resolve.js';
import type { Diagnosis, SourceFile } from './types.js';

/** Pages that are looked at, and the longest that is read: a site generator may write thousands. */
const MAX_PAGES = 200;
const MAX_PAGE_BYTES = 2 * 1024 * 1024;

/**
 * Warns of hashes that injection makes wrong: `integrity="sha384-…"` in HTML pages beside the scripts, and the table of
 * Angular's service worker. The browser would refuse those scripts, and only in production. Scripts that have a debug id
 * already are not changed, so they don't count.
 *
 * @param pages HTML and `ngsw.json` files of the folders that were searched
 */
export function integrityDiagnoses(pages: readonly Found[], scripts: readonly SourceFile[]): Diagnosis[] {
  const chosen = [...pages.filter(isHashTable), ...pages.filter((page) => !isHashTable(page))].slice(0, MAX_PAGES);
  if (chosen.length === 0) return [];
  const index = indexScripts(scripts);
  const changes = changeTest();
  const diagnoses: Diagnosis[] = [];
  for (const page of chosen) {
    const paths = hashedPaths(page);
    const hit = paths.map((path) => match(path, page, index)).filter((script) => script !== undefined);
    const broken = [...new Set(hit)].filter(changes).map(({ name }) => name);
    if (broken.length > 0) diagnoses.push(describe(page, broken));
  }
  return diagnoses;
}

interface ScriptIndex {
  readonly byName: ReadonlyMap<string, SourceFile>;
  /** By each end of the name: `app.js`, `js/app.js` and `dist/js/app.js`; of several scripts the first. */
  readonly byEnd: ReadonlyMap<string, SourceFile>;
}

/** Longest end that is indexed, in folders and the file. */
const DEEPEST = 16;

/** Looked up, not searched: a page may name fifty thousand scripts, and a build may have as many of one file name. */
function indexScripts(scripts: readonly SourceFile[]): ScriptIndex {
  const byEnd = new Map<string, SourceFile>();
  for (const script of scripts) {
    for (const end of ends(script.name)) if (!byEnd.has(end)) byEnd.set(end, script);
  }
  return { byName: new Map(scripts.map((script) => [script.name, script])), byEnd };
}

/** The ends of a path, longest first. */
function ends(path: string): string[] {
  const parts = path.split('/').slice(-DEEPEST);
  return parts.map((_, from) => parts.slice(from).join('/'));
}

function isHashTable(page: Found): boolean {
  return posix.basename(page.name) === 'ngsw.json';
}

function hashedPaths(page: Found): string[] {
  const text = readPage(page.path);
  if (text === undefined) return [];
  return isHashTable(page) ? hashTablePaths(text) : [...new Set([...taggedPaths(text), ...importMapPaths(text)])];
}

function readPage(path: string): string | undefined {
  try {
    return statSync(path).size > MAX_PAGE_BYTES ? undefined : readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** `{"hashTable": {"/main.js": "sha1"}}` */
function hashTablePaths(text: string): string[] {
  const table = property(parseJson(text), 'hashTable');
  return typeof table === 'object' && table !== null ? Object.keys(table) : [];
}

/** `src` or `href` of tags that carry a hash. */
export function taggedPaths(html: string): string[] {
  const paths: string[] = [];
  for (const [tag] of html.matchAll(/<(?:script|link)\b[^<>]{0,4000}>/gi)) {
    if (!/\sintegrity\s*=\s*["']?\s*sha\d/i.test(tag)) continue;
    const found = /\s(?:src|href)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i.exec(tag);
    const path = found?.[1] ?? found?.[2] ?? found?.[3];
    if (path !== undefined) paths.push(path.replaceAll('&amp;', '&'));
  }
  return paths;
}

/** `<script type="importmap">{"integrity": {"/app.js": "sha384-…"}}</script>` */
function importMapPaths(html: string): string[] {
  const body = /<script\b[^<>]{0,200}\btype\s*=\s*["']?importmap["']?[^<>]{0,200}>([^<]*)</i.exec(html)?.[1];
  const table = body === undefined ? undefined : property(parseJson(body), 'integrity');
  return typeof table === 'object' && table !== null ? Object.keys(table) : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}

/** The script that a page's URL means: by the longest common end of both paths. */
function match(url: string, page: Found, { byName, byEnd }: ScriptIndex): SourceFile | undefined {
  if (url.length > LONGEST_PATH) return undefined;
  const path = decodePercent(cutQuery(url.replace(/^[a-z][a-z0-9+.-]*:/i, '').replace(/^\/\/[^/]*/, '')));
  const exact = path.startsWith('/') ? undefined : byName.get(posix.join(posix.dirname(page.name), path));
  if (exact !== undefined) return exact;
  for (const end of ends(posix.join('/', path))) {
    const script = byEnd.get(end);
    if (script !== undefined) return script;
  }
  return undefined;
}

function changeTest(): (script: SourceFile) => boolean {
  const known = new Map<SourceFile, boolean>();
  return (script) => {
    const answer = known.get(script) ?? !hasDebugId(script);
    known.set(script, answer);
    return answer;
  };
}

function hasDebugId(script: SourceFile): boolean {
  try {
    return findDebugId(readFileSync(script.path)) !== undefined;
  } catch {
    return false;
  }
}

function describe(page: Found, scripts: readonly string[]): Diagnosis {
  const more = scripts.length > 3 ? ` and ${scripts.length - 3} more` : '';
  const names = scripts.slice(0, 3).join(', ') + more;
  const remedy = isHashTable(page)
    ? 'Run "npx ngsw-config" again after this step, or let the build inject the ids and set inject: false.'
    : 'Compute the hashes after this step, or let the build inject the ids and set inject: false.';
  return {
    kind: 'integrity-hash',
    file: page.name,
    severity: 'warning',
    message: `holds hashes of ${names}, which no longer match once debug ids are injected: browsers will refuse them. ${remedy}`,
  };
}
