import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { TokenConfig } from '../config.js';
import { isObject, type JsonObject } from '../json.js';
import { type Case, Inexpressible } from './case.js';
import { TEAM, type World } from './world.js';
import { zstdFrame } from './zstd.js';

/** Slugs of the case's organization and of the one that `org2[…]` tokens belong to. */
export const ORG = 'acme';
export const ORG2 = 'another-org';

/** An answer as the expectations look at it. */
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The caller's token by the case's word, and the headers it is sent with. */
export interface CallerToken {
  readonly config: TokenConfig | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const HEX = 'e'.repeat(64);

/** Reads `none`, `user[scopes]`, `org[…]`, `org2[…]`, `integration[…]`, `app[…]`, `apikey[…]`, `session`, `bad-…`. */
export function callerToken(world: World, subject: Case): CallerToken {
  const word = typeof subject.request['token'] === 'string' ? subject.request['token'] : 'none';
  if (word === 'none') return { config: undefined, headers: {} };
  if (word === 'bad-user') return { config: undefined, headers: bearer(`sntryu_${HEX}`) };
  if (word === 'bad-org') return { config: undefined, headers: bearer('sntrys_bm9uZQ==_c2VjcmV0') };
  if (word === 'bad-apikey') return { config: undefined, headers: basic('no-such-key') };
  if (word === 'session') return session(world);
  const match = /^(user|org|org2|integration|app|apikey)\[(.*)\]$/.exec(word);
  if (match === null) throw new Inexpressible(`the token word is not known: "${word}"`);
  const [, kind = '', scopes = ''] = match;
  return tokenOf(
    world,
    kind,
    scopes.split(/[\s,]+/).filter((scope) => scope !== ''),
  );
}

function basic(key: string): Record<string, string> {
  return { Authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` };
}

function session(world: World): CallerToken {
  const config: TokenConfig = { kind: 'session', token: 'case-session', scopes: [], org: ORG, ...world.token };
  return { config, headers: { Cookie: 'sentrysid=case-session' } };
}

function tokenOf(world: World, word: string, scopes: readonly string[]): CallerToken {
  const kind = word === 'org2' ? 'org' : (word as TokenConfig['kind']);
  const prefixes: Partial<Record<TokenConfig['kind'], string>> = {
    user: 'sntryu_',
    integration: 'sntryi_',
    app: 'sntrya_',
  };
  const token = kind === 'org' ? `sntrys_case_${word}` : `${prefixes[kind] ?? ''}${'f'.repeat(64)}`;
  const teams = kind === 'user' || kind === 'app' ? { teams: [TEAM] } : {};
  const org = word === 'org2' ? ORG2 : ORG;
  const config: TokenConfig = { name: 'caller', kind, token, scopes, org, ...teams, ...world.token };
  return { config, headers: kind === 'apikey' ? basic(token) : bearer(token) };
}

/** Sends the request of a case. */
export async function sendCase(base: string, world: World, subject: Case): Promise<Received> {
  const { request } = subject;
  const { method, path } = targetOf(world, subject);
  const query = typeof request['query'] === 'string' ? `?${request['query']}` : '';
  const own = isObject(request['headers']) ? stringHeaders(request['headers']) : {};
  const { body, headers } = bodyOf(request);
  const response = await fetch(`${base}${path}${query}`, {
    method,
    redirect: 'manual',
    headers: { 'User-Agent': 'conformance', ...callerToken(world, subject).headers, ...headers, ...own },
    ...(body === undefined || method === 'GET' ? {} : { body }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function stringHeaders(headers: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function targetOf(world: World, subject: Case): { method: string; path: string } {
  if (/^any /.test(subject.endpoint)) return { method: 'GET', path: '/api/0/' };
  const [method = '', template = ''] = subject.endpoint.split(' ', 2);
  if (!/^[A-Z]+$/.test(method) || !template.startsWith('/')) {
    throw new Inexpressible(`the endpoint is not understood: "${subject.endpoint}"`);
  }
  const given = subject.request['path'];
  if (typeof given === 'string') return { method, path: given };
  const names: Record<string, string> = { org: ORG, project: 'foo', version: versionOf(world, template) };
  const path = template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = names[name] ?? madeValue(world, name);
    if (value === undefined) throw new Inexpressible(`nothing is known to stand for ${whole}`);
    return encodeURIComponent(value);
  });
  return { method, path };
}

/** Values that exist only after the setting up, such as a bundle's id. */
function madeValue(world: World, name: string): string | undefined {
  return name.replaceAll('_', '').toLowerCase() === 'bundleid' ? world.made.bundleId : undefined;
}

/** What `{version}` stands for: a release that does not exist, or one that was mentioned. */
function versionOf(world: World, template: string): string {
  const [absent] = world.absent;
  if (absent !== undefined) return absent;
  const { releases } = world;
  // "The previous with commits" is asked of the release that has none, where there is one.
  const asking = template.includes('previous-with-commits')
    ? releases.find((release) => !release.withCommits)
    : undefined;
  return (asking ?? releases[0])?.version ?? '1';
}

function bodyOf(request: JsonObject): {
  body: Uint8Array<ArrayBuffer> | string | undefined;
  headers: Record<string, string>;
} {
  const { multipart, json, body } = request;
  if (Array.isArray(multipart)) return multipartBody(multipart);
  if (json !== undefined) return { body: JSON.stringify(json), headers: { 'Content-Type': 'application/json' } };
  if (typeof body === 'string') return { body, headers: { 'Content-Type': 'application/json' } };
  return { body: undefined, headers: {} };
}

const BOUNDARY = 'conformance-boundary-7d1c';

function multipartBody(parts: readonly unknown[]) {
  const pieces: Buffer[] = [];
  for (const part of parts) {
    if (!isObject(part)) throw new Inexpressible('a multipart entry is no object');
    const piece = partOf(part);
    for (let n = 0; n < Number(part['times'] ?? 1); n += 1) pieces.push(piece);
  }
  pieces.push(Buffer.from(`--${BOUNDARY}--\r\n`));
  const headers = { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` };
  return { body: new Uint8Array(Buffer.concat(pieces)), headers };
}

function partOf(part: JsonObject): Buffer {
  const content = contentOfPart(part);
  const filename = filenameOf(part['filename'], content);
  const suffix = filename === undefined ? '' : `; filename="${filename}"`;
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${String(part['name'])}"${suffix}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), encoded(content, part['encode']), Buffer.from('\r\n')]);
}

function contentOfPart(part: JsonObject): Buffer {
  if (typeof part['contentBase64'] === 'string') return Buffer.from(part['contentBase64'], 'base64');
  if (typeof part['contentBytes'] === 'number') return Buffer.alloc(part['contentBytes'], 'x');
  return Buffer.from(String(part['content'] ?? ''));
}

function filenameOf(given: unknown, content: Buffer): string | undefined {
  if (typeof given !== 'string') return undefined;
  const sha1 = (bytes: Buffer | string) => createHash('sha1').update(bytes).digest('hex');
  const inner = /^(?:(upper|SHA1)\(?)?(?:sha1)?\((.*?)\)+$/.exec(given);
  if (inner === null) return given;
  const digest = sha1(inner[2] === 'content' ? content : (inner[2] ?? ''));
  return inner[1] === undefined ? digest : digest.toUpperCase();
}

function encoded(content: Buffer, encoding: unknown): Buffer {
  if (encoding === undefined || encoding === null) return content;
  if (encoding === 'gzip') return gzipSync(content);
  if (encoding === 'zstd') return zstdFrame(content);
  throw new Inexpressible(`the encoding is not known: "${String(encoding)}"`);
}
