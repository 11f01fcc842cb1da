import { chmodSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { Folder } from '../../../scripts/inject-run.js';
import { ActionError } from '../../../src/errors.js';
import { processUnit } from '../../../src/sourcemaps/process.js';
import { readPlannedFile } from '../../../src/sourcemaps/read-file.js';
import { snippetFor } from '../../../src/sourcemaps/snippet.js';
import { replaceFiles } from '../../../src/sourcemaps/write-file.js';
import { itOnPosix, itWithLinks } from '../../support/platform.js';
import {
  contentOf,
  editOptions,
  inject,
  injectAgain,
  removeFolders,
  SNIPPET,
  sourceFile,
  TEXT_REFERENCE,
  unitOf,
} from './inject-support.js';

const ID = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
const OTHER = 'bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee';
const JS = `foo();\n${TEXT_REFERENCE}`;
const MAP = { version: 3, sources: ['a'], sourcesContent: ['a'], names: [], mappings: 'AAAA' };

const folders: Folder[] = [];
function newFolder(files: Record<string, string>): Folder {
  const folder = new Folder(files);
  folders.push(folder);
  return folder;
}
afterAll(() => {
  removeFolders();
  for (const folder of folders) folder.remove();
});

function codeOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error instanceof ActionError ? [error.code, error.message] : error;
  }
  return undefined;
}

describe('a file that was replaced since it was found', () => {
  itWithLinks('by a link to one of the same size and time is not followed', () => {
    const folder = newFolder({ 'a.js': JS, 'secret.js': JS });
    const file = sourceFile(folder, 'a.js');
    rmSync(file.path);
    symlinkSync(join(folder.root, 'secret.js'), file.path);
    utimesSync(join(folder.root, 'secret.js'), file.mtimeMs / 1000, file.mtimeMs / 1000);
    const { mtimeMs } = statSync(file.path);
    expect(codeOf(() => readPlannedFile({ ...file, mtimeMs }))).toEqual([
      'file-unreadable',
      expect.stringContaining('ELOOP'),
    ]);
  });
});

describe('what is no JavaScript', () => {
  it.each(['style.css', 'STYLE.CSS', 'index.html', 'App.vue'])('%s is uploaded as it is, and so is its map', (name) => {
    const text = 'a{}\n/*# sourceMappingURL=x.map */';
    const folder = newFolder({ [name]: text, 'x.map': JSON.stringify(MAP) });
    const unit = { js: sourceFile(folder, name), map: sourceFile(folder, 'x.map'), reference: 'x.map' };
    const { artifacts, diagnoses } = processUnit(unit, editOptions(folder));
    expect([folder.text(name), folder.text('x.map')]).toEqual([text, JSON.stringify(MAP)]);
    expect(artifacts.map(({ headers }) => headers)).toEqual([{ sourcemap: 'x.map' }, {}]);
    expect(diagnoses.map(({ kind, severity }) => [kind, severity])).toEqual([['no-id', 'info']]);
  });
});

describe('ids that are there are kept', () => {
  it('an id in the script: neither file changes', () => {
    const js = `${JS}//# debugId=${ID}\n`;
    const injected = inject(js, { ...MAP, debugId: ID });
    expect([injected.js, injected.map]).toEqual([js, JSON.stringify({ ...MAP, debugId: ID })]);
    expect(injected.kinds).toEqual(['has-id']);
  });

  it('an id in the script alone completes the map, without moving it', () => {
    const injected = inject(`${JS}//# debugId=${ID}\n`, MAP);
    expect(JSON.parse(injected.map)).toEqual({ ...MAP, debugId: ID, debug_id: ID });
    expect(injected.result.artifacts.map(({ headers }) => headers['debug-id'])).toEqual([ID, ID]);
  });

  it('an id in the map alone is adopted', () => {
    const injected = inject(JS, { ...MAP, debug_id: ID });
    expect(injected.js).toContain(`//# debugId=${ID}\n`);
    expect(SNIPPET.exec(injected.js)?.[1]).toBe(ID);
  });

  it('the snippet of a bundler plugin is adopted: no second snippet, nothing moves', () => {
    const js = `!function(){e._sentryDebugIds[n]="${ID}",e._sentryDebugIdIdentifier="sentry-dbid-${ID}"}();${JS}`;
    const injected = inject(js, MAP);
    expect(injected.js).toBe(`${js}//# debugId=${ID}\n`);
    expect(JSON.parse(injected.map)).toEqual({ ...MAP, debugId: ID, debug_id: ID });
  });

  it('different ids in script and map are both kept, and told of', () => {
    const injected = inject(`${JS}//# debugId=${ID}\n`, { ...MAP, debugId: OTHER });
    expect(injected.result.artifacts.map(({ headers }) => headers['debug-id'])).toEqual([ID, OTHER]);
    expect(injected.kinds).toEqual(['has-id', 'map-does-not-fit']);
  });

  it('with `inject` off nothing is written, and the ids that are there are read', () => {
    const plain = inject(JS, MAP, { inject: false });
    expect([plain.js, plain.map]).toEqual([JS, JSON.stringify(MAP)]);
    expect(plain.kinds).toEqual(['no-id']);
    expect(plain.result.artifacts.map(({ headers }) => headers)).toEqual([{}, {}]);
    const marked = inject(`x("sentry-dbid-${ID}",_sentryDebugIds);\n`, { ...MAP, debug_id: ID }, { inject: false });
    expect(marked.result.artifacts.map(({ headers }) => headers['debug-id'])).toEqual([ID, ID]);
  });
});

describe('artifacts', () => {
  it('are what is on disk after the run', () => {
    const injected = inject(JS, MAP);
    expect([contentOf(injected, 0), contentOf(injected, 1)]).toEqual([injected.js, injected.map]);
  });

  it('of a dry run are the same, and nothing is written', () => {
    const dry = inject(JS, MAP, { dryRun: true });
    expect([dry.js, dry.map]).toEqual([JS, JSON.stringify(MAP)]);
    const wet = injectAgain(dry.folder);
    expect([contentOf(dry, 0), contentOf(dry, 1)]).toEqual([wet.js, wet.map]);
  });

  it('carry the reference as header, but never a data URL', () => {
    const folder = newFolder({ 'app.js': JS, 'app.js.map': JSON.stringify(MAP) });
    const header = (reference: string) =>
      processUnit(unitOf(folder, reference), editOptions(folder, { dryRun: true })).artifacts[0]?.headers.sourcemap;
    expect(header('app.js.map')).toBe('app.js.map');
    expect(header('data:application/json;base64,e30=')).toBeUndefined();
  });

  it('of a map alone hold it as it is', () => {
    const injected = inject(undefined, { ...MAP, debugId: ID });
    expect(injected.result.artifacts).toMatchObject([{ type: 'source_map', headers: { 'debug-id': ID } }]);
    expect(injected.kinds).toEqual(['map-only']);
    expect(injected.map).toBe(JSON.stringify({ ...MAP, debugId: ID }));
  });
});

describe('a map that does not fit or lacks content is told of and used all the same', () => {
  it('mapped lines behind the end of the script', () => {
    const injected = inject(JS, { ...MAP, mappings: ';;;;AAAA' });
    expect(injected.kinds).toEqual(['injected', 'map-does-not-fit']);
    expect(JSON.parse(injected.map)).toMatchObject({ mappings: ';;;;;AAAA' });
  });

  it('the last line may be empty', () => {
    expect(inject(JS, { ...MAP, mappings: 'AAAA;;A' }).kinds).toEqual(['injected']);
    expect(inject(`a\rb\r${TEXT_REFERENCE}`, { ...MAP, mappings: ';;A' }).kinds).toEqual(['injected']);
  });

  it('no content of a source', () => {
    expect(inject(JS, { ...MAP, sourcesContent: [null] }).kinds).toEqual(['injected', 'map-without-content']);
  });
});

describe('files are read and written safely', () => {
  it('a file that changed since the plan stops the run', () => {
    const folder = newFolder({ 'app.js': JS });
    const unit = unitOf(folder);
    utimesSync(join(folder.root, 'app.js'), 1, 1);
    expect(codeOf(() => processUnit(unit, editOptions(folder)))).toEqual([
      'file-changed',
      expect.stringContaining('app.js'),
    ]);
    folder.remove();
    expect(codeOf(() => processUnit(unit, editOptions(folder)))).toEqual([
      'file-changed',
      expect.stringContaining('gone'),
    ]);
  });

  // Windows has only the read-only bit.
  itOnPosix('permissions stay', () => {
    const folder = newFolder({ 'app.js': JS, 'app.js.map': JSON.stringify(MAP) });
    chmodSync(join(folder.root, 'app.js'), 0o755);
    chmodSync(join(folder.root, 'app.js.map'), 0o606);
    processUnit(unitOf(folder), editOptions(folder));
    const mode = (name: string) => statSync(join(folder.root, name)).mode & 0o777;
    expect([mode('app.js'), mode('app.js.map')]).toEqual([0o755, 0o606]);
    expect(folder.list()).toEqual(['app.js', 'app.js.map']);
  });

  it.each([0, 1])('when rename #%d fails, both files are as they were and nothing is left behind', (failing) => {
    const folder = newFolder({ 'app.js': JS, 'app.js.map': '{}' });
    const before = folder.snapshot();
    let calls = 0;
    const rename = (from: string, to: string) => {
      if (calls++ === failing) throw new Error('no space left on device');
      folder.write(to.slice(folder.root.length + 1), folder.read(from.slice(folder.root.length + 1)));
    };
    const replacement = (name: string) => {
      const file = sourceFile(folder, name);
      return { file, before: readPlannedFile(file), pieces: [Buffer.from('new')] };
    };
    const code = codeOf(() => replaceFiles([replacement('app.js'), replacement('app.js.map')], { rename }));
    expect(code).toEqual(['disk', expect.stringContaining('no space left')]);
    const after = folder.snapshot();
    expect([after.get('app.js'), after.get('app.js.map')]).toEqual([before.get('app.js'), before.get('app.js.map')]);
  });

  it('more pieces than one write takes are all written', () => {
    const folder = newFolder({ 'app.js': JS });
    const file = sourceFile(folder, 'app.js');
    const pieces = Array.from({ length: 3000 }, (_, index) => Buffer.from(`${index};`));
    replaceFiles([{ file, before: readPlannedFile(file), pieces }]);
    expect(folder.read('app.js')).toEqual(Buffer.concat(pieces));
  });
});

describe('the snippet', () => {
  const run = (globals: object, code: string) => {
    const context = createContext(globals);
    runInContext(code, context);
    return context as { _sentryDebugIds?: Record<string, string> };
  };

  it('registers the id under the stack of its own file, in strict and sloppy code', () => {
    for (const mode of ['', '"use strict";']) {
      const context = createContext({});
      runInContext(mode + snippetFor(ID), context, { filename: 'https://x/app.js' });
      const registry = (context as { _sentryDebugIds: Record<string, string> })._sentryDebugIds;
      expect(Object.values(registry)).toEqual([ID]);
      expect(Object.keys(registry)[0]).toContain('https://x/app.js');
    }
  });

  it('is one ASCII line that declares nothing', () => {
    expect(snippetFor(ID)).toMatch(/^[\x20-\x7e]+$/);
    const context = run({}, `${snippetFor(ID)} var before = Object.keys(globalThis);`) as { before?: string[] };
    expect([...(context.before ?? [])].sort()).toEqual(['_sentryDebugIds', 'before']);
  });

  it.each([
    ['a `window` of the module that is not there yet', `${snippetFor(ID)} const window = 1;`],
    ['an Error that is not there yet', `${snippetFor(ID)} class Error {}`],
    ['no stack', `Object.defineProperty(Error.prototype, "stack", { get() { throw 1 } }); ${snippetFor(ID)}`],
    [
      'a registry that cannot be written',
      `"use strict"; Object.freeze(globalThis._sentryDebugIds = {}); ${snippetFor(ID)}`,
    ],
    ['a registry that is no object', `globalThis._sentryDebugIds = 5; ${snippetFor(ID)}`],
    ['globalThis taken away', `delete globalThis.globalThis; ${snippetFor(ID)}`],
  ])('never throws: %s', (_title, code) => {
    expect(() => run({}, code)).not.toThrow();
  });

  it('leaves the completion value of a script alone', () => {
    expect(runInContext(`${snippetFor(ID)}\n40 + 2`, createContext({}))).toBe(42);
    expect(runInContext(`${snippetFor(ID)}\nvar x = 1`, createContext({}))).toBeUndefined();
  });

  it('is recognised in a later run when the comment is gone', () => {
    const injected = inject(JS, MAP);
    injected.folder.write('app.js', injected.js.replace(/\/\/# debugId=.*\n/, ''));
    const again = injectAgain(injected.folder);
    expect(again.js).toBe(injected.js);
    expect(again.map).toBe(injected.map);
  });
});
