import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '../../../../src/clock.js';
import type { Log } from '../../../../src/log.js';
import type { ForeseenUnit, SourceFile, SourceMapPlan, Unit } from '../../../../src/sourcemaps/types.js';
import { Crew } from '../../../../src/upload/crew.js';
import type { ProcessUnit } from '../../../../src/upload/pack.js';
import type { UploadRequest } from '../../../../src/upload/session.js';
import type { UploadDeps } from '../../../../src/upload/upload.js';
import type { FakeServer } from './fake-server.js';
import { plainUnit } from './plain-unit.js';

/** Files of a build by name; a name ending in `.map` belongs to the script of the same name without it. */
export type Files = Readonly<Record<string, Uint8Array | string>>;

const folders: string[] = [];

/** Removes every folder made here. */
export function removeBuilds(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A folder with these files. */
export function writeBuild(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'upload-test-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The plan of a folder: scripts with the map beside them, sorted by URL, then the maps that are left. */
export function planBuild(folder: string, names: readonly string[]): SourceMapPlan {
  const all = new Set(names);
  const scripts = names.filter((name) => !name.endsWith('.map')).toSorted();
  const foreseen = scripts.map((name): ForeseenUnit => {
    const js = fileOf(folder, name, 'js');
    if (!all.has(`${name}.map`)) return { js, foreseen: true };
    const reference = `${name.split('/').at(-1)}.map`;
    return { js, map: fileOf(folder, `${name}.map`, 'map'), reference, foreseen: true };
  });
  const maps = names.filter((name) => name.endsWith('.map') && !all.has(name.slice(0, -4)));
  const others = maps.toSorted().map((name) => fileOf(folder, name, 'map'));
  const bytes = names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  const options = { inject: true, dryRun: false, stripPrefix: [], workspace: folder, workingDirectory: folder };
  return { foreseen, others, urlSuffix: '', options, patterns: [], diagnoses: [], files: names.length, bytes };
}

/** All units of such a plan, in the order of the archive. */
export function unitsOf({ foreseen, others }: SourceMapPlan): readonly Unit[] {
  return [...foreseen, ...others.map((map) => ({ map }))];
}

/** Writes the files and plans them. */
export function makePlan(files: Files): SourceMapPlan {
  return planBuild(writeBuild(files), Object.keys(files));
}

function fileOf(folder: string, name: string, kind: 'js' | 'map'): SourceFile {
  const path = join(folder, name);
  const { size, mtimeMs } = statSync(path);
  return { path, name, url: `~/${name}`, size, mtimeMs, kind };
}

/** Bytes that look like nothing else, the same for the same seed. */
export function noise(seed: number, length: number): Uint8Array {
  return createHash('shake128', { outputLength: Math.max(1, length) })
    .update(String(seed))
    .digest()
    .subarray(0, length);
}

/** `count` scripts with maps, sizes between 1 and about 40 KB. */
export function manyFiles(count: number): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < count; i++) {
    const name = `chunks/part-${String(i).padStart(5, '0')}.js`;
    files[name] = noise(i, 1000 + ((i * 7919) % 10_000));
    files[`${name}.map`] = noise(i + 100_000, 3000 + ((i * 104_729) % 30_000));
  }
  return files;
}

export const request: UploadRequest = {
  org: 'acme',
  projects: ['web'],
  release: 'web@1.0.0',
  waitMs: 0,
  dryRun: false,
};

export interface Recorder extends Log {
  readonly lines: string[];
}

export function recordingLog(): Recorder {
  const lines: string[] = [];
  const put = (message: string): void => {
    lines.push(message);
  };
  return { lines, debug: put, info: put, notice: put, warning: put, error: put };
}

/** What a test does otherwise. */
interface Overrides extends Partial<UploadDeps> {
  readonly processUnit?: ProcessUnit;
  /** Script of the threads. */
  readonly worker?: string;
}

/** What an upload needs in a test: this server, threads as told, no real edits, no real waits. */
export function depsFor(
  server: FakeServer,
  threads = 0,
  { processUnit = plainUnit, worker = './plain-worker.mjs', ...more }: Overrides = {},
): UploadDeps {
  const url = new URL(worker, import.meta.url);
  const crew = new Crew(threads === 0 ? undefined : { url, count: threads, execArgv: [] }, processUnit);
  crew.start();
  return {
    api: server,
    log: recordingLog(),
    clock: { ...systemClock, sleep: () => Promise.resolve() },
    signal: new AbortController().signal,
    crew,
    ...more,
  };
}
