/**
 * Shows that code does the same after injection: loads real files of published packages before and after, in Node and, the
 * browser bundles among them, in headless Chromium.
 *
 *     node --import tsx scripts/behaviour/behaviour.ts FOLDER [FILES=300] [CHROMIUM]
 *
 * FOLDER holds a `node_modules` of packages, outside the project:
 *     npm install --ignore-scripts d3 chart.js three vue preact rxjs echarts mermaid mathjs quill jszip protobufjs \
 *       @internationalized/date @sentry/core axios socket.io-client hls.js video.js petite-vue handlebars jiti …
 */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { debugIdsOf, Folder, injectFolder } from '../inject-run.js';
import { hasChromium, loadInBrowser } from './browser.js';

/** How the output of each bundler or compiler gives itself away. */
const BUNDLERS: readonly (readonly [string, RegExp])[] = [
  ['webpack', /__webpack_require__/],
  ['esbuild', /var __(?:toESM|defProp|commonJS)\b/],
  ['Parcel', /\$parcel\$/],
  ['Browserify', /function \w\(\w,\w,\w\)\{function \w\(\w,\w\)|_dereq_/],
  ['Closure Compiler', /\$jscomp/],
  ['TypeScript', /__(?:importStar|createBinding|esDecorate|awaiter|extends)\b/],
  ['Babel', /_interopRequireDefault|@babel\/runtime/],
  [
    'Rollup',
    /typeof exports ?===? ?['"]object['"] ?&& ?typeof module ?!==? ?['"]undefined['"]|Object\.freeze\(\{ ?__proto__: ?null/,
  ],
];

interface Subject {
  readonly name: string;
  readonly bundler: string;
  readonly format: 'ESM' | 'UMD' | 'CJS';
}

function subjectsIn(root: string, count: number): Subject[] {
  const found = readdirSync(join(root, 'node_modules'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:js|cjs|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        /[/\\](?:dist|lib|build|umd|cjs|esm|es|bundles|min|index)/.test(path) &&
        !/\/(?:bin|cli|scripts?|test)[/.]/.test(path),
    )
    .sort()
    .map((path) => classify(root, path))
    .filter((subject) => subject !== undefined);
  // In turn from each kind, so that no big package fills the list.
  const kinds = groupBy(found);
  const queues = [...kinds.values()].map((list) => spread(list));
  const chosen: Subject[] = [];
  for (let round = 0; chosen.length < count && queues.some((queue) => queue.length > round); round++) {
    for (const queue of queues) {
      const subject = queue[round];
      if (subject !== undefined && chosen.length < count) chosen.push(subject);
    }
  }
  return chosen;
}

function kindOf({ bundler, format }: Subject): string {
  return `${bundler} ${format}`;
}

function groupBy(list: readonly Subject[]): Map<string, Subject[]> {
  const groups = new Map<string, Subject[]>();
  for (const subject of list) groups.set(kindOf(subject), [...(groups.get(kindOf(subject)) ?? []), subject]);
  return groups;
}

/** A fixed shuffle: neighbours in the alphabet are much alike. */
function spread(list: readonly Subject[]): Subject[] {
  return list
    .map((subject, index) => ({ subject, at: (index * 7919) % 10007 }))
    .sort((a, b) => a.at - b.at)
    .map(({ subject }) => subject);
}

function classify(root: string, path: string): Subject | undefined {
  const size = statSync(path).size;
  if (size < 300 || size > 6_000_000) return undefined;
  const text = readFileSync(path, 'latin1');
  const bundler = BUNDLERS.find(([, sign]) => sign.test(text))?.[0] ?? 'none';
  const umd = /typeof define|define\.amd/.test(text);
  const esm = path.endsWith('.mjs') || /^(?:import|export)\b/m.test(text);
  return { name: relative(root, path), bundler, format: esm ? 'ESM' : umd ? 'UMD' : 'CJS' };
}

interface Loaded {
  readonly results: Readonly<
    Record<string, { exports?: string; error?: string; printed: string; added: readonly string[] }>
  >;
  readonly ids: readonly string[];
}

const LOADER = fileURLToPath(new URL('./load.mjs', import.meta.url));
const BATCH = 10;

/** In small batches, so that one file cannot disturb many. */
function loadAll(root: string, names: readonly string[]): Loaded {
  const results: Record<string, Loaded['results'][string]> = {};
  const ids: string[] = [];
  for (let at = 0; at < names.length; at += BATCH) {
    const batch = names.slice(at, at + BATCH);
    const { stdout } = spawnSync(process.execPath, ['--no-warnings', LOADER, root], {
      input: batch.join('\n'),
      encoding: 'utf8',
      timeout: 120_000,
      maxBuffer: 1 << 28,
      cwd: root,
    });
    const loaded = stdout === '' ? undefined : (JSON.parse(stdout) as Loaded);
    for (const name of batch)
      results[name] = loaded?.results[name] ?? { error: 'the process ended', printed: '', added: [] };
    ids.push(...(loaded?.ids ?? []));
  }
  return { results, ids };
}

/** The directives of a file, as TypeScript's parser sees them: a second opinion on the prologue. */
function directivesOf(code: string): string[] {
  const directives: string[] = [];
  for (const statement of ts.createSourceFile('x.js', code, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS)
    .statements) {
    if (!ts.isExpressionStatement(statement) || !ts.isStringLiteral(statement.expression)) break;
    directives.push(statement.expression.text);
  }
  return directives;
}

const [source, count = '300', chromium = '/usr/bin/chromium'] = process.argv.slice(2);
if (source === undefined) throw new Error('usage: behaviour.ts FOLDER [FILES] [CHROMIUM]');
const before = new Folder();
const after = new Folder();
try {
  cpSync(source, before.root, { recursive: true });
  cpSync(source, after.root, { recursive: true });
  const run = await injectFolder(after.root, { ignore: [] });
  const idOf = debugIdsOf(run);
  const subjects = subjectsIn(before.root, Number(count));
  const names = subjects.map(({ name }) => name);
  const problems: string[] = [];
  for (const name of names) {
    const [old, now] = [directivesOf(before.text(name)), directivesOf(after.text(name))];
    if (JSON.stringify(old) !== JSON.stringify(now)) problems.push(`${name}: directives ${old} became ${now}`);
  }
  const old = loadAll(before.root, names);
  const now = loadAll(after.root, names);
  for (const name of names) {
    if (JSON.stringify(old.results[name]) !== JSON.stringify(now.results[name])) {
      problems.push(`${name}: ${JSON.stringify(old.results[name])} became ${JSON.stringify(now.results[name])}`);
    }
  }
  const loaded = subjects.filter(({ name }) => old.results[name]?.exports !== undefined);
  console.log(
    `${names.length} files, ${loaded.length} of them load in Node (the others fail alike, for want of a browser)`,
  );
  for (const [kind, list] of [...groupBy(loaded)].sort()) console.log(`  ${kind}: ${list.length}`);
  console.log(`${new Set(now.ids).size} debug ids were registered at run time`);
  if (hasChromium(chromium)) {
    const pages = subjects
      .filter(({ format, name }) => format === 'UMD' && !name.endsWith('.mjs'))
      .map(({ name }) => name);
    const [oldPages, newPages] = [
      await loadInBrowser(chromium, before, pages),
      await loadInBrowser(chromium, after, pages),
    ];
    let clean = 0;
    for (const name of pages) {
      const [was, is] = [oldPages[name], newPages[name]];
      if (JSON.stringify([was?.globals, was?.errors]) !== JSON.stringify([is?.globals, is?.errors]))
        problems.push(`${name}: another page`);
      const id = idOf.get(name.split('\\').join('/'));
      if (was?.errors.length === 0) clean++;
      if (!Object.entries(is?.ids ?? {}).some(([stack, value]) => value === id && stack.includes(name))) {
        // A script that throws before its end never gets to a snippet there; only scripts without a map have it there.
        if (was?.errors.length === 0) problems.push(`${name}: its id ${id} is not registered in the page`);
      }
    }
    console.log(
      `${pages.length} UMD bundles in Chromium, ${clean} without errors of their own; each registered its id`,
    );
  }
  for (const problem of problems) console.log(`DIFFERENT ${problem}`);
  console.log(problems.length === 0 ? 'No difference.' : `${problems.length} differences.`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  before.remove();
  after.remove();
}
