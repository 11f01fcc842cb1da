/** The endpoints we use: how they are called in the log, and which scope they need. Limits are counted per family and method. */

/** Facts about one endpoint, for limits, log lines and hints. */
export interface Endpoint {
  /** Family of the limiter, and its name in log and errors. */
  readonly family: string;
  /** Scopes of which one is enough, as the server's permission class lists them. */
  readonly scopes: readonly string[];
  /** What the path names, for a 404. */
  readonly thing: 'api' | 'organization' | 'project' | 'release' | 'upload';
}

const RELEASE_SCOPES = ['project:releases', 'org:ci', 'project:write', 'project:admin'] as const;

export const ENDPOINTS = {
  root: { family: '/api/0/', scopes: [], thing: 'api' },
  project: { family: 'project', scopes: RELEASE_SCOPES, thing: 'project' },
  releases: { family: 'releases', scopes: RELEASE_SCOPES, thing: 'organization' },
  release: { family: 'release', scopes: RELEASE_SCOPES, thing: 'release' },
  previous: { family: 'previous-with-commits', scopes: RELEASE_SCOPES, thing: 'release' },
  commits: { family: 'commits', scopes: RELEASE_SCOPES, thing: 'release' },
  repositories: { family: 'repositories', scopes: ['org:read', 'org:ci', 'org:integrations'], thing: 'organization' },
  deploys: { family: 'deploys', scopes: RELEASE_SCOPES, thing: 'release' },
  chunks: { family: 'chunk-upload', scopes: RELEASE_SCOPES, thing: 'upload' },
  assemble: { family: 'assemble', scopes: RELEASE_SCOPES, thing: 'upload' },
  lookup: { family: 'artifact-lookup', scopes: RELEASE_SCOPES, thing: 'project' },
} as const satisfies Record<string, Endpoint>;
