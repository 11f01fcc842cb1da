import type { BundleArchive } from '../bundles/archive.js';
import type { HistoryCommit } from '../config.js';

/** Everything that arrived, for tests, the page and `GET /_sandbox/state`. Times are milliseconds since the epoch. */
export interface SandboxState {
  /** By slug. */
  readonly organizations: Map<string, Organization>;
}

export interface Organization {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  openMembership: boolean;
  require2fa: boolean;
  noCompression: boolean;
  /** By slug. */
  readonly projects: Map<string, Project>;
  readonly repositories: Repository[];
  readonly members: User[];
  /** By version. */
  readonly releases: Map<string, Release>;
  /** Uploaded bundles, oldest first. */
  readonly bundles: Bundle[];
  /** sha1 → chunk, in the order of arrival. */
  readonly chunks: Map<string, Chunk>;
  /** Every commit row, by `<repository>\n<sha>`. */
  readonly commits: Map<string, Commit>;
  /** The background jobs that `refs` started, oldest first. */
  readonly fetchJobs: FetchJob[];
  /** By sha1 of the whole file: what assemble would answer. Entries die 600 s after the last change. */
  readonly assembleStatus: Map<string, AssembleStatus>;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

export interface Project {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly platform: string | undefined;
  teams: string[];
  status: 'active' | 'pending_deletion';
  readonly formerSlugs: readonly string[];
}

export interface Repository {
  readonly id: number;
  readonly name: string;
  readonly url: string | undefined;
  readonly provider: string | undefined;
  readonly externalSlug: string | undefined;
  readonly externalId: string | undefined;
  readonly integrationId: string | undefined;
  status: string;
  readonly dateCreated: number;
  readonly history: readonly HistoryCommit[] | undefined;
}

export interface Author {
  name: string | undefined;
  readonly email: string;
}

export interface Commit {
  readonly id: string;
  readonly repository: Repository;
  message: string | undefined;
  author: Author | undefined;
  date: number;
  readonly patchSet: { readonly path: string; readonly type: string }[];
}

export interface Release {
  readonly id: number;
  readonly version: string;
  status: 'open' | 'archived';
  ref: string | undefined;
  url: string | undefined;
  owner: User | undefined;
  dateReleased: number | undefined;
  readonly dateCreated: number;
  readonly userAgent: string;
  /** In the order in which they were attached. */
  readonly projects: Project[];
  /** 0 is the newest. */
  commits: Commit[];
  /** Head commit per repository. */
  headCommits: { readonly repository: Repository; readonly commit: string }[];
  readonly deploys: Deploy[];
  /** What Sentry would show in the activity feeds, for tests. */
  readonly activities: { readonly kind: 'released' | 'deploy'; readonly project: string; readonly at: number }[];
  /** Held by a test or a fault: setting commits is answered 409. */
  commitLock: boolean;
  /** An issue first seen in it refuses its deletion. */
  hasIssue: boolean;
}

export interface Deploy {
  readonly id: number;
  readonly environment: string;
  readonly name: string | undefined;
  readonly url: string | undefined;
  readonly dateStarted: number | undefined;
  readonly dateFinished: number;
  readonly projects: readonly Project[];
}

/** What `refs` asked the provider for. */
export interface FetchJob {
  readonly release: string;
  readonly refs: readonly {
    readonly repository: string;
    readonly commit: string;
    readonly previousCommit: string | null;
  }[];
  readonly previousRelease: string | undefined;
  readonly user: string | undefined;
}

export interface Chunk {
  readonly sha1: string;
  readonly size: number;
  readonly path: string;
}

export type AssembleState = 'not_found' | 'created' | 'assembling' | 'ok' | 'error';

export interface AssembleStatus {
  state: AssembleState;
  detail: string | undefined;
  changedAt: number;
  /** The chunks it was asked with, so that forgetting one can forget the status. */
  readonly chunks: readonly string[];
}

/** One uploaded artifact bundle. Its bytes are on disk; `archive` reads entries out of them. */
export interface Bundle {
  readonly id: number;
  /** The manifest's debug_id, or derived from the bytes. */
  readonly bundleId: string;
  /** sha1 of the bytes. */
  checksum: string;
  archive: BundleArchive;
  /** As the manifest lists them (also entries without url). */
  files: readonly BundleFile[];
  readonly releases: { readonly release: string; readonly dist: string }[];
  readonly projects: Project[];
  /** Rows of the debug-id index. Not re-read when the same bundle id comes again. */
  readonly debugIds: { readonly debugId: string; readonly type: string; readonly path: string }[];
  /** Rows of the url index; empty below three bundles of a release. */
  readonly urls: string[];
  readonly dateUploaded: number;
  dateModified: number;
}

export interface BundleFile {
  /** Name in the archive. */
  readonly path: string;
  readonly url: string | undefined;
  readonly type: string | undefined;
  /** Keys in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Normalized; undefined: none, or not readable. */
  readonly debugId: string | undefined;
}
