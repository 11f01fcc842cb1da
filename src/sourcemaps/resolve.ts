import { posix } from 'node:path';
import { decodePercent } from '../percent.js';

/** What a reference in a script points to. Names are paths below the root with `/`. */
export type Resolved =
  /** Paths to look for, best first. */
  | { readonly kind: 'names'; readonly names: readonly string[] }
  /** `/static/app.js.map`: a path below the web site's root, which only artifact URLs know. */
  | { readonly kind: 'site-path'; readonly paths: readonly string[] }
  /** `https://…`: never fetched. */
  | { readonly kind: 'remote' }
  /** `../../secret`: leads out of the root, never read. */
  | { readonly kind: 'outside' };

/**
 * Resolves a `sourceMappingURL` against the script's own name. Query and fragment are cut, percent-encoding is undone; the
 * text as it stands is tried too, because some build tools don't encode. Nothing is looked up on disk here.
 */
export function resolveReference(reference: string, scriptName: string): Resolved {
  const text = cutQuery(reference);
  if (PLAIN_NAME.test(text)) return { kind: 'names', names: [beside(scriptName, text)] };
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) || text.startsWith('//')) return { kind: 'remote' };
  if (text.length > LONGEST_PATH) return { kind: 'names', names: [] };
  const variants = spellings(text);
  if (text.startsWith('/')) return { kind: 'site-path', paths: variants };
  const folder = posix.dirname(scriptName);
  const names = variants.map((variant) => posix.join(folder, variant));
  const inside = names.filter((name) => name !== '..' && !name.startsWith('../') && !name.includes('\0'));
  return inside.length === 0 ? { kind: 'outside' } : { kind: 'names', names: inside };
}

/**
 * In UTF-16 units: above what file systems take (4,096 bytes on Linux), percent-encoded or not. Node's time to normalize a path of
 * `..` grows with the square of its length: megabytes of it would keep the run busy for hours.
 */
export const LONGEST_PATH = 8_192;

/** `app.js.map`: by far the most common, and nothing in it to decode or to normalize. */
const PLAIN_NAME = /^[\w-][\w.-]*$/;

function beside(scriptName: string, fileName: string): string {
  return scriptName.slice(0, scriptName.lastIndexOf('/') + 1) + fileName;
}

/** The path of a URL without query and fragment, as sentry-cli cuts it. */
export function cutQuery(url: string): string {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  const fragment = path.indexOf('#');
  return fragment < 0 ? path : path.slice(0, fragment);
}

function spellings(text: string): string[] {
  const decoded = decodePercent(text);
  return [...new Set([decoded, text, decoded.replaceAll('\\', '/')])];
}
