/** Shapes of what the Sentry API answers, as far as we use it. Checked by shapes.ts; every other key is ignored. */

/** `GET /api/0/` */
export interface ApiRoot {
  /** undefined: the server names no scopes (not Sentry itself); null in `auth` means the token was not seen. */
  readonly scopes: readonly string[] | undefined;
  readonly user: { readonly id: string; readonly email: string | undefined } | undefined;
}

export interface ReleaseProject {
  readonly id: number | string;
  readonly slug: string;
}

export interface Release {
  readonly version: string;
  readonly dateCreated: string | undefined;
  readonly dateReleased: string | undefined;
  readonly url: string | undefined;
  readonly commitCount: number;
  readonly lastCommit: { readonly id: string; readonly repository: string | undefined } | undefined;
  readonly projects: readonly ReleaseProject[];
}

export interface Repository {
  readonly id: string;
  readonly name: string;
  readonly url: string | undefined;
  /** `integrations:github`, …; `unknown` for a row that commits created. */
  readonly provider: string;
  readonly status: string;
  readonly externalSlug: string | undefined;
}

export interface Deploy {
  readonly id: string;
  readonly environment: string;
  readonly name: string | undefined;
  readonly url: string | undefined;
  readonly dateFinished: string | undefined;
}

/** One commit as the server takes it (Sentry: src/sentry/api/serializers/rest_framework/release.py). Give `timestamp` for all commits of a request or for none. */
export interface CommitPayload {
  readonly id: string;
  readonly repository: string;
  readonly message?: string;
  readonly author_name?: string;
  readonly author_email?: string;
  readonly timestamp?: string;
  readonly patch_set?: readonly { readonly path: string; readonly type: 'A' | 'M' | 'D' }[];
}

/** A commit that a release has already. What is there besides id and repository lets it be sent again unchanged. */
export interface ReleaseCommit {
  readonly id: string;
  /** The repository's name in Sentry. */
  readonly repository: string | undefined;
  readonly message?: string | undefined;
  readonly authorName?: string | undefined;
  readonly authorEmail?: string | undefined;
  /** ISO 8601. */
  readonly dateCreated?: string | undefined;
}

export interface RefPayload {
  readonly repository: string;
  readonly commit: string;
  readonly previousCommit?: string;
}

/** `GET …/chunk-upload/`, clamped to sane bounds (limits in shapes.ts). */
export interface ChunkOptions {
  /** Absolute; its host has been checked against the token's recipients. */
  readonly url: string;
  /** Bytes, uncompressed. */
  readonly chunkSize: number;
  readonly chunksPerRequest: number;
  /** Bytes, uncompressed sum of one request's chunks. */
  readonly maxRequestSize: number;
  /** Bytes of one assembled file; undefined: not told. */
  readonly maxFileSize: number | undefined;
  readonly concurrency: number;
  readonly compression: readonly ('gzip' | 'zstd')[];
  /** True when `accept` holds `artifact_bundles_v2`: the server names missing chunks. Else send all, then assemble. */
  readonly namesMissingChunks: boolean;
}

export interface AssembleRequest {
  readonly checksum: string;
  readonly chunks: readonly string[];
  readonly projects: readonly string[];
  readonly version?: string;
  readonly dist?: string;
}

export interface AssembleAnswer {
  readonly state: 'not_found' | 'created' | 'assembling' | 'ok' | 'error';
  readonly missingChunks: readonly string[];
  readonly detail: string | undefined;
}

/** One chunk on its way: `sha1` is of the uncompressed bytes, `body` what goes on the wire. */
export interface ChunkPart {
  readonly sha1: string;
  readonly body: Uint8Array;
}

/** How the bodies of one chunk request are encoded: multipart name `file` raw, `file` + Content-Encoding, or `file_gzip`. */
export type ChunkEncoding = 'none' | 'zstd' | 'gzip';

export interface ArtifactLookupHit {
  readonly id: string;
  readonly type: string;
  readonly resolvedWith: string;
}

/**
 * What a read of one project tells before anything is written. `unsure`: the server is not one that answers as Sentry does
 * (an unknown route, another text), so nothing may be concluded.
 */
export type ProjectProbe = 'ok' | 'project-unknown' | 'org-unknown' | 'forbidden' | 'unsure';

/** One method per endpoint. Retries, limits and deadlines are below it; every method throws an ActionError. */
export interface SentryApi {
  root(): Promise<ApiRoot>;
  /** Reads one row of the project's releases (any release scope may): tells an unknown project or organization by its slug. */
  probeProject(project: string): Promise<ProjectProbe>;
  createRelease(body: {
    readonly version: string;
    readonly projects: readonly string[];
    readonly url?: string;
    readonly dateStarted?: string;
  }): Promise<{ readonly created: boolean; readonly release: Release }>;
  /** undefined on 404. */
  getRelease(version: string): Promise<Release | undefined>;
  updateRelease(
    version: string,
    body: {
      readonly projects?: readonly string[];
      readonly dateReleased?: string;
      readonly url?: string;
      readonly refs?: readonly RefPayload[];
      readonly commits?: readonly CommitPayload[];
    },
  ): Promise<Release>;
  /** The newest release with commits that shares a project with this one; undefined when there is none (`{}` or 404). */
  previousReleaseWithCommits(version: string): Promise<Release | undefined>;
  /** The release's commits, newest first, all pages. */
  releaseCommits(version: string): Promise<readonly ReleaseCommit[]>;
  /** All pages; none from a server that knows no repositories (404). undefined when the token may not list them (403). */
  repositories(): Promise<readonly Repository[] | undefined>;
  /** The newest releases of the organization, first page: used to find the last deploy of an environment. */
  recentReleases(environment?: string): Promise<readonly Release[]>;
  /** The newest deploy of each project and environment, all pages; with a project's id (no slug), only those for that project. */
  deploys(version: string, project?: ReleaseProject['id']): Promise<readonly Deploy[]>;
  /** One attempt only, never repeated blindly: the caller reconciles with {@link SentryApi.deploys}. */
  createDeploy(
    version: string,
    body: {
      readonly environment: string;
      readonly name?: string;
      readonly url?: string;
      readonly dateStarted?: string;
      readonly dateFinished?: string;
      readonly projects?: readonly string[];
    },
  ): Promise<Deploy>;
  chunkOptions(): Promise<ChunkOptions>;
  uploadChunks(options: ChunkOptions, parts: readonly ChunkPart[], encoding: ChunkEncoding): Promise<void>;
  assemble(body: AssembleRequest): Promise<AssembleAnswer>;
  artifactLookup(project: string, debugId: string): Promise<readonly ArtifactLookupHit[]>;
}

/** A wait or retry as it happened, for the log and the report. */
export interface WaitRecord {
  readonly endpoint: string;
  readonly reason: string;
  readonly waitMs: number;
  /** 1-based attempt that will follow. */
  readonly attempt: number;
}

/** Everything the HTTP layer counted, for the report. */
export interface TrafficRecord {
  readonly requests: number;
  readonly bytesSent: number;
  readonly waits: readonly WaitRecord[];
}
