import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Folder } from '../../../scripts/inject-run.js';
import { processUnit } from '../../../src/sourcemaps/process.js';
import type { DiagnosisKind, EditOptions, SourceFile, Unit, UnitResult } from '../../../src/sourcemaps/types.js';

/** The line that is injected, with its id. */
export const SNIPPET = /;void function\(\)\{try\{.*?="([0-9a-f-]{36})"\)\}catch\(e\)\{\}\}\(\);/;

/** A script with its map on disk, and what became of them. */
export interface Injected {
  readonly result: UnitResult;
  /** The script now. */
  readonly js: string;
  /** The map now; empty when there was none. */
  readonly map: string;
  readonly debugId: string | undefined;
  readonly kinds: readonly DiagnosisKind[];
  readonly folder: Folder;
}

export function sourceFile(folder: Folder, name: string): SourceFile {
  const path = join(folder.root, name);
  const { size, mtimeMs } = statSync(path);
  return { path, name, url: `~/${name}`, size, mtimeMs, kind: name.endsWith('.map') ? 'map' : 'js' };
}

export function unitOf(folder: Folder, reference?: string): Unit {
  const has = (name: string) => folder.list().includes(name);
  return {
    ...(has('app.js') ? { js: sourceFile(folder, 'app.js') } : {}),
    ...(has('app.js.map') ? { map: sourceFile(folder, 'app.js.map') } : {}),
    ...(reference === undefined ? {} : { reference }),
  };
}

export function editOptions(folder: Folder, change: Partial<EditOptions> = {}): EditOptions {
  return {
    inject: true,
    dryRun: false,
    stripPrefix: [],
    workspace: folder.root,
    workingDirectory: folder.root,
    ...change,
  };
}

const folders: Folder[] = [];

/** Injects `app.js` (and `app.js.map`) in a folder of its own, which {@link removeFolders} removes. */
export function inject(
  js: string | Uint8Array | undefined,
  map?: string | Uint8Array | object,
  change: Partial<EditOptions> = {},
): Injected {
  const folder = new Folder();
  folders.push(folder);
  if (js !== undefined) folder.write('app.js', js);
  if (map !== undefined) {
    const text = typeof map === 'string' || map instanceof Uint8Array ? map : JSON.stringify(map);
    folder.write('app.js.map', text);
  }
  return injectAgain(folder, change);
}

/** Another run over a folder. */
export function injectAgain(folder: Folder, change: Partial<EditOptions> = {}): Injected {
  const unit = unitOf(folder);
  const result = processUnit(unit, editOptions(folder, change));
  return {
    result,
    js: unit.js === undefined ? '' : folder.text('app.js'),
    map: unit.map === undefined ? '' : folder.text('app.js.map'),
    debugId: result.artifacts[0]?.headers['debug-id'],
    kinds: result.diagnoses.map(({ kind }) => kind),
    folder,
  };
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) folder.remove();
}

/** Content of an artifact as text. */
export function contentOf(injected: Injected, index: number): string {
  return Buffer.concat(injected.result.artifacts[index]?.pieces ?? []).toString('utf8');
}

/** The script without snippet and id comment: what it was before, if nothing else was touched. */
export function withoutInjection(js: string): string {
  const eol = js.includes('\r\n') && /^[^\n]*\r\n/.test(js) ? '\r\n' : '\n';
  const id = SNIPPET.exec(js)?.[1];
  return js.replace(`${SNIPPET.exec(js)?.[0] ?? ''}`, '').replace(`//# debugId=${id}${eol}`, '');
}

export const TEXT_REFERENCE = '//# sourceMappingURL=app.js.map\n';
