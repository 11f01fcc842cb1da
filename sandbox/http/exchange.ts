import type { IncomingMessage } from 'node:http';
import type { Caller } from '../auth/caller.js';
import type { FaultAction } from '../faults/types.js';
import type { Services } from '../services.js';
import type { Organization, Project } from '../state/types.js';
import type { RequestBody } from './body.js';

/** One request on its way through the sandbox. */
export interface Exchange {
  readonly services: Services;
  readonly request: IncomingMessage;
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Path segments by name, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly body: RequestBody;
  readonly caller: Caller;
  /** What an injected fault changes about the handling; empty without one. */
  readonly effects: FaultAction;
  /** The same, once it is known which chunks a request holds: a fault may be bound to one of them. */
  chunkEffects(sha1s: readonly string[]): FaultAction;
}

/** A request below `/organizations/{org}/`, with access granted. */
export interface OrgExchange extends Exchange {
  readonly org: Organization;
}

/** A request below `/projects/{org}/{project}/`, with access granted. */
export interface ProjectExchange extends OrgExchange {
  readonly project: Project;
}

/** One header as text, or undefined. */
export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
