/** What a server said about a failure, as one short line that is safe to show. */
import { cutWords } from '../cut-words.js';

const MAX_LENGTH = 400;
const DECODER = new TextDecoder('utf-8');
/** Sentry's own tokens and anything sent as a bearer: a server (or a proxy's debug page) may echo the request. */
const SECRETS = [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, /\bsntr[a-z]{1,3}_[\w+/=-]+/gi];

/** Text of a body; invalid bytes are replaced and a byte order mark is dropped. */
export function textOf(body: Uint8Array): string {
  return DECODER.decode(body);
}

/** One line, without control characters or secrets, cut to a length that fits a log line. */
export function oneLine(text: string, maxLength = MAX_LENGTH): string {
  let line = text.replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  for (const secret of SECRETS) line = line.replace(secret, '[hidden]');
  return cutWords(line, maxLength);
}

/** True for an HTML page: a login wall, a captive proxy, an error page. */
export function looksLikeHtml(text: string): boolean {
  return /^\s*(<!doctype html|<html|<head|<body|<\?xml)/i.test(text.slice(0, 512));
}

/**
 * The server's words out of every shape it answers errors in: `detail` as text or as `{code, message}`, field errors, `error`,
 * a bare JSON string, plain text, HTML (its title), nothing. Empty when there are none.
 */
export function errorText(body: Uint8Array): string {
  const text = textOf(body.subarray(0, 64 * 1024));
  if (looksLikeHtml(text)) {
    const title = /<title[^>]*>([^<]{1,200})<\/title>/i.exec(text)?.[1];
    return title === undefined ? 'an HTML page' : oneLine(`an HTML page titled "${title.trim()}"`);
  }
  const value = tryParse(text);
  return oneLine(value === undefined ? text : flatten(value, 0));
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function flatten(value: unknown, depth: number): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || typeof value !== 'object' || depth > 6) return '';
  if (Array.isArray(value)) return joined(value.slice(0, 10).map((item) => flatten(item, depth + 1)));
  const entries = Object.entries(value).slice(0, 20);
  const named = (name: string) => entries.find(([key]) => key === name)?.[1];
  const words = named('detail') ?? named('error') ?? named('info') ?? (depth > 0 ? named('message') : undefined);
  if (words !== undefined && words !== null) return flatten(words, depth + 1);
  return joined(entries.map(([key, item]) => fieldText(key, flatten(item, depth + 1))));
}

function fieldText(key: string, text: string): string {
  if (text === '') return '';
  return key === 'non_field_errors' || key === 'errorId' ? text : `${key}: ${text}`;
}

function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('; ');
}
