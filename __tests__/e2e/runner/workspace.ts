import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { temporaryFolder } from '../../support/workspace.js';

/** A file that the action left behind. */
export interface LeftFile {
  /** Relative to its folder, with forward slashes. */
  readonly path: string;
  /** Content as text; bytes that are no UTF-8 are replaced, which hides no token. */
  readonly text: string;
}

/** The folders and files a runner makes for one step. */
export interface StepFiles {
  readonly root: string;
  readonly home: string;
  /** RUNNER_TEMP */
  readonly temp: string;
  /** TMPDIR: not the runner's, but what os.tmpdir() answers. */
  readonly tmpdir: string;
  readonly event: string;
  /** For the notes of what is said over the network: outside of all that the action is told of. */
  readonly wire: string;
  /** GITHUB_OUTPUT and its like, by variable. */
  readonly commandFiles: Readonly<Record<CommandFile, string>>;
}

const COMMAND_FILES = ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STATE'] as const;
export type CommandFile = (typeof COMMAND_FILES)[number];

/** Folder in RUNNER_TEMP that is the runner's own, so no leftover of the action. */
const OWN_FOLDERS = ['_runner_file_commands', '_github_workflow'];

/** Makes an empty home, RUNNER_TEMP and the command files, and writes the event. */
export function createStepFiles(event: Readonly<Record<string, unknown>> | string): StepFiles {
  const root = temporaryFolder('runner');
  const [home, temp, tmp] = [join(root, 'home'), join(root, 'temp'), join(root, 'tmp')];
  for (const folder of [home, tmp, ...OWN_FOLDERS.map((name) => join(temp, name))]) {
    mkdirSync(folder, { recursive: true });
  }
  const commandFiles = Object.fromEntries(
    COMMAND_FILES.map((name) => {
      const path = join(temp, '_runner_file_commands', name.toLowerCase().replace('github_', ''));
      writeFileSync(path, '');
      return [name, path];
    }),
  ) as Record<CommandFile, string>;
  const eventPath = join(temp, '_github_workflow', 'event.json');
  writeFileSync(eventPath, typeof event === 'string' ? event : JSON.stringify(event));
  return { root, home, temp, tmpdir: tmp, event: eventPath, wire: join(root, 'wire'), commandFiles };
}

/** Every file below a folder, except the runner's own. */
export function filesBelow(folder: string): LeftFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(folder, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }))
    .filter(({ path }) => !OWN_FOLDERS.some((own) => path.startsWith(`${own}/`)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Beyond this, a folder is not the workspace of a test. */
const MAX_FILES = 50_000;

/**
 * Every file below a folder that was written, or given another name or mode, since then (milliseconds, of the file system's
 * clock: no program can set this time back).
 */
export function changedBelow(folder: string, since: number): LeftFile[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  if (entries.length > MAX_FILES) throw new Error(`${folder} has ${entries.length} files: too many to look into`);
  return entries
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => lstatSync(path).ctimeMs > since)
    .map((path) => ({ path: relative(folder, path).split(sep).join('/'), text: readFileSync(path, 'latin1') }));
}

/** Removes all of it. */
export function removeStepFiles(files: StepFiles): void {
  rmSync(files.root, { recursive: true, force: true, maxRetries: 3 });
}
