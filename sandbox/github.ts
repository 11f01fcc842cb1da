import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GitStore } from './github-git.js';
import { answer, type GitHubAnswer, problem } from './github-routes.js';

/** A repository that the fake API serves from a real one on disk. */
export interface GitHubRepository {
  /** `owner/name`. */
  readonly name: string;
  /** A git folder or a work tree; whatever is in it at the time of a request is what GitHub has. */
  readonly dir: string;
  /** Names it had before: requests to them are answered 301. */
  readonly formerNames?: readonly string[];
}

export interface GitHubToken {
  readonly token: string;
  /** Names it may read. Default: all. */
  readonly repositories?: readonly string[];
  /** False: `contents: read` is missing, so that everything is 403. Default true. */
  readonly contents?: boolean;
}

export interface GitHubConfig {
  readonly repositories: readonly GitHubRepository[];
  readonly tokens: readonly GitHubToken[];
  /** Before every path; GitHub Enterprise Server has `/api/v3`. Default none. */
  readonly prefix?: string;
  /** Requests an hour. Default 1000, as for GITHUB_TOKEN. */
  readonly limit?: number;
  /** Unix milliseconds. Default the machine's clock. */
  readonly now?: () => number;
}

export interface GitHubRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly status: number;
  readonly authorized: boolean;
}

/** A running fake of GitHub's REST API. */
export interface FakeGitHub {
  /** What GITHUB_API_URL would be. */
  readonly url: string;
  readonly requests: readonly GitHubRequest[];
  /** The primary limit; `resetAt` in Unix seconds. */
  readonly limit: { remaining: number; resetAt: number };
  /** The next answers, instead of the real ones. */
  readonly faults: GitHubAnswerFault[];
  close(): Promise<void>;
}

export interface GitHubAnswerFault {
  readonly status: number;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection is cut instead. */
  readonly cut?: boolean;
}

/** Query names that the routes know; any other is a mistake of the client and answered 422. */
const KNOWN_QUERY = new Set(['per_page', 'page', 'sha']);

/** Starts the fake on 127.0.0.1. */
export async function startGitHub(config: GitHubConfig): Promise<FakeGitHub> {
  const requests: GitHubRequest[] = [];
  const faults: GitHubAnswerFault[] = [];
  const now = config.now ?? Date.now;
  const limit = { remaining: config.limit ?? 1000, resetAt: Math.floor(now() / 1000) + 3600 };
  const state: State = { config, requests, faults, limit, now, stores: new Map() };
  const server = createServer((request, response) => {
    serve(state, request, response).catch((error: unknown) => {
      requests.push({ method: request.method ?? '', url: `${request.url}: ${error}`, status: 500, authorized: false });
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${config.prefix ?? ''}`;
  return {
    ...{ url, requests, limit, faults },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface State {
  readonly config: GitHubConfig;
  readonly requests: GitHubRequest[];
  readonly faults: GitHubAnswerFault[];
  readonly limit: { remaining: number; resetAt: number };
  readonly now: () => number;
  readonly stores: Map<string, GitStore>;
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`);
  const token = tokenOf(request, state.config);
  const fault = state.faults.shift();
  const record = (status: number) =>
    state.requests.push({
      method: request.method ?? '',
      url: url.pathname + url.search,
      status,
      authorized: token !== undefined,
    });
  if (fault?.cut) {
    record(0);
    request.socket.destroy();
    return;
  }
  const found: Answer =
    fault === undefined ? await route(state, request, url, token) : problem(fault.status, fault.message ?? '');
  record(found.status);
  const headers = { ...limitHeaders(state), ...linkHeader(found, url), ...found.headers, ...fault?.headers };
  response.writeHead(found.status, {
    'content-type': 'application/json; charset=utf-8',
    date: new Date(state.now()).toUTCString(),
    ...headers,
  });
  response.end(JSON.stringify(found.body));
}

type Answer = GitHubAnswer & { readonly headers?: Readonly<Record<string, string>> };

/** In GitHub's order: who, how often, what. */
async function route(
  state: State,
  request: IncomingMessage,
  url: URL,
  token: GitHubToken | undefined,
): Promise<Answer> {
  if (!request.headers['user-agent']) return problem(403, 'Request forbidden by administrative rules.');
  if (request.headers.authorization !== undefined && token === undefined) return problem(401, 'Bad credentials');
  const limited = spend(state);
  if (limited !== undefined) return limited;
  if (request.method !== 'GET') return problem(404, 'Not Found');
  const unknown = [...url.searchParams.keys()].filter((name) => !KNOWN_QUERY.has(name));
  if (unknown.length > 0) return problem(422, `Unknown query: ${unknown.join(', ')}`);
  const prefix = state.config.prefix ?? '';
  if (!url.pathname.startsWith(`${prefix}/`)) return problem(404, 'Not Found');
  const segments = url.pathname
    .slice(prefix.length + 1)
    .split('/')
    .map(decodeURIComponent);
  return await inRepository(state, url, segments, token);
}

async function inRepository(
  state: State,
  url: URL,
  segments: readonly string[],
  token: GitHubToken | undefined,
): Promise<Answer> {
  const { repositories, prefix = '' } = state.config;
  const byId = segments[0] === 'repositories';
  const name = `${segments[1]}/${segments[2]}`.toLowerCase();
  const index = byId
    ? Number(segments[1])
    : repositories.findIndex((repository) => repository.name.toLowerCase() === name);
  const moved = repositories.findIndex(({ formerNames = [] }) =>
    formerNames.some((former) => former.toLowerCase() === name),
  );
  const rest = segments.slice(byId ? 2 : 3);
  const repository = repositories[index];
  if (repository === undefined && moved !== -1 && segments[0] === 'repos') {
    const location = `${url.origin}${prefix}/repositories/${moved}/${rest.map(encodeURIComponent).join('/')}${url.search}`;
    return { ...problem(301, 'Moved Permanently'), headers: { location } };
  }
  const visible = token?.repositories === undefined || token.repositories.includes(repository?.name ?? '');
  if (repository === undefined || token === undefined || !visible || (segments[0] !== 'repos' && !byId))
    return problem(404, 'Not Found');
  if (token.contents === false) return problem(403, 'Resource not accessible by integration');
  const base = `${url.origin}${prefix}/repos/${repository.name}`;
  return await answer({ store: storeOf(state, repository.dir), base, query: url.searchParams, path: rest });
}

function storeOf({ stores }: State, dir: string): GitStore {
  const store = stores.get(dir) ?? new GitStore(dir);
  stores.set(dir, store);
  return store;
}

/** Takes one request from the hour's; says so when there is none left. */
function spend({ config, limit, now }: State): Answer | undefined {
  if (now() / 1000 >= limit.resetAt) {
    limit.remaining = config.limit ?? 1000;
    limit.resetAt = Math.floor(now() / 1000) + 3600;
  }
  if (limit.remaining > 0) {
    limit.remaining -= 1;
    return undefined;
  }
  return problem(403, 'API rate limit exceeded for installation.');
}

function limitHeaders({ config, limit }: State): Record<string, string> {
  return {
    'x-ratelimit-limit': String(config.limit ?? 1000),
    'x-ratelimit-remaining': String(limit.remaining),
    'x-ratelimit-reset': String(limit.resetAt),
    'x-ratelimit-resource': 'core',
  };
}

function linkHeader({ pages }: GitHubAnswer, url: URL): Record<string, string> {
  const relations = Object.entries(pages ?? {}).map(([relation, page]) => {
    const target = new URL(url);
    target.searchParams.set('page', String(page));
    return `<${target.href}>; rel="${relation}"`;
  });
  return relations.length === 0 ? {} : { link: relations.join(', ') };
}

function tokenOf(request: IncomingMessage, config: GitHubConfig): GitHubToken | undefined {
  const given = /^(?:token|bearer) (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return config.tokens.find(({ token }) => token === given);
}
