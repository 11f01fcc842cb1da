/**
 * Injects the same real files with sentry-cli and with the action, and compares pairs and ids file by file.
 *
 *     node --import tsx scripts/compare-inject.ts SENTRY_CLI FOLDER [FILES=1000]
 *
 * FOLDER holds published packages (`npm install rxjs mermaid echarts antd`); scripts are taken evenly from all of it, each with
 * the files that share its name. Every difference is printed; the exit code is 1 when one is not explained.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findReference } from '../src/sourcemaps/reference.js';
import { debugIdsOf, Folder, injectFolder } from './inject-run.js';

/** Why the action does not do as sentry-cli does (docs/sourcemaps.md has the long form). */
type Reason = 'reference is in a string' | 'sentry-cli stopped at a broken file' | 'one map, several scripts';

export interface Comparison {
  readonly scripts: number;
  readonly maps: number;
  readonly equal: number;
  readonly explained: readonly { readonly file: string; readonly reason: Reason }[];
  readonly unexplained: readonly string[];
}

export async function compareInject(cli: string, source: string, count: number): Promise<Comparison> {
  const ours = new Folder();
  const theirs = new Folder();
  try {
    copySample(source, ours.root, count);
    cpSync(ours.root, theirs.root, { recursive: true });
    const { status, stderr } = spawnSync(cli, ['sourcemaps', 'inject', '.'], { cwd: theirs.root, encoding: 'utf8' });
    if (status !== 0) throw new Error(`sentry-cli ended with ${status}: ${stderr}`);
    const before = new Map(ours.list().map((name) => [name, ours.read(name)]));
    const ids = debugIdsOf(await injectFolder(ours.root, { ignore: [] }));
    return compare(before, ids, theirs);
  } finally {
    ours.remove();
    theirs.remove();
  }
}

const LAST_ID = /\/\/# debugId=([0-9a-f-]{36})\s*$/;

function compare(
  before: ReadonlyMap<string, Buffer>,
  ids: ReadonlyMap<string, string | undefined>,
  theirs: Folder,
): Comparison {
  const explained: { file: string; reason: Reason }[] = [];
  const unexplained: string[] = [];
  let equal = 0;
  const names = [...before.keys()].filter((name) => ids.has(name) || /\.[cm]?js$/.test(name));
  const shared = sharedMaps(before);
  for (const name of names) {
    const theirId = name.endsWith('.map') ? mapId(theirs.text(name)) : LAST_ID.exec(theirs.text(name))?.[1];
    const ourId = ids.get(name);
    if (ourId === theirId) equal++;
    else {
      const reason = explain(name, before, shared);
      if (reason === undefined) unexplained.push(`${name}: ours ${ourId}, sentry-cli ${theirId}`);
      else explained.push({ file: name, reason });
    }
  }
  const maps = names.filter((name) => name.endsWith('.map')).length;
  return { scripts: names.length - maps, maps, equal, explained, unexplained };
}

function mapId(text: string): string | undefined {
  const map = JSON.parse(text) as { debugId?: string; debug_id?: string };
  return map.debugId ?? map.debug_id;
}

/** Folders and file names of maps that more than one script names. */
function sharedMaps(before: ReadonlyMap<string, Buffer>): ReadonlySet<string> {
  const seen = new Map<string, number>();
  for (const [name, bytes] of before) {
    if (name.endsWith('.map')) continue;
    const reference = findReference(bytes)?.reference;
    if (reference !== undefined) {
      const target = join(dirname(name), reference);
      seen.set(target, (seen.get(target) ?? 0) + 1);
    }
  }
  return new Set([...seen].filter(([, count]) => count > 1).map(([target]) => target));
}

function explain(name: string, before: ReadonlyMap<string, Buffer>, shared: ReadonlySet<string>): Reason | undefined {
  const script = before.get(name.replace(/\.map$/, ''));
  const text = script?.toString('latin1') ?? '';
  const last = [...text.matchAll(/\/\/[#@] sourceMappingURL=(\S*)/g)].at(-1)?.[1];
  const real = script === undefined ? undefined : findReference(script)?.reference;
  if (last !== undefined && last !== real && !last.startsWith('data:')) return 'reference is in a string';
  const map = join(dirname(name), real ?? '');
  return shared.has(map) || shared.has(name) ? 'one map, several scripts' : undefined;
}

function copySample(source: string, target: string, count: number): void {
  const all = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?js$/.test(entry.name) && !entry.parentPath.includes('/.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const mapped = all.filter((path) => existsSync(`${path}.map`));
  const alone = all.filter((path) => !existsSync(`${path}.map`));
  // Two thirds with a map beside them: they are what the comparison is about.
  for (const path of [...evenly(mapped, Math.ceil((count * 2) / 3)), ...evenly(alone, Math.floor(count / 3))]) {
    for (const file of [path, `${path}.map`].filter((candidate) => existsSync(candidate))) {
      const copy = join(target, relative(source, file));
      mkdirSync(dirname(copy), { recursive: true });
      copyFileSync(file, copy);
    }
  }
}

function evenly<T>(list: readonly T[], count: number): T[] {
  const step = Math.max(1, list.length / count);
  return Array.from({ length: Math.min(count, list.length) }, (_, index) => list[Math.floor(index * step)]).filter(
    (item) => item !== undefined,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [cli, source, count = '1000'] = process.argv.slice(2);
  if (cli === undefined || source === undefined) throw new Error('usage: compare-inject.ts SENTRY_CLI FOLDER [FILES]');
  const { scripts, maps, equal, explained, unexplained } = await compareInject(cli, source, Number(count));
  console.log(`${scripts} scripts and ${maps} maps, ${equal} with equal ids`);
  for (const { file, reason } of explained) console.log(`  ${file}: ${reason}`);
  for (const line of unexplained) console.log(`DIFFERENT ${line}`);
  process.exitCode = unexplained.length === 0 ? 0 : 1;
}
