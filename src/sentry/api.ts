import { ActionError } from '../errors.js';
import { attemptLimits } from './bounds.js';
import type { Caller } from './caller.js';
import { toChunkOptions } from './chunk-options.js';
import { ENDPOINTS } from './endpoints.js';
import { errorText } from './error-text.js';
import { listOf } from './fields.js';
import { chunkBody } from './multipart.js';
import { createRelease } from './releases.js';
import {
  isEmptyRecord,
  toApiRoot,
  toAssembleAnswer,
  toCommit,
  toDeploy,
  toLookupHit,
  toRelease,
  toReleases,
  toRepository,
} from './shapes.js';
import type { ProjectProbe, SentryApi } from './types.js';

/** What the endpoints need besides a {@link Caller}. */
export interface ApiOptions {
  /** True for the token's recipients. */
  readonly allows: (url: URL) => boolean;
  /** Called with the server's `concurrency` for chunk requests. */
  readonly onConcurrency: (concurrency: number) => void;
}

/** One method per endpoint: path, body, shape. Waiting, repeating and failing are below. */
export function createApi(caller: Caller, options: ApiOptions): SentryApi {
  return { ...releaseMethods(caller), ...deployMethods(caller), ...uploadMethods(caller, options) };
}

type ReleaseMethods = Omit<SentryApi, keyof ReturnType<typeof deployMethods> | keyof ReturnType<typeof uploadMethods>>;

function releaseMethods(caller: Caller): ReleaseMethods {
  const release = (version: string, ...rest: readonly string[]) => caller.org('releases', version, ...rest);
  return {
    root: async () => {
      const answer = await caller.json('GET', ENDPOINTS.root, [], { size: 'small' });
      return toApiRoot(answer.json, 'GET /api/0/');
    },
    probeProject: (project) => probeProject(caller, project),
    createRelease: (body) => createRelease(caller, body),
    getRelease: async (version) => {
      const answer = await caller.json('GET', ENDPOINTS.release, release(version), { accepts: [404] });
      return answer.status === 404 ? undefined : toRelease(answer.json, 'GET release');
    },
    updateRelease: async (version, body) => {
      const answer = await caller.json('PUT', ENDPOINTS.release, release(version), { json: body });
      return toRelease(answer.json, 'PUT release');
    },
    previousReleaseWithCommits: async (version) => {
      const path = release(version, 'previous-with-commits');
      const answer = await caller.json('GET', ENDPOINTS.previous, path, { accepts: [404] });
      const none = answer.status === 404 || isEmptyRecord(answer.json);
      return none ? undefined : toRelease(answer.json, 'GET previous-with-commits');
    },
    releaseCommits: async (version) => {
      const read = (value: unknown, where: string) => listOf(value, where, toCommit);
      return (await caller.pages(ENDPOINTS.commits, release(version, 'commits'), read)) ?? [];
    },
    repositories: async () => {
      const read = (value: unknown, where: string) => listOf(value, where, toRepository);
      try {
        return (await caller.pages(ENDPOINTS.repositories, caller.org('repos'), read, [404])) ?? [];
      } catch (error) {
        if (error instanceof ActionError && error.status === 403) return undefined;
        throw error;
      }
    },
    recentReleases: async (environment) => {
      const query = { per_page: '100', ...(environment === undefined ? {} : { environment }) };
      const answer = await caller.json('GET', ENDPOINTS.releases, caller.org('releases'), { query });
      return toReleases(answer.json, 'GET releases');
    },
  };
}

function deployMethods(caller: Caller): Pick<SentryApi, 'deploys' | 'createDeploy'> {
  const path = (version: string) => caller.org('releases', version, 'deploys');
  return {
    deploys: async (version, project) => {
      const read = (value: unknown, where: string) => listOf(value, where, toDeploy);
      const filter = project === undefined ? {} : { project: String(project) };
      return (await caller.pages(ENDPOINTS.deploys, path(version), read, [], filter)) ?? [];
    },
    createDeploy: async (version, body) => {
      const answer = await caller.json('POST', ENDPOINTS.deploys, path(version), { json: body, repeat: 'unprocessed' });
      return toDeploy(answer.json, 'POST deploys');
    },
  };
}

function uploadMethods(
  caller: Caller,
  { allows, onConcurrency }: ApiOptions,
): Pick<SentryApi, 'chunkOptions' | 'uploadChunks' | 'assemble' | 'artifactLookup'> {
  const { baseUrl, log, requester, timeouts } = caller.options;
  return {
    chunkOptions: async () => {
      const answer = await caller.json('GET', ENDPOINTS.chunks, caller.org('chunk-upload'), { size: 'small' });
      const chunkOptions = toChunkOptions(answer.json, 'GET chunk-upload', { baseUrl, allows }, log);
      onConcurrency(chunkOptions.concurrency);
      return chunkOptions;
    },
    uploadChunks: async (chunkOptions, parts, encoding) => {
      // Loaded here: a run without source maps, to a server on plain HTTP, needs nothing else of it.
      const { randomUUID } = process.getBuiltinModule('node:crypto');
      const { headers, pieces } = chunkBody(parts, encoding, `----sentry-release-action-${randomUUID()}`);
      const limits = attemptLimits('chunks', timeouts);
      const url = new URL(chunkOptions.url);
      await requester.send({ method: 'POST', endpoint: ENDPOINTS.chunks, url, headers, body: pieces, limits });
    },
    assemble: async (body) => {
      const path = caller.org('artifactbundle', 'assemble');
      const answer = await caller.json('POST', ENDPOINTS.assemble, path, { json: body, size: 'assemble' });
      return toAssembleAnswer(answer.json, 'POST assemble');
    },
    artifactLookup: async (project, debugId) => {
      const path = caller.project(project, 'artifact-lookup');
      const answer = await caller.json('GET', ENDPOINTS.lookup, path, { query: { debug_id: debugId } });
      return listOf(answer.json, 'GET artifact-lookup', toLookupHit);
    },
  };
}

/** The texts are Sentry's own (`src/sentry/api/bases`): only they prove which of the two is unknown. */
async function probeProject(caller: Caller, project: string): Promise<ProjectProbe> {
  const answer = await caller.json('GET', ENDPOINTS.project, caller.project(project, 'releases'), {
    query: { per_page: '1' },
    accepts: [400, 403, 404, 405],
  });
  if (answer.status < 300) return 'ok';
  if (answer.status === 403) return 'forbidden';
  const text = errorText(answer.body);
  if (answer.status === 404 && /^project does not exist/i.test(text)) return 'project-unknown';
  if (answer.status === 404 && /^the requested resource does not exist/i.test(text)) return 'org-unknown';
  return 'unsure';
}
