import { basename, join } from 'node:path';
import { member } from './json.js';
import type { BuildSettings } from './release-plist.js';
import type { RunTool } from './release-tool.js';

/** The build settings of an Xcode project, or why there are none. */
export type ProjectAnswer = { readonly settings: BuildSettings } | { readonly problem: string };

/** Paths of the Xcode projects in a folder. */
export function projectsIn(dir: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => name.endsWith('.xcodeproj')).map((name) => join(dir, name));
}

/**
 * Asks `xcodebuild` for the build settings of a project's first target, in its configuration Release, else Debug, whatever the
 * letter case: the choice of sentry-cli (2.46, its source). What xcodebuild answers is described by Apple (`man xcodebuild`, -json).
 */
export async function projectSettings(project: string, dir: string, runTool: RunTool): Promise<ProjectAnswer> {
  const list = await askXcode(['-list', '-json', '-project', project], dir, runTool);
  if ('problem' in list) return list;
  const described = member(list.json, 'project');
  const [target] = texts(member(described, 'targets'));
  const configurations = texts(member(described, 'configurations'));
  const configuration = named(configurations, 'release') ?? named(configurations, 'debug');
  if (target === undefined) return { problem: `${basename(project)} has no targets` };
  if (configuration === undefined) return { problem: `${basename(project)} has no configuration Release or Debug` };
  const choice = ['-target', target, '-configuration', configuration];
  const shown = await askXcode(['-showBuildSettings', '-json', '-project', project, ...choice], dir, runTool);
  if ('problem' in shown) return shown;
  const entries = Array.isArray(shown.json) ? (shown.json as readonly unknown[]) : [];
  const entry = entries.find((one) => member(one, 'target') === target);
  const settings = member(entry, 'buildSettings');
  if (settings === undefined) return { problem: `xcodebuild shows no build settings of the target ${target}` };
  return { settings: settingsOf(settings) };
}

async function askXcode(
  args: readonly string[],
  dir: string,
  runTool: RunTool,
): Promise<{ readonly json: unknown } | { readonly problem: string }> {
  const answer = await runTool('xcodebuild', args, dir);
  if ('problem' in answer) return answer;
  try {
    // Resolving packages writes lines before the answer.
    const start = answer.stdout.search(/^[[{]/m);
    return { json: JSON.parse(answer.stdout.slice(Math.max(start, 0))) as unknown };
  } catch {
    return { problem: `xcodebuild ${args[0] ?? ''} did not answer with JSON` };
  }
}

function settingsOf(value: unknown): BuildSettings {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function named(names: readonly string[], lowerCase: string): string | undefined {
  return names.find((name) => name.toLowerCase() === lowerCase);
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
