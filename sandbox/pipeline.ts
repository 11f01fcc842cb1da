import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { callApi } from './api.js';
import type { ActiveFault, Faults } from './faults/engine.js';
import type { FaultAction } from './faults/types.js';
import { errors } from './http/answer.js';
import { createBody, type RequestBody } from './http/body.js';
import { faultBody, type Outgoing, toOutgoing, writeOutgoing } from './http/write.js';
import { isObject } from './json.js';
import type { RateLimiter } from './limits/ratelimit.js';
import type { RequestLog, RequestRecord } from './log.js';
import type { Services } from './services.js';

/** What the pipeline works with. */
export interface PipelineDeps {
  readonly services: Services;
  readonly limiter: RateLimiter;
  readonly faults: Faults;
  readonly log: RequestLog;
}

/** One request with what becomes known on the way. */
interface Passage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: RequestBody;
  readonly method: string;
  readonly url: URL;
  readonly startedAt: number;
  fault: ActiveFault | undefined;
  chunks: readonly string[] | undefined;
  caller: string | undefined;
  counted: RequestRecord['limit'];
  status: number;
  bytesOut: number;
}

/** Handles one request to the API: faults, the API itself, the answer, the log. Never throws. */
export async function passThrough(
  deps: PipelineDeps,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const passage: Passage = {
    ...{ request, response, url, body: createBody(request), method: request.method ?? 'GET', startedAt: Date.now() },
    ...{ fault: undefined, chunks: undefined, caller: undefined, counted: undefined, status: 0, bytesOut: 0 },
  };
  passage.fault = deps.faults.hit(passage.method, url.pathname);
  try {
    const ended = await beforeHandling(deps, passage, passage.fault?.do ?? {});
    if (!ended) await handleAndAnswer(deps, passage, passage.fault?.do ?? {});
  } catch (error) {
    await crashed(deps, passage, error);
  } finally {
    deps.log.add(recordOf(deps, passage));
  }
}

/** Faults that keep the request from being handled. True: it is over. */
async function beforeHandling(deps: PipelineDeps, passage: Passage, action: FaultAction): Promise<boolean> {
  const { request, body } = passage;
  const isOver = action.stallAfterBytes !== undefined || action.resetAfterBytes !== undefined;
  const willAnswer = action.status !== undefined && passage.fault?.match?.chunk === undefined;
  if (action.delayMs !== undefined && (isOver || willAnswer || action.reset === 'before-body')) {
    await sleep(action.delayMs);
  }
  if (isOver) {
    await readUpTo(passage, action.stallAfterBytes ?? action.resetAfterBytes ?? 0);
    if (action.stallAfterBytes !== undefined) await closed(passage);
    else request.socket.resetAndDestroy();
    return true;
  }
  if (action.reset === 'before-body') {
    request.socket.resetAndDestroy();
    return true;
  }
  if (action.reset === 'after-body') {
    await keepBody(passage);
    request.socket.resetAndDestroy();
    return true;
  }
  if (!willAnswer) return false;
  if (action.early !== true) await keepBody(passage);
  await send(deps, passage, faultAnswer(action), action);
  if (action.early === true) request.socket.destroySoon();
  return body !== undefined;
}

function faultAnswer(action: FaultAction): Outgoing {
  const page = proxyPage(action);
  const body = page ?? faultBody(action) ?? Buffer.alloc(0);
  const isText = page !== undefined || typeof action.body === 'string';
  const type = isText ? 'text/html; charset=utf-8' : 'application/json';
  const headers = body.length === 0 ? {} : { 'Content-Type': type };
  return { status: action.status ?? 500, headers: { ...headers, ...action.headers }, body };
}

/** What a proxy in front says by itself when it cannot reach the server: HTML, unless the fault has a body of its own. */
function proxyPage({ body, bodyBase64, bodyZeros, status }: FaultAction): Buffer | undefined {
  const text = PROXY_TEXTS.get(status ?? 0);
  if (text === undefined || body !== undefined || bodyBase64 !== undefined || bodyZeros !== undefined) return undefined;
  const title = `${status} ${text}`;
  return Buffer.from(`<html>\n<head><title>${title}</title></head>\n<body><h1>${title}</h1></body>\n</html>\n`);
}

const PROXY_TEXTS: ReadonlyMap<number, string> = new Map([
  [502, 'Bad Gateway'],
  [503, 'Service Temporarily Unavailable'],
  [504, 'Gateway Time-out'],
]);

/** Reads the body; JSON is kept for the log, anything larger is dropped. */
async function keepBody(passage: Passage): Promise<void> {
  const isJson = (passage.request.headers['content-type'] ?? '').startsWith('application/json');
  if (isJson) await passage.body.bytes();
  else await passage.body.drain();
}

/** Takes so many bytes of the body and then stops reading, so that the sender's buffers fill. */
async function readUpTo(passage: Passage, bytes: number): Promise<void> {
  const { request, body } = passage;
  if (bytes <= 0) return;
  await new Promise<void>((resolve) => {
    request.on('data', (piece: Buffer) => {
      body.count(piece.length);
      if (body.received() < bytes) return;
      request.pause();
      resolve();
    });
    request.once('end', resolve);
    request.once('close', resolve);
  });
}

async function closed(passage: Passage): Promise<void> {
  const { socket } = passage.request;
  if (socket.destroyed) return;
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

async function handleAndAnswer(deps: PipelineDeps, passage: Passage, effects: FaultAction): Promise<void> {
  const { services, limiter } = deps;
  const { request, method, url, body } = passage;
  let active = effects;
  const outcome = await callApi({
    ...{ services, limiter, request, method, path: url.pathname, query: url.searchParams, body, effects },
    chunkEffects: (sha1s) => {
      passage.chunks = sha1s;
      const hit = deps.faults.hitChunk(method, url.pathname, sha1s);
      if (hit === undefined) return effects;
      passage.fault = hit;
      active = { ...effects, ...hit.do };
      return active;
    },
  });
  try {
    passage.caller = outcome.caller.name;
    passage.counted = outcome.counted;
    if (!request.readableEnded && !request.destroyed) await keepBody(passage);
    if (active.reset === 'after-handling') {
      request.socket.resetAndDestroy();
      return;
    }
    const out = toOutgoing(outcome.answer, outcome.headers);
    await send(deps, passage, changed(out, active), active);
  } finally {
    outcome.done();
  }
}

/** What faults do to the real answer. */
function changed(out: Outgoing, effects: FaultAction): Outgoing {
  const headers = { ...out.headers, ...effects.headers };
  if (effects.clockSkewMs !== undefined && headers['X-Sentry-Rate-Limit-Reset'] !== undefined) {
    const reset = Number(headers['X-Sentry-Rate-Limit-Reset']) + Math.round(effects.clockSkewMs / 1000);
    headers['X-Sentry-Rate-Limit-Reset'] = String(reset);
  }
  const replaced = effects.status === undefined ? faultBody(effects) : undefined;
  return { ...out, headers, body: replaced ?? merged(out.body, effects.merge) };
}

function merged(body: Buffer, merge: FaultAction['merge']): Buffer {
  if (merge === undefined) return body;
  const json: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
  return isObject(json) ? Buffer.from(JSON.stringify({ ...json, ...merge })) : body;
}

async function send(deps: PipelineDeps, passage: Passage, out: Outgoing, effects: FaultAction): Promise<void> {
  passage.status = out.status;
  const date = new Date(deps.services.clock.now() + (effects.clockSkewMs ?? 0)).toUTCString();
  passage.bytesOut = await writeOutgoing(
    passage.response,
    { ...out, headers: { Date: date, ...out.headers } },
    effects,
  );
}

/** A broken connection is the client's; anything else is a defect of the sandbox, answered as Sentry answers its own. */
async function crashed(deps: PipelineDeps, passage: Passage, error: unknown): Promise<void> {
  const { request, response } = passage;
  if (request.destroyed || request.socket.destroyed) return;
  console.error('sandbox:', error);
  if (response.headersSent) request.socket.destroy();
  else await send(deps, passage, toOutgoing(errors.crash().answer, {}), {});
}

function recordOf(deps: PipelineDeps, passage: Passage): RequestRecord {
  const { request, body, url } = passage;
  const json = body.seen();
  return {
    n: deps.log.count() + 1,
    time: new Date(passage.startedAt).toISOString(),
    method: passage.method,
    path: url.pathname,
    query: url.search.slice(1),
    status: passage.status,
    ms: Date.now() - passage.startedAt,
    bytes: body.received(),
    bytesOut: passage.bytesOut,
    token: passage.caller ?? null,
    authorization: request.headers.authorization !== undefined,
    headers: shownHeaders(request),
    ...(json === undefined ? {} : { json }),
    ...(passage.chunks === undefined ? {} : { chunks: passage.chunks }),
    ...(passage.counted === undefined ? {} : { limit: passage.counted }),
    ...(passage.fault === undefined ? {} : { fault: passage.fault.id }),
  };
}

const SECRET_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key', 'x-sentry-auth']);

function shownHeaders(request: IncomingMessage): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (!SECRET_HEADERS.has(name)) shown[name] = String(value);
  }
  return shown;
}
