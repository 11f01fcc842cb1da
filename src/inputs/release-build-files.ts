import { basename, dirname, join } from 'node:path';
import { member } from './json.js';
import type { ReadText } from './read-text.js';
import { withoutComments } from './xml.js';

const WIDGETS_NAMESPACE = 'http://www.w3.org/ns/widgets';

/**
 * The name of a Cordova build, `id@version`: only in `platforms/android` or `platforms/ios` of a project. A platform's own id
 * beats the common one; only iOS has a build number of its own (sentry-cli 3.8.0, observed).
 */
export async function cordovaRelease(dir: string, readText: ReadText): Promise<string | undefined> {
  const platform = basename(dir);
  if (platform !== 'android' && platform !== 'ios') return undefined;
  const config = await readText(join(dirname(dirname(dir)), 'config.xml'));
  if (config === undefined) return undefined;
  const widget = widgetTag(withoutComments(config));
  if (widget === undefined || attribute(widget, 'xmlns') !== WIDGETS_NAMESPACE) return undefined;
  const ownId = attribute(widget, platform === 'android' ? 'android-packageName' : 'ios-CFBundleIdentifier');
  const ownVersion = platform === 'android' ? undefined : attribute(widget, 'ios-CFBundleVersion');
  return joinName(ownId ?? attribute(widget, 'id'), ownVersion ?? attribute(widget, 'version'));
}

/** What stands in the first `<widget …>`. No regular expression: a file of unfinished tags would be read once for each. */
function widgetTag(xml: string): string | undefined {
  const start = xml.search(/<widget\s/);
  const end = xml.indexOf('>', start);
  return start < 0 || end < 0 ? undefined : xml.slice(start + '<widget'.length, end);
}

/**
 * The name of a Gradle build, `applicationId@versionName`: both from `app/build.gradle` of the nearest folder upwards that
 * has a `build.gradle` too (sentry-cli 3.8.0, observed).
 */
export async function gradleRelease(start: string, readText: ReadText): Promise<string | undefined> {
  for (let dir = start; ; dir = dirname(dir)) {
    const app = (await readText(join(dir, 'build.gradle'))) === undefined ? undefined : await appGradle(dir, readText);
    if (app !== undefined) {
      const id = /applicationId\s+["']([^"']*)["']/.exec(app)?.[1];
      return joinName(id, /versionName\s+["']([^"']*)["']/.exec(app)?.[1]);
    }
    if (dirname(dir) === dir) return undefined;
  }
}

/**
 * `name@version` of the package.json in `dir`. A scope is written as npm writes it in file names (`@acme/web` → `acme-web`),
 * because a release name may hold no slash.
 */
export async function packageRelease(
  dir: string,
  readText: ReadText,
): Promise<{ readonly name: string } | { readonly problem: string }> {
  const path = join(dir, 'package.json');
  const text = await readText(path);
  if (text === undefined) return { problem: `there is no package.json in ${dir} that can be read` };
  const parsed = parseJson(text.replace(/^\uFEFF/, ''));
  const name = stringField(parsed, 'name')?.replace(/^@/, '');
  const version = stringField(parsed, 'version');
  if (parsed === undefined) return { problem: `${path} is not valid JSON` };
  if (!name) return { problem: `${path} has no name` };
  if (version === undefined) return { problem: `${path} has no version` };
  return { name: `${name.replaceAll('/', '-')}@${version}` };
}

async function appGradle(dir: string, readText: ReadText): Promise<string | undefined> {
  return await readText(join(dir, 'app', 'build.gradle'));
}

function attribute(tag: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag);
  return match?.[1] ?? match?.[2];
}

function joinName(id: string | undefined, version: string | undefined): string | undefined {
  return id && version ? `${id}@${version}` : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function stringField(value: unknown, key: string): string | undefined {
  const field = member(value, key);
  return typeof field === 'string' && field.trim() !== '' ? field.trim() : undefined;
}
