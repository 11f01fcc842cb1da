import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkOrgAccess, findOrganization, visibleProjects } from './auth/access.js';
import { authenticate, unauthorized } from './auth/authenticate.js';
import { ANONYMOUS, type Caller } from './auth/caller.js';
import { mayCall } from './auth/scopes.js';
import type { FaultAction } from './faults/types.js';
import { type Answer, ApiError, detail, errors } from './http/answer.js';
import type { RequestBody } from './http/body.js';
import type { Exchange, OrgExchange, ProjectExchange } from './http/exchange.js';
import { isObject } from './json.js';
import { type Counted, countedAs, type RateLimiter } from './limits/ratelimit.js';
import { type Action, findRoute, type RouteMatch } from './routes.js';
import type { Services } from './services.js';
import type { Organization, Project } from './state/types.js';

/** One request to the API, before anything is known about it. */
export interface ApiRequest {
  readonly services: Services;
  readonly limiter: RateLimiter;
  readonly request: IncomingMessage;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: RequestBody;
  readonly effects: FaultAction;
  chunkEffects(sha1s: readonly string[]): FaultAction;
}

/** What the API made of a request. */
export interface ApiOutcome {
  readonly answer: Answer;
  /** Headers every answer of that endpoint carries. */
  readonly headers: Readonly<Record<string, string>>;
  readonly caller: Caller;
  readonly counted: Counted | undefined;
  /** To be called when the answer is out. */
  done(): void;
}

/**
 * Sentry's order: rate limit, authentication, scopes, organization, access to it, project, method, endpoint. So a missing
 * scope on an unknown organization is a 403, and a good token there a 404.
 */
export async function callApi(call: ApiRequest): Promise<ApiOutcome> {
  const { services, path } = call;
  const match = findRoute(path, services.options);
  if (match === undefined)
    return { answer: noRoute(call), headers: {}, caller: ANONYMOUS, counted: undefined, done() {} };
  const { caller, refusal } = identify(call);
  const ticket = takeTicket(call, match, caller);
  const headers = { ...endpointHeaders(match), ...ticket?.headers };
  const answer = await answerOf(async () => {
    if (call.effects.delayMs !== undefined) await sleep(call.effects.delayMs);
    if (ticket?.refusal !== undefined) return withRetryAfter(ticket.refusal, services.options.proxyRetryAfterSeconds);
    if (refusal !== undefined) throw refusal;
    return dispatch(call, match, caller);
  });
  return {
    answer: services.options.errors === 'error' ? underError(answer) : answer,
    headers,
    caller,
    counted: ticket?.counted,
    done: () => ticket?.done(),
  };
}

async function answerOf(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError) return error.answer;
    throw error;
  }
}

/** Two shapes of "no such route": the hint about a trailing slash, as JSON for JSON requests, and an empty body. */
function noRoute(call: ApiRequest): Answer {
  if (call.path.endsWith('/')) return { status: 404 };
  const hint = `Route not found, did you forget a trailing slash? try: ${call.path}/`;
  const isJson = (call.request.headers['content-type'] ?? '').startsWith('application/json');
  if (isJson) return { status: 404, json: { info: hint } };
  return { status: 404, headers: { 'Content-Type': 'text/plain' }, text: `${hint}\n` };
}

function identify(call: ApiRequest): { caller: Caller; refusal: ApiError | undefined } {
  try {
    return { caller: authenticate(call.services, call.request), refusal: undefined };
  } catch (error) {
    if (error instanceof ApiError) return { caller: ANONYMOUS, refusal: error };
    throw error;
  }
}

function takeTicket(call: ApiRequest, match: RouteMatch, caller: Caller) {
  const { services, method, request } = call;
  if (services.options.selfHosted) return undefined;
  const group = match.route.groups?.[method] ?? 'default';
  const address = request.socket.remoteAddress ?? '';
  const counted = countedAs(caller, group, method, match.route.path, address);
  return call.limiter.enter(counted, services.clock.now(), call.effects.rateLimit);
}

function withRetryAfter(answer: Answer, seconds: number | undefined): Answer {
  if (seconds === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'Retry-After': String(seconds) } };
}

function endpointHeaders(match: RouteMatch): Record<string, string> {
  const allow = [...Object.keys(match.route.methods), 'HEAD', 'OPTIONS'].join(', ');
  return {
    Allow: allow,
    'Access-Control-Allow-Methods': allow,
    'Access-Control-Allow-Headers':
      'X-Sentry-Auth, X-Requested-With, Origin, Accept, Content-Type, Authentication, Authorization, Content-Encoding',
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers':
      'X-Sentry-Error, X-Sentry-Direct-Hit, X-Hits, X-Max-Hits, Endpoint, Retry-After, Link',
  };
}

async function dispatch(call: ApiRequest, match: RouteMatch, caller: Caller): Promise<Answer> {
  const { method } = call;
  checkOrigin(call, caller);
  if (!mayCall(match.route.permission, method, caller.scopes)) {
    if (caller.kind === 'anonymous') throw unauthorized('Authentication credentials were not provided.');
    throw errors.forbidden();
  }
  const exchange: Exchange = { ...call, params: match.params, caller };
  const org = 'org' in match.params ? openOrganization(exchange) : undefined;
  const project = org !== undefined && 'project' in match.params ? openProject(exchange, org) : undefined;
  const action = match.route.methods[method === 'HEAD' ? 'GET' : method];
  if (action === undefined) throw detail(405, `Method "${method}" not allowed.`);
  return handle(action, exchange, org, project);
}

/** Organization tokens allow no browser origin. */
function checkOrigin(call: ApiRequest, caller: Caller): void {
  const { origin } = call.request.headers;
  if (origin === undefined || caller.kind !== 'org') return;
  throw new ApiError({ status: 400, json: `Invalid origin: ${origin}` });
}

function openOrganization(exchange: Exchange): Organization {
  const org = findOrganization(exchange.services.state.organizations.values(), exchange.params['org'] ?? '');
  checkOrgAccess(exchange.caller, org);
  return org;
}

function openProject(exchange: Exchange, org: Organization): Project {
  const wanted = exchange.params['project'] ?? '';
  const active = [...org.projects.values()].filter((project) => project.status === 'active');
  const found = active.find((project) => project.slug === wanted || String(project.id) === wanted);
  if (found === undefined) {
    const renamed = active.find((project) => project.formerSlugs.includes(wanted));
    throw renamed === undefined ? errors.projectNotFound() : movedTo(exchange, wanted, renamed.slug);
  }
  if (!visibleProjects(exchange.caller, org, 'access').includes(found)) throw errors.forbidden();
  return found;
}

function movedTo(exchange: Exchange, from: string, slug: string): ApiError {
  const url = exchange.path.replace(`/${encodeURIComponent(from)}/`, `/${encodeURIComponent(slug)}/`);
  return new ApiError({
    status: 302,
    headers: { Location: url },
    json: { slug, detail: { extra: { url, slug } } },
  });
}

function handle(
  action: Action,
  exchange: Exchange,
  org: Organization | undefined,
  project: Project | undefined,
): Answer | Promise<Answer> {
  if (action.scope === 'none') return action.handle(exchange);
  if (org === undefined) throw errors.notFound();
  const inOrg: OrgExchange = { ...exchange, org };
  if (action.scope === 'org') return action.handle(inOrg);
  if (project === undefined) throw errors.projectNotFound();
  const inProject: ProjectExchange = { ...inOrg, project };
  return action.handle(inProject);
}

/** Servers that put every error text under `error`. */
function underError(answer: Answer): Answer {
  if (answer.status < 400 || !isObject(answer.json)) return answer;
  if ('error' in answer.json) return answer;
  const text = 'detail' in answer.json ? answer.json['detail'] : answer.json;
  return { ...answer, json: { error: typeof text === 'string' ? text : JSON.stringify(text) } };
}
