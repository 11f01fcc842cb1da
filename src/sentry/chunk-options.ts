import { ActionError } from '../errors.js';
import type { Log } from '../log.js';
import { parseUrl } from '../parse-url.js';
import { oneLine } from './error-text.js';
import { Fields } from './fields.js';
import type { ChunkOptions } from './types.js';

const MIB = 1024 * 1024;
/** What a server may ask of us at most: more is an attack or a mistake, and would cost memory or sockets. */
const BOUNDS = {
  chunkSize: { least: 64, most: 64 * MIB },
  chunksPerRequest: { least: 1, most: 1024 },
  maxRequestSize: { least: 64, most: 256 * MIB },
  concurrency: { least: 1, most: 32 },
} as const;

/** What the url of the options is checked against. */
export interface UrlRules {
  readonly baseUrl: string;
  /** True for the token's recipients. */
  readonly allows: (url: URL) => boolean;
}

/** Checks and clamps `GET …/chunk-upload/`; the url is made absolute and must be one the token may go to. */
export function toChunkOptions(value: unknown, where: string, rules: UrlRules, log: Log): ChunkOptions {
  const fields = new Fields(value, where);
  const bounded = (name: keyof typeof BOUNDS) => clamp(fields, name, where, log);
  const hash = fields.optionalText('hashAlgorithm');
  if (hash !== undefined && hash !== 'sha1') {
    throw new ActionError(
      'server-lacks-feature',
      `${where}: the server wants ${oneLine(hash, 40)} checksums, not sha1`,
      {
        hint: 'This server speaks another upload protocol than Sentry. Check the input url.',
      },
    );
  }
  const accept = fields.texts('accept');
  const maxFileSize = fields.count('maxFileSize');
  return {
    url: chunkUrl(fields.text('url'), where, rules),
    chunkSize: bounded('chunkSize'),
    chunksPerRequest: bounded('chunksPerRequest'),
    maxRequestSize: bounded('maxRequestSize'),
    maxFileSize: maxFileSize === 0 ? undefined : maxFileSize,
    concurrency: bounded('concurrency'),
    compression: (['gzip', 'zstd'] as const).filter((name) => fields.texts('compression').includes(name)),
    namesMissingChunks: accept.includes('artifact_bundles_v2'),
  };
}

function clamp(fields: Fields, name: keyof typeof BOUNDS, where: string, log: Log): number {
  const { least, most } = BOUNDS[name];
  const value = fields.get(name);
  if (typeof value !== 'number' || Number.isNaN(value)) throw fields.wrong(name, 'a number');
  const clamped = Math.floor(Math.min(most, Math.max(least, value)));
  if (clamped !== value) log.warning(`${where}: ${name} is ${value}, which is out of bounds; ${clamped} is used`);
  return clamped;
}

/** Older Sentry gives a path without `/api/0/` to some clients; a region host is fine, a foreign host is not. */
function chunkUrl(text: string, where: string, { allows, baseUrl }: UrlRules): string {
  const base = `${baseUrl}/api/0/`;
  const url = parseUrl(text, base);
  if (url === undefined) {
    throw new ActionError('server-answer-invalid', `${where}: the upload url is not a URL: ${oneLine(text, 100)}`, {
      hint: 'Check system.url-prefix and system.upload-url-prefix of your Sentry server.',
    });
  }
  const web = url.protocol === 'https:' || url.protocol === 'http:';
  if (web && allows(url) && !(base.startsWith('https:') && url.protocol === 'http:')) return url.href;
  throw new ActionError(
    'token-host',
    `${where}: the server at ${new URL(baseUrl).host} wants the upload at ${oneLine(web ? url.origin : url.protocol, 100)}, where the token may not be sent`,
    {
      hint: 'If that host is yours, set the input url to it, or correct system.url-prefix and system.upload-url-prefix of your Sentry server.',
    },
  );
}
