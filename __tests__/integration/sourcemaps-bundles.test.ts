import { createContext, runInContext } from 'node:vm';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { type BuildOptions, buildSync } from 'esbuild';
import { debugIdsOf, Folder, injectFolder } from '../../scripts/inject-run.js';
import { processUnit } from '../../src/sourcemaps/process.js';
import type { Unit } from '../../src/sourcemaps/types.js';

/** Real bundles, made here: what runs before runs after, and its errors lead to the same line of source. */
const SOURCE = {
  'src/deep.ts': `export class Deep<T> {\n  constructor(readonly value: T) {}\n\n  fail(): never {\n    throw new Error(\`deep \${this.value}\`);\n  }\n}\n`,
  'src/main.ts': `import { Deep } from './deep';\n\nexport const strict = (function (this: unknown) {\n  return this === undefined;\n})();\nexport function run(): string {\n  try {\n    new Deep('é😀').fail();\n  } catch (error) {\n    return String((error as Error).stack);\n  }\n  return '';\n}\n`,
};

const VARIANTS: readonly (readonly [string, BuildOptions])[] = [
  ['CJS', { format: 'cjs' }],
  ['CJS, minified', { format: 'cjs', minify: true }],
  [
    'CJS behind a licence on the line of code',
    { format: 'cjs', minify: true, banner: { js: '/*! é😀 */"use strict";' } },
  ],
  ['CJS behind directives', { format: 'cjs', banner: { js: '"use client"\n"use strict"' } }],
  ['CJS behind a hashbang', { format: 'cjs', banner: { js: '#!/usr/bin/env node' } }],
  ['CJS with an inline map', { format: 'cjs', sourcemap: 'inline' }],
  [
    'CJS, minified, with an inline map',
    { format: 'cjs', minify: true, sourcemap: 'inline', banner: { js: '"use strict";' } },
  ],
  ['CJS with a map that no comment names', { format: 'cjs', sourcemap: 'external' }],
  ['ES5 syntax in an IIFE', { format: 'iife', globalName: 'module.exports', target: 'es2017' }],
];

const folders: Folder[] = [];
function folderOf(files: Record<string, string>): Folder {
  const folder = new Folder(files);
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) folder.remove();
});

function bundle(options: BuildOptions): Folder {
  const folder = folderOf(SOURCE);
  buildSync({
    absWorkingDir: folder.root,
    entryPoints: ['src/main.ts'],
    outfile: 'dist/main.js',
    bundle: true,
    sourcemap: 'linked',
    logLevel: 'silent',
    ...options,
  });
  return folder;
}

interface Outcome {
  readonly strict: boolean;
  /** Where the error comes from, through the map. */
  readonly source: string | null;
  readonly line: number | null;
  readonly registered: readonly string[];
}

function runBundle(folder: Folder): Outcome {
  const code = folder.text('dist/main.js').replace(/^#!/, '//');
  const context = createContext({ module: { exports: {} } });
  // A function of one line around it, as Node's module loader has it: positions stay.
  runInContext(`(function (exports, module) {${code}\n})(module.exports, module)`, context, {
    filename: 'main.js',
    columnOffset: -'(function (exports, module) {'.length,
  });
  const { exports } = (context as { module: { exports: { strict: boolean; run: () => string } } }).module;
  const [, line, column] = /main\.js:(\d+):(\d+)/.exec(exports.run()) ?? [];
  const position = originalPositionFor(new TraceMap(mapOf(folder)), { line: Number(line), column: Number(column) - 1 });
  const registry = (context as { _sentryDebugIds?: Record<string, string> })._sentryDebugIds ?? {};
  return { strict: exports.strict, source: position.source, line: position.line, registered: Object.values(registry) };
}

function mapOf(folder: Folder): string {
  const inline = /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(folder.text('dist/main.js'))?.[1];
  return inline === undefined ? folder.text('dist/main.js.map') : Buffer.from(inline, 'base64').toString();
}

describe('bundles do the same after injection, and their errors resolve to the same source line', () => {
  it.each(VARIANTS)('%s', async (_title, options) => {
    const folder = bundle(options);
    const before = runBundle(folder);
    const ids = debugIdsOf(await injectFolder(folder.root, { patterns: ['dist'] }));
    const after = runBundle(folder);
    expect(before).toMatchObject({ source: '../src/deep.ts', line: 5, registered: [] });
    expect(after).toEqual({ ...before, registered: [ids.get('dist/main.js')] });
  });
});

describe('the order in which files are processed changes nothing', () => {
  const FILES = Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [
      [`dist/${index}.js`, `foo(${index});\n${index % 3 === 0 ? '' : `//# sourceMappingURL=${index}.js.map\n`}`],
      [`dist/${index}.js.map`, JSON.stringify({ version: 3, sources: [], names: [], mappings: '', x: index })],
    ]).flat(),
  );

  async function processIn(order: (units: readonly Unit[]) => readonly Unit[]) {
    const folder = folderOf(FILES);
    const { plan, units } = await injectFolder(folder.root, { patterns: ['dist'] }, { dryRun: true });
    const contents = order(units)
      .flatMap((unit) => processUnit(unit, { ...plan.options, dryRun: false }).artifacts)
      .map(({ url, headers, pieces }) => [url, headers['debug-id'], Buffer.concat(pieces).toString()]);
    return { artifacts: contents.sort(), files: folder.snapshot() };
  }

  it('artifacts and files are equal', async () => {
    const forward = await processIn((units) => units);
    const backward = await processIn((units) => [...units].reverse());
    expect(backward).toEqual(forward);
  });
});
