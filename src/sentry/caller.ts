import { ActionError } from '../errors.js';
import type { Log } from '../log.js';
import { attemptLimits, type Timeouts } from './bounds.js';
import type { Endpoint } from './endpoints.js';
import { parseJson } from './json.js';
import { MAX_PAGES, nextCursor } from './paging.js';
import type { Call, Requester } from './requester.js';
import { headerOf } from './timing.js';

/** An answer with its JSON. */
export interface JsonAnswer {
  readonly status: number;
  /** undefined when the status was an accepted failure. */
  readonly json: unknown;
  readonly body: Uint8Array;
  readonly nextCursor: string | undefined;
}

/** What every endpoint method is made of: one organization on one server, JSON in and out. */
export interface CallOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly accepts?: readonly number[];
  readonly repeat?: Call['repeat'];
  readonly neverRepeat?: Call['neverRepeat'];
  readonly size?: 'plain' | 'small' | 'assemble';
}

export interface CallerOptions {
  readonly requester: Requester;
  /** Without trailing slash. */
  readonly baseUrl: string;
  readonly org: string;
  readonly timeouts: Timeouts;
  readonly log: Log;
}

/** Builds requests from path segments (each encoded) and reads JSON answers. */
export class Caller {
  readonly options: CallerOptions;

  constructor(options: CallerOptions) {
    this.options = options;
  }

  /** `/api/0/organizations/{org}/…segments/` */
  org(...segments: readonly string[]): readonly string[] {
    return ['organizations', this.options.org, ...segments];
  }

  /** `/api/0/projects/{org}/{project}/…segments/` */
  project(project: string, ...segments: readonly string[]): readonly string[] {
    return ['projects', this.options.org, project, ...segments];
  }

  async json(
    method: Call['method'],
    endpoint: Endpoint,
    path: readonly string[],
    options: CallOptions = {},
  ): Promise<JsonAnswer> {
    const url = this.#url(path, options.query);
    const { accepts, json, neverRepeat, repeat, size = 'plain' } = options;
    const answer = await this.options.requester.send({
      method,
      endpoint,
      url,
      limits: attemptLimits(size, this.options.timeouts),
      ...(json === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: [encode(json)] }),
      ...(accepts === undefined ? {} : { accepts }),
      ...(repeat === undefined ? {} : { repeat }),
      ...(neverRepeat === undefined ? {} : { neverRepeat }),
    });
    const fine = answer.status < 300;
    return {
      status: answer.status,
      json: fine ? parseJson(answer.body, `${method} ${endpoint.family}`, url.host) : undefined,
      body: answer.body,
      nextCursor: nextCursor(headerOf(answer.headers, 'link')),
    };
  }

  /** All pages of a list, or undefined when the first is answered with one of `absent`. */
  async pages<T>(
    endpoint: Endpoint,
    path: readonly string[],
    read: (value: unknown, where: string) => readonly T[],
    absent: readonly number[] = [],
    filter: Readonly<Record<string, string>> = {},
  ): Promise<readonly T[] | undefined> {
    const items: T[] = [];
    const seen = new Set<string>();
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const query = { per_page: '100', ...filter, ...(cursor === undefined ? {} : { cursor }) };
      const answer = await this.json('GET', endpoint, path, { query, accepts: absent });
      if (absent.includes(answer.status)) return undefined;
      items.push(...read(answer.json, `GET ${endpoint.family}`));
      cursor = answer.nextCursor;
      if (cursor === undefined || seen.has(cursor)) return items;
      seen.add(cursor);
    }
    this.options.log.warning(`GET ${endpoint.family}: only the first ${MAX_PAGES} pages were read`);
    return items;
  }

  #url(path: readonly string[], query: Readonly<Record<string, string>> = {}): URL {
    const segments = path.map((segment) => `${encoded(segment)}/`).join('');
    const url = new URL(`${this.options.baseUrl}/api/0/${segments}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }
}

/** URLs take `.` and `..` for a step even when they are encoded: such a name would reach another endpoint. */
function encoded(segment: string): string {
  if (segment !== '' && segment !== '.' && segment !== '..') return encodeURIComponent(segment);
  throw new ActionError('input-invalid', `"${segment}" cannot be part of an address at Sentry`, {
    hint: 'Check the inputs org, projects and release: each must be a name, and not only dots.',
  });
}

function encode(json: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(json));
}
