import { parseUrl } from '../parse-url.js';

/** The scripts of a web page, as a browser would load them at once. Not a parser of HTML: enough to find addresses in it. */

const TAG_START = /<(script|link|base)(?=[\s/>])/gi;

/** Longer tags and more of them are no page that was made for people; the limits keep a hostile one from taking our time. */
const MAX_TAG_LENGTH = 4096;
const MAX_TAGS = 2000;

/** Absolute addresses of the page's scripts (also preloaded modules), http and https only, without repeats. */
export function scriptUrls(html: string, pageUrl: URL): URL[] {
  const tags = tagsOf(withoutComments(html));
  const base = resolve(tags.find(({ name }) => name === 'base')?.get('href'), pageUrl) ?? pageUrl;
  const found = new Map<string, URL>();
  for (const { name, get } of tags) {
    const isModule = name === 'link' && /^(?:modulepreload|preload)$/i.test(get('rel') ?? '') && get('as') !== 'style';
    const address = name === 'script' ? get('src') : isModule ? get('href') : undefined;
    const url = resolve(address, base);
    if (url !== undefined && (name === 'script' || /\.[cm]?js$/i.test(url.pathname))) found.set(url.href, url);
  }
  return [...found.values()];
}

interface Tag {
  readonly name: string;
  get(attribute: string): string | undefined;
}

function tagsOf(html: string): Tag[] {
  const tags: Tag[] = [];
  for (const match of html.matchAll(TAG_START)) {
    const from = match.index + match[0].length;
    const attributes = html.slice(from, endOfTag(html, from));
    tags.push({ name: match[1]?.toLowerCase() ?? '', get: (attribute) => attributeOf(attributes, attribute) });
    if (tags.length === MAX_TAGS) break;
  }
  return tags;
}

/** The `>` that is not inside a quoted value. */
function endOfTag(html: string, from: number): number {
  let quote = '';
  const limit = Math.min(html.length, from + MAX_TAG_LENGTH);
  for (let at = from; at < limit; at += 1) {
    const char = html.charAt(at);
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '>') return at;
  }
  return limit;
}

function withoutComments(html: string): string {
  const kept: string[] = [];
  let at = 0;
  for (let open = html.indexOf('<!--'); open >= 0; open = html.indexOf('<!--', at)) {
    kept.push(html.slice(at, open));
    const close = html.indexOf('-->', open + 4);
    if (close < 0) return kept.join('');
    at = close + 3;
  }
  kept.push(html.slice(at));
  return kept.join('');
}

function attributeOf(attributes: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|[\\s"'/])${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(attributes);
  const value = match?.[1] ?? match?.[2] ?? match?.[3];
  return value?.replace(/&amp;/gi, '&').trim();
}

function resolve(address: string | undefined, base: URL): URL | undefined {
  const url = address ? parseUrl(address, base) : undefined;
  if (url === undefined) return undefined;
  url.hash = '';
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}

/**
 * Whether an address is inside a network (by its looks): a public page has no business sending us there, and a runner may be
 * able to reach what the page's author cannot.
 */
export function isInternal(url: URL): boolean {
  // With or without the dot that ends a complete name.
  const host = url.hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase();
  return (
    /^(?:localhost$|0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/.test(host) ||
    /^(?:::1?$|f[cd][0-9a-f]{2}:|fe80:|::ffff:)/.test(host) ||
    /\.(?:internal|local|localhost)$/.test(host)
  );
}

/** Whether a redirect stays where it was sent: only the host that was named, with or without `www.`, is asked. */
export function isSameSite(from: URL, to: URL): boolean {
  const bare = ({ hostname }: URL) => hostname.replace(/^www\./, '');
  return bare(from) === bare(to) && !(from.protocol === 'https:' && to.protocol === 'http:');
}
