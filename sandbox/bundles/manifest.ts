import { isObject, type JsonObject } from '../json.js';
import type { BundleFile } from '../state/types.js';
import { BadArchive, type BundleArchive } from './archive.js';

/** What the job reads of `manifest.json`. */
export interface Manifest {
  readonly bundleId: string | undefined;
  readonly release: string | undefined;
  readonly dist: string | undefined;
  readonly project: string | undefined;
  readonly files: readonly BundleFile[];
}

/** Types that make a row in the debug-id index. */
export const INDEXED_TYPES: readonly string[] = ['source', 'minified_source', 'source_map', 'indexed_ram_bundle'];

/** Reads and checks the manifest. Throws {@link BadArchive} for what Sentry calls an invalid bundle. */
export async function readManifest(archive: BundleArchive): Promise<Manifest> {
  const bytes = await archive.read('manifest.json');
  if (bytes === undefined) throw new BadArchive('no manifest.json');
  const manifest = parse(bytes);
  const files = manifest['files'] ?? {};
  if (!isObject(files)) throw new BadArchive('files is no object');
  return {
    bundleId: normalizeDebugId(textOf(manifest['debug_id']))?.slice(0, 36),
    release: textOf(manifest['release']),
    dist: textOf(manifest['dist']),
    project: textOf(manifest['project']),
    files: Object.entries(files).map(([path, entry]) => readFileEntry(path, entry)),
  };
}

function parse(bytes: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isObject(value)) return value;
  } catch {
    // falls through: any way of not being a JSON object is the same to the caller
  }
  throw new BadArchive('manifest.json is no JSON object');
}

function readFileEntry(path: string, entry: unknown): BundleFile {
  if (!isObject(entry)) throw new BadArchive('a file entry is no object');
  const given = entry['headers'] ?? {};
  if (!isObject(given)) throw new BadArchive('headers is no object');
  const headers = new Map(Object.entries(given).map(([key, value]) => [key.toLowerCase(), String(value)]));
  return {
    path,
    url: textOf(entry['url']),
    type: textOf(entry['type']),
    headers,
    debugId: normalizeDebugId(headers.get('debug-id')),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const ID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})(-?[0-9a-f]{1,8})?$/i;

/** Lower case with dashes; an age stays at the end; undefined when it is no debug id. */
export function normalizeDebugId(text: string | undefined): string | undefined {
  const match = ID.exec(text ?? '');
  if (match === null) return undefined;
  const age = match[6] === undefined ? '' : `-${match[6].replace('-', '')}`;
  return match.slice(1, 6).join('-').toLowerCase() + age.toLowerCase();
}
