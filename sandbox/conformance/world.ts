import { createHash } from 'node:crypto';
import type { LimitsConfig, OrganizationConfig, ProjectConfig, ServerOptions, TokenConfig } from '../config.js';
import type { Sandbox } from '../server.js';
import type { Organization } from '../state/types.js';
import type { MadeBundle } from './bundle.js';
import { type Case, Inexpressible } from './case.js';

/** The frozen time that cases call T: a multiple of every window that is asked for. */
export const T_SECONDS = 946_684_800;

/** The caller's team; projects of other teams are on `others`. */
export const TEAM = 'one-team';
export const OTHER_TEAM = 'others';

/** What a case's text asks for: first data, which becomes a config, then steps against the running sandbox. */
export interface World {
  /** The case whose text is being read. */
  subject: Case;
  /** A case of the same file. */
  find(id: string): Case | undefined;
  /** Reads another case's text into this world. */
  understand(text: string): void;
  readonly projects: Map<string, { -readonly [Key in keyof ProjectConfig]: ProjectConfig[Key] }>;
  readonly repositories: NonNullable<OrganizationConfig['repositories']>[number][];
  readonly members: { readonly email: string }[];
  readonly absent: Set<string>;
  org: { openMembership?: boolean; require2fa?: boolean; noCompression?: boolean };
  /** Flags for the caller's token: expired, disabled, … */
  readonly token: {
    -readonly [Key in 'expired' | 'revoked' | 'disabled' | 'has2fa' | 'teams' | 'user']?: TokenConfig[Key];
  };
  readonly options: { -readonly [Key in keyof ServerOptions]?: ServerOptions[Key] };
  limits: LimitsConfig | undefined;
  /** Releases in the order they are mentioned; `{version}` is one of them. */
  readonly releases: MadeRelease[];
  /** For job cases: what is assembled, and how often and with which release and dist. */
  bundle: MadeBundle | undefined;
  runs: { version: string | undefined; dist: string | undefined }[] | undefined;
  chunkVanishes: boolean;
  /** What only the setting up brings. */
  readonly made: { bundleId: string | undefined };
  /** In this order, before the request, against the running sandbox. */
  readonly steps: ((live: Live) => Promise<void>)[];
  /** Until the request is answered, calls in flight. */
  inFlight: number;
}

export interface MadeRelease {
  readonly version: string;
  readonly projects: readonly string[];
  readonly withCommits: boolean;
}

/** The running sandbox with what steps need. */
export interface Live {
  readonly sandbox: Sandbox;
  readonly org: Organization;
  readonly world: World;
  /** Calls the API with every scope; throws unless the status is one of 2xx. */
  setup(method: string, path: string, json?: unknown): Promise<unknown>;
  uploadChunk(content: Buffer): Promise<string>;
  /** Sends a case's request and forgets the answer. */
  send(subject: Case): Promise<void>;
}

/** An empty world around a case. */
export function createWorld(subject: Case, hooks: Pick<World, 'find' | 'understand'>): World {
  return {
    ...hooks,
    ...{ subject, repositories: [], members: [], absent: new Set(), org: {}, token: {}, options: {} },
    ...{ limits: undefined, releases: [], bundle: undefined, runs: undefined, chunkVanishes: false, steps: [] },
    inFlight: 0,
    made: { bundleId: undefined },
    projects: new Map([
      ['foo', { slug: 'foo', id: 1, teams: [TEAM] }],
      ['bar', { slug: 'bar', id: 2, teams: [TEAM] }],
      ['qux', { slug: 'qux', id: 3, teams: [OTHER_TEAM] }],
    ]),
  };
}

/** Short texts whose sha1 cases name instead of content. */
const TEXTS = [...Array(1000).keys()].map(String).concat([...'abcdefghijklmnopqrstuvwxyz'], ['test', 'hello', 'foo']);

/** The content with a sha1, where it is a short text. */
export function contentOf(sha1: string): Buffer {
  const text = TEXTS.find((candidate) => createHash('sha1').update(candidate).digest('hex') === sha1);
  if (text === undefined) throw new Inexpressible(`no content is known with the sha1 ${sha1}`);
  return Buffer.from(text);
}
