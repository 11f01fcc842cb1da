import type { ServerOptions } from '../config.js';
import type { Answer } from '../http/answer.js';
import { header, type OrgExchange } from '../http/exchange.js';
import type { Organization } from '../state/types.js';

/** What the server offers as encodings. */
function compressionOf(options: ServerOptions, org: Organization): readonly string[] {
  return org.noCompression ? [] : options.compression;
}

/** `GET …/chunk-upload/` */
export function getChunkOptions(exchange: OrgExchange): Answer {
  const { options } = exchange.services;
  return {
    status: 200,
    json: {
      url: chunkUrl(exchange),
      chunkSize: options.chunkSize,
      chunksPerRequest: options.chunksPerRequest,
      maxFileSize: options.maxFileSize,
      maxRequestSize: options.maxRequestSize,
      concurrency: options.concurrency,
      hashAlgorithm: 'sha1',
      compression: compressionOf(options, exchange.org),
      accept: options.accept,
    },
  };
}

/** Old versions of sentry-cli join the url to their own base, so Sentry gives those a relative one. */
function chunkUrl(exchange: OrgExchange): string {
  const { options } = exchange.services;
  const path = `/api/0/organizations/${exchange.org.slug}/chunk-upload/`;
  if (options.uploadUrlPrefix !== undefined) return options.uploadUrlPrefix.replace(/\/$/, '') + path;
  if (options.relativeUrls && wantsRelative(header(exchange.request, 'user-agent') ?? '')) {
    return path.replace(/^\/api\/0\//, '');
  }
  return exchange.services.url() + path;
}

function wantsRelative(userAgent: string): boolean {
  const match = /^sentry-cli\/(\d+)\.(\d+)\.(\d+)/.exec(userAgent);
  if (match === null) return false;
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map(Number);
  const number = (major * 1000 + minor) * 1000 + patch;
  return number >= 1_070_001 && (major < 2 || (major === 2 && minor < 30));
}
