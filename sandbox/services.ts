import type { SandboxClock } from './clock.js';
import type { ServerOptions, TokenConfig } from './config.js';
import type { Ids } from './state/create.js';
import type { SandboxState, User } from './state/types.js';
import type { Store } from './store.js';

/** What handlers work with besides the request. */
export interface Services {
  readonly state: SandboxState;
  readonly ids: Ids;
  readonly options: ServerOptions;
  readonly clock: SandboxClock;
  readonly store: Store;
  readonly tokens: readonly KnownToken[];
  /** `http://127.0.0.1:<port>`, no trailing slash. */
  url(): string;
  /** Runs work after the answer, as a worker process would; close() waits for it. */
  later(delayMs: number, work: () => Promise<void>): void;
}

/** A token of the config with its defaults filled in. */
export interface KnownToken {
  readonly config: TokenConfig;
  readonly name: string;
  readonly org: string;
  readonly scopes: readonly string[];
  readonly user: User | undefined;
}
