import { resolve } from 'node:path';
import type { ReadText } from './release-build-files.js';

/**
 * The name of an Xcode build, `bundle id@version`, from the Info.plist that Xcode names in the environment of a build phase.
 * Only on macOS. Not observed beside sentry-cli, which needs a Mac. Outside of a build phase we do not ask `xcodebuild`, so that
 * there a name comes from the places that follow, or from `release`.
 */
export async function xcodeRelease(
  dir: string,
  { env, platform, readText }: { env: NodeJS.ProcessEnv; platform: NodeJS.Platform; readText: ReadText },
): Promise<string | undefined> {
  const file = env['INFOPLIST_FILE'];
  if (platform !== 'darwin' || !env['XCODE_VERSION_ACTUAL'] || !file) return undefined;
  const plist = await readText(resolve(env['SRCROOT'] || dir, file));
  if (plist === undefined) return undefined;
  const text = plist.replace(/<!--[\s\S]*?-->/g, '');
  const id = expand(stringOf(text, 'CFBundleIdentifier'), env);
  const version = expand(stringOf(text, 'CFBundleShortVersionString'), env);
  return id && version ? `${id}@${version}` : undefined;
}

/** Of an XML property list; a binary one has no such text, and gives no name. */
function stringOf(plist: string, key: string): string | undefined {
  const value = new RegExp(`<key>\\s*${key}\\s*</key>\\s*<string>([^<]*)</string>`).exec(plist)?.[1];
  return value?.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&').trim();
}

/** `$(NAME)` and `${NAME}`, with or without a modifier behind a colon, are build settings, which a build phase has as variables. */
function expand(value: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  return value?.replace(
    /\$(?:\(([\w.]+)(?::[^)]*)?\)|\{([\w.]+)(?::[^}]*)?\})/g,
    (_all, round, curly) => env[round ?? curly] ?? '',
  );
}
