import { posix } from 'node:path';
import { AnyMap, originalPositionFor, type SourceMapInput, sourceContentFor } from '@jridgewell/trace-mapping';
import type { EntryReader } from './resolve.js';
import type { FoundScript } from './resolve-lookup.js';
import type { RawFrame } from './resolve-stack.js';
import type { Bundle, BundleFile } from './state/types.js';

/** An original position. Line and column count from 1; `token` is the map's name there. */
export interface TokenPlace {
  readonly source: string;
  readonly line: number;
  readonly column: number;
  readonly token: string | undefined;
}

/** A script with its map, ready to answer questions. */
export interface LoadedMap {
  readonly code: string;
  originalAt(line: number, column: number): TokenPlace | undefined;
  contentOf(source: string): string | undefined;
}

/** Reads script and map out of the bundle; a text says why that is not possible. */
export async function loadMap(found: FoundScript, read: EntryReader): Promise<LoadedMap | string> {
  const script = await entryText(found.bundle, found.script, read);
  if ('reason' in script) return script.reason;
  const code = script.text;
  const json = await mapText(found, code, read);
  if ('reason' in json) return json.reason;
  try {
    // Some servers put a line in front of JSON that no script can include.
    const map = new AnyMap(JSON.parse(json.text.replace(/^\)\]\}'[^\n]*\n/, '')) as SourceMapInput);
    return {
      code,
      originalAt: (line, column) => {
        const { source, line: at, column: column0, name } = originalPositionFor(map, { line, column: column - 1 });
        if (source === null) return undefined;
        return { source, line: at, column: column0 + 1, token: name ?? undefined };
      },
      contentOf: (source) => sourceContentFor(map, source) ?? undefined,
    };
  } catch (error) {
    return `the map ${json.path} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

type MapText = { readonly text: string; readonly path: string } | { readonly reason: string };

async function mapText(found: FoundScript, code: string, read: EntryReader): Promise<MapText> {
  if (found.map !== undefined) return await entryText(found.bundle, found.map, read);
  const reference = found.script.headers.get('sourcemap') ?? referenceIn(code);
  if (reference === undefined)
    return { reason: `${nameOf(found.script)} was uploaded without a map: it names none, and no map has its debug id` };
  const inline = /^data:[^,]*?(;base64)?,/.exec(reference);
  if (inline !== null) {
    const data = reference.slice(inline[0].length);
    const text = inline[1] === undefined ? decodeURIComponent(data) : Buffer.from(data, 'base64').toString('utf8');
    return { text, path: 'in the script' };
  }
  const map = referenced(found.bundle, found.script, reference);
  if (map === undefined)
    return { reason: `${nameOf(found.script)} names the map ${reference}, but that was not uploaded with it` };
  return await entryText(found.bundle, map, read);
}

async function entryText(bundle: Bundle, file: BundleFile, read: EntryReader): Promise<MapText> {
  try {
    const bytes = await read(bundle, file.path);
    if (bytes === undefined)
      return { reason: `the upload is incomplete: its manifest lists ${file.path}, but the file is not in it` };
    return { text: Buffer.from(bytes).toString('utf8'), path: nameOf(file) };
  } catch (error) {
    return { reason: `the upload is damaged at ${file.path}: ${error instanceof Error ? error.message : error}` };
  }
}

const nameOf = (file: BundleFile): string => file.url ?? file.path;

function referenceIn(code: string): string | undefined {
  return [...code.matchAll(/\/\/[#@] sourceMappingURL=(\S+)/g)].at(-1)?.[1];
}

function referenced(bundle: Bundle, script: BundleFile, reference: string): BundleFile | undefined {
  const folder = posix.dirname(script.url ?? '');
  const relative = `${folder}/${reference}`.replace(/^([a-z][a-z0-9+.-]*:\/\/)?(.*)$/i, (_, scheme = '', path) => {
    return `${scheme}${posix.normalize(path)}`;
  });
  return bundle.files.find(({ url }) => url === reference || url === relative);
}

/**
 * The original name of the function a frame is in: its minified name is looked up where it is declared, before the frame's
 * position, and the map tells what stood there. undefined for anonymous functions and where the map is silent.
 */
export function nameOfFunction(loaded: LoadedMap, frame: RawFrame): string | undefined {
  const minified = frame.function?.split(' [as ')[0]?.split('.').at(-1);
  if (minified === undefined || !/^[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*$/u.test(minified)) return undefined;
  const name = minified.replaceAll('$', '\\$');
  const declaration = new RegExp(
    `(?:function\\s*\\*?\\s*|(?<![\\p{ID_Continue}$.]))(${name})(?=\\s*\\(|\\s*=\\s*(?:async\\b\\s*)?(?:function\\b|\\(|[\\p{ID_Start}$_]+\\s*=>))`,
    'gu',
  );
  const before = positionToOffset(loaded.code, frame.lineno, frame.colno);
  const candidates = [...loaded.code.slice(0, before).matchAll(declaration)].reverse();
  for (const { index, 0: text } of candidates) {
    if (!isDeclaration(loaded.code, text, index)) continue;
    const { line, column } = offsetToPosition(loaded.code, index + text.length - minified.length);
    const token = loaded.originalAt(line, column);
    if (token !== undefined) return token.token ?? identifierAt(loaded.contentOf(token.source), token);
  }
  return undefined;
}

/** Tells `i(r,e){` of a method and `function i(` from the call `i(r,e)`. */
function isDeclaration(code: string, text: string, index: number): boolean {
  if (text.startsWith('function')) return true;
  const rest = code.slice(index + text.length, index + text.length + 400);
  return /^\s*=/.test(rest) || /^\s*\([^()]*\)\s*\{/.test(rest);
}

function identifierAt(content: string | undefined, { line, column }: TokenPlace): string | undefined {
  const text = content?.split(/\r?\n/)[line - 1]?.slice(column - 1);
  // The mapping of a declaration may point at the keyword in front of the name.
  return text === undefined
    ? undefined
    : /^(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function\s*\*?\s*)?([\p{ID_Start}$_#][\p{ID_Continue}$]*)/u.exec(
        text,
      )?.[1];
}

function positionToOffset(code: string, line: number, column: number): number {
  let offset = 0;
  for (let current = 1; current < line; current++) {
    const next = code.indexOf('\n', offset);
    if (next < 0) break;
    offset = next + 1;
  }
  return offset + column - 1;
}

function offsetToPosition(code: string, offset: number): { line: number; column: number } {
  const before = code.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}
