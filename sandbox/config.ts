import type { Fault } from './faults/types.js';

/** Scope names are free text: the sandbox compares them with the endpoint's table, as Sentry does. */
export type TokenKind = 'user' | 'org' | 'integration' | 'app' | 'apikey' | 'session';

/** One credential the sandbox knows. Everything else is answered as Sentry answers an unknown token. */
export interface TokenConfig {
  /** The whole secret as a client sends it. For `apikey` the Basic user name, for `session` the cookie `sentrysid`. */
  readonly token: string;
  /** Shown in the log instead of the secret. Default: the kind and the position in the list. */
  readonly name?: string;
  readonly kind: TokenKind;
  /** Slug of the organization it belongs to (for `user`: is a member of). Default: the first organization. */
  readonly org?: string;
  readonly scopes: readonly string[];
  /** `user`, `app`, `session`: who it acts for. Default: a user made up from the position in the list. */
  readonly user?: UserConfig;
  /** `user`, `session`: the teams its user is on. Default: all teams. */
  readonly teams?: readonly string[];
  readonly revoked?: boolean;
  readonly expired?: boolean;
  /** The user or application behind it is disabled. */
  readonly disabled?: boolean;
  /** False: the user lacks two-factor authentication; matters in organizations with `require2fa`. Default true. */
  readonly has2fa?: boolean;
}

export interface UserConfig {
  readonly id?: string;
  readonly name?: string;
  readonly email?: string;
}

export interface ProjectConfig {
  readonly slug: string;
  /** Numeric id, unique in the server. Default: counted from 1. */
  readonly id?: number;
  readonly name?: string;
  readonly platform?: string;
  /** Teams that own it. Default `["everyone"]`. */
  readonly teams?: readonly string[];
  /** Default `active`; any other is invisible to clients. */
  readonly status?: 'active' | 'pending_deletion';
  /** Slugs it had before: requests to them are answered 302. */
  readonly formerSlugs?: readonly string[];
}

/** A commit a provider would hand out: what Sentry's background job fetches after `refs` were set. */
export interface HistoryCommit {
  readonly id: string;
  readonly message?: string;
  readonly author_name?: string;
  readonly author_email?: string;
  readonly timestamp?: string;
}

export interface RepositoryConfig {
  readonly name: string;
  readonly url?: string;
  /** `integrations:github`, `integrations:gitlab`, …; absent: a row without provider (`unknown`). */
  readonly provider?: string;
  readonly externalSlug?: string;
  readonly externalId?: string;
  readonly integrationId?: string;
  readonly status?: 'active' | 'deleted' | 'hidden';
  /** Newest first; given: `refs` fetch from here, as a working provider would. */
  readonly history?: readonly HistoryCommit[];
}

export interface OrganizationConfig {
  readonly slug: string;
  readonly id?: number;
  readonly name?: string;
  readonly projects?: readonly ProjectConfig[];
  readonly repositories?: readonly RepositoryConfig[];
  /** People who may own a release, besides the users of the tokens. */
  readonly members?: readonly UserConfig[];
  /** False: a user reaches only the projects of their teams. Default true. */
  readonly openMembership?: boolean;
  readonly require2fa?: boolean;
  /** Chunk options list no compression for it. */
  readonly noCompression?: boolean;
}

/** One rate-limit bucket: `limit` requests per fixed window; `concurrent` open requests. */
export interface LimitConfig {
  readonly limit?: number;
  readonly windowSeconds?: number;
  readonly concurrent?: number;
}

export interface LimitsConfig {
  /** Endpoints outside the other groups, and every `ip` caller. Default 40 per 1 s, 25 at once. */
  readonly default?: LimitConfig;
  /** Group "CLI": chunk upload, repositories, previous-with-commits. Default 200 per 1 s, 200 at once. */
  readonly cli?: LimitConfig;
  /** `GET,POST …/releases/`. Default 40 per 1 s. */
  readonly releases?: LimitConfig;
  /** Answer 429 above the concurrent limit. Default false, as in Sentry's settings. */
  readonly enforceConcurrent?: boolean;
}

/** What kind of server this is. The profiles in sandbox/profiles are sets of these. */
export interface ServerOptions {
  /** No rate limits and no rate-limit headers. Default false. */
  readonly selfHosted: boolean;
  /** `Retry-After` (seconds) added to each 429, as a proxy in front may do. Default none. */
  readonly proxyRetryAfterSeconds: number | undefined;
  /** Bytes. */
  readonly chunkSize: number;
  readonly chunksPerRequest: number;
  /** Bytes, decoded. */
  readonly maxRequestSize: number;
  /** Bytes of one assembled file. */
  readonly maxFileSize: number;
  readonly concurrency: number;
  readonly compression: readonly string[];
  readonly accept: readonly string[];
  /** Multipart names that are read. Default both. */
  readonly chunkParts: readonly string[];
  /** `Content-Encoding` of a chunk request is understood. Default true. */
  readonly contentEncoding: boolean;
  /** Prefix of the chunk url instead of the server's own origin (`system.upload-url-prefix`). */
  readonly uploadUrlPrefix: string | undefined;
  /** sentry-cli 1.70.1 to 2.29.x get a relative chunk url. Default true. */
  readonly relativeUrls: boolean;
  /** Assemble says which chunks are missing. Default true. */
  readonly namesMissingChunks: boolean;
  /** `ok`: the state machine of Sentry. `created`: never says more than that. */
  readonly assembleEnds: 'ok' | 'created';
  /** Milliseconds between `created` and the job's start. Default 0. */
  readonly jobDelayMs: number;
  /** `not-idempotent`: creating an existing release is a 500. `absent`: the routes are 404. */
  readonly releases: 'sentry' | 'not-idempotent' | 'absent';
  readonly deploys: boolean;
  /** Repositories and previous-with-commits. */
  readonly repositories: boolean;
  /** `no-scopes`: `GET /api/0/` holds no `auth.scopes`; `fixed`: the same answer to everybody. */
  readonly index: 'sentry' | 'no-scopes' | 'fixed';
  /** Key of error texts: Sentry's own shapes, or everything under `error`. */
  readonly errors: 'sentry' | 'error';
  readonly chunkTooLargeStatus: 400 | 413;
  /** The 500s that Sentry answers to odd input (a null commit message, mixed timestamps, …). Default true. */
  readonly sharpEdges: boolean;
  /** Remember a release permission for 60 s, as Sentry does. Default false. */
  readonly permissionCache: boolean;
  /** Refuse a bundle whose manifest names files that are not in the archive. Sentry does not. Default false. */
  readonly lintBundles: boolean;
  /** Milliseconds an idle connection is kept. Default 5000. */
  readonly keepAliveTimeoutMs: number;
  /** Shift of the server's clock: `Date` and rate-limit resets. Default 0. */
  readonly clockSkewMs: number;
}

/** The mode for benchmarks: nothing is kept or checked. */
export interface FastConfig {
  /** `nothing`: chunks are missing until their names were sent; `everything`: none is ever missing. Default `nothing`. */
  readonly has?: 'nothing' | 'everything';
  /** `created-first`: assemble ends `ok` at the second question; `at-once`: at the first. Default `created-first`. */
  readonly finish?: 'created-first' | 'at-once';
}

/** Everything a sandbox can be told. All of it is optional; README.md has an example. */
export interface SandboxConfig {
  /** 0: any free port. */
  readonly port?: number;
  readonly organizations?: readonly OrganizationConfig[];
  readonly tokens?: readonly TokenConfig[];
  /** Name of a file in sandbox/profiles; its options come before `options`. */
  readonly profile?: string;
  readonly options?: Partial<ServerOptions>;
  readonly limits?: LimitsConfig;
  readonly faults?: readonly Fault[];
  /** Seed of faults with a probability. Default 1. */
  readonly seed?: number;
  readonly fast?: boolean | FastConfig;
  /** Requests kept in memory (the newest). Default 10000. */
  readonly keepRequests?: number;
  /** File that gets one JSON line a request. */
  readonly logFile?: string;
  /** Folder for chunks and bundles. Default: a new one in the system's temp folder, removed by close(). */
  readonly dataDir?: string;
  /** From code only: the sandbox's clock, milliseconds since the epoch. */
  readonly now?: () => number;
}

const ACCEPT = [
  'debug_files',
  'release_files',
  'pdbs',
  'sources',
  'bcsymbolmaps',
  'il2cpp',
  'portablepdbs',
  'artifact_bundles',
  'artifact_bundles_v2',
  'proguard',
  'preprod_artifacts',
  'dartsymbolmap',
];

/** sentry.io of 2026, as far as its code and public logs tell. */
export const DEFAULT_OPTIONS: ServerOptions = {
  selfHosted: false,
  proxyRetryAfterSeconds: undefined,
  chunkSize: 8 * 1024 * 1024,
  chunksPerRequest: 64,
  maxRequestSize: 32 * 1024 * 1024,
  maxFileSize: 2 ** 32,
  concurrency: 8,
  compression: ['gzip', 'zstd'],
  accept: ACCEPT,
  chunkParts: ['file', 'file_gzip'],
  contentEncoding: true,
  uploadUrlPrefix: undefined,
  relativeUrls: true,
  namesMissingChunks: true,
  assembleEnds: 'ok',
  jobDelayMs: 0,
  releases: 'sentry',
  deploys: true,
  repositories: true,
  index: 'sentry',
  errors: 'sentry',
  chunkTooLargeStatus: 400,
  sharpEdges: true,
  permissionCache: false,
  lintBundles: false,
  keepAliveTimeoutMs: 5000,
  clockSkewMs: 0,
};
