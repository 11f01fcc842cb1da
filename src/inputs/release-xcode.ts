import { promises } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Log } from '../log.js';
import type { ReadText } from './read-text.js';
import { type BuildSettings, plistText, readPlist } from './release-plist.js';
import type { RunTool } from './release-tool.js';
import { projectSettings, projectsIn } from './release-xcode-project.js';

export interface XcodeDeps {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly log: Log;
  readonly readText: ReadText;
  /** Runs `xcodebuild` and `plutil`. */
  readonly runTool: RunTool;
}

/**
 * The name of an Xcode build, `bundle id@version`. Only on macOS: in a build phase from the variables that Xcode sets there,
 * else from the one Xcode project in `dir`, whose build settings `xcodebuild` tells. What cannot be had is undefined, with the
 * reason in the debug log, so that the next source of a name is asked.
 *
 * Which project and file are taken was read in the source of sentry-cli 2.46, which is open; not observed with 3.x, which
 * does this on a Mac only.
 */
export async function xcodeRelease(dir: string, deps: XcodeDeps): Promise<string | undefined> {
  if (deps.platform !== 'darwin') return undefined;
  const settings = deps.env['XCODE_VERSION_ACTUAL'] ? variables(deps.env) : await askProject(dir, deps);
  if (settings === undefined) return undefined;
  const plist = await infoPlist(dir, settings, deps);
  // Since Xcode 13 a project's own Info.plist may hold some keys only, or be missing: Xcode makes the rest of build settings.
  const text = (key: string, setting: string) =>
    (plist === undefined ? undefined : plistText(plist, key, settings)) ?? (settings.get(setting) || undefined);
  const id = text('CFBundleIdentifier', 'PRODUCT_BUNDLE_IDENTIFIER');
  const version = text('CFBundleShortVersionString', 'MARKETING_VERSION');
  if (id !== undefined && version !== undefined) return `${id}@${version}`;
  deps.log.debug(`No name of the Xcode build: it has no ${id === undefined ? 'bundle identifier' : 'version'}`);
  return undefined;
}

async function askProject(dir: string, { log, runTool }: XcodeDeps): Promise<BuildSettings | undefined> {
  const [project, ...more] = projectsIn(dir, await namesIn(dir));
  if (project === undefined) return undefined;
  if (more.length > 0) {
    log.debug(`No name of the Xcode build: ${dir} holds ${more.length + 1} projects, and none is the obvious one`);
    return undefined;
  }
  log.info(`Asking xcodebuild for the name and version of ${basename(project)}, which may take a while`);
  const answer = await projectSettings(project, dir, runTool);
  if ('settings' in answer) return answer.settings;
  log.debug(`No name of the Xcode build: ${answer.problem}`);
  return undefined;
}

/** The text of the Info.plist that the build settings name. */
async function infoPlist(dir: string, settings: BuildSettings, deps: XcodeDeps): Promise<string | undefined> {
  const file = settings.get('INFOPLIST_FILE');
  if (!file) return undefined;
  if (settings.get('INFOPLIST_PREPROCESS') === 'YES') {
    // Both branches of an #if stand in the file, and the compiler that chooses takes its flags from the project.
    deps.log.debug(`${file} is made by a preprocessor, which is not run: the build settings are taken`);
    return undefined;
  }
  const path = resolve(dir, settings.get('PROJECT_DIR') || settings.get('SRCROOT') || '', file);
  const plist = await readPlist(path, dir, deps);
  if (plist === undefined) deps.log.debug(`${path} cannot be read: the build settings are taken`);
  return plist;
}

/** In a build phase the build settings are environment variables; those that may hold a token are none. */
function variables(env: NodeJS.ProcessEnv): BuildSettings {
  const settings = Object.entries(env).filter(([name]) => !/^(?:INPUT|SENTRY|GITHUB|ACTIONS|RUNNER)_/i.test(name));
  return new Map(settings.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

async function namesIn(dir: string): Promise<readonly string[]> {
  try {
    return await promises.readdir(dir);
  } catch {
    return [];
  }
}
