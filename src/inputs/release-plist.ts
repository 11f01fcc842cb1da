import type { ReadText } from './read-text.js';
import type { RunTool } from './release-tool.js';
import { withoutComments } from './xml.js';

/** Build settings of Xcode by name, with their values resolved. */
export type BuildSettings = ReadonlyMap<string, string>;

/**
 * Reads a property list as XML text; a binary one is translated by macOS's own `plutil`. undefined when it is missing or
 * cannot be translated.
 */
export async function readPlist(
  path: string,
  cwd: string,
  { readText, runTool }: { readonly readText: ReadText; readonly runTool: RunTool },
): Promise<string | undefined> {
  const text = await readText(path);
  if (text === undefined || !text.startsWith('bplist')) return text;
  const answer = await runTool('plutil', ['-convert', 'xml1', '-o', '-', '--', path], cwd);
  return 'stdout' in answer ? answer.stdout : undefined;
}

/** Characters of a value that are looked at: far more than a bundle id or a version has. */
const LONGEST_VALUE = 1000;

/** A text of an XML property list with build settings put in; undefined when it is not there or empty. */
export function plistText(plist: string, key: string, settings: BuildSettings): string | undefined {
  const text = withoutComments(plist);
  const value = new RegExp(`<key>\\s*${key}\\s*</key>\\s*<string>([^<]*)</string>`).exec(text)?.[1];
  return value === undefined
    ? undefined
    : expand(unescapeXml(value.slice(0, LONGEST_VALUE)), settings).trim() || undefined;
}

/** `$(NAME)` and `${NAME}` are build settings; a modifier may stand behind a colon. An unknown one is empty, as in Xcode. */
function expand(value: string, settings: BuildSettings): string {
  return value.replace(
    /\$(?:\(([\w.]+)(?::([\w.-]+))?[^)]*\)|\{([\w.]+)(?::([\w.-]+))?[^}]*\})/g,
    (_all, round?: string, roundModifier?: string, curly?: string, curlyModifier?: string) =>
      modify(settings.get(round ?? curly ?? '') ?? '', roundModifier ?? curlyModifier),
  );
}

/** The two modifiers that sentry-cli knows; Xcode's other ones do not occur in bundle ids and versions. */
function modify(value: string, modifier: string | undefined): string {
  if (modifier === 'rfc1034identifier') return value.replace(/[\s/]+/g, '-');
  return modifier === 'identifier' ? value.replace(/[\s/]+/g, '_') : value;
}

// "&amp;" last: "&amp;lt;" is the text "&lt;".
function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
