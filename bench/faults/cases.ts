import type { LimitsConfig } from '../../sandbox/config.js';
import type { Fault, FaultAction } from '../../sandbox/faults/types.js';

/** One fault as it is told to the sandbox. */
export interface FaultCase {
  readonly name: string;
  readonly faults: readonly Fault[];
  readonly limits?: LimitsConfig;
}

type Endpoint = 'create' | 'options' | 'chunk' | 'assemble' | 'deploy' | 'finalize';

/** By pattern, since clients differ in the paths they use for the same thing. */
const MATCHES: Readonly<Record<Endpoint, { readonly method: string; readonly path: string }>> = {
  create: { method: 'POST', path: '**/releases/' },
  options: { method: 'GET', path: '**/chunk-upload/' },
  chunk: { method: 'POST', path: '**/chunk-upload/' },
  assemble: { method: 'POST', path: '**/assemble/' },
  deploy: { method: 'POST', path: '**/deploys/' },
  finalize: { method: 'PUT', path: '/**/releases/1.0.0/' },
};

const once = (name: string, endpoint: Endpoint, action: FaultAction, nth = 1): FaultCase => ({
  name,
  faults: [{ match: { ...MATCHES[endpoint], nth }, do: action }],
});

/** The twenty faults of the table. */
export const FAULT_CASES: readonly FaultCase[] = [
  once('429 without a word about time, on assemble', 'assemble', { status: 429, body: '{"detail":"slow down"}' }),
  once('429 with Retry-After: 2, on the release', 'create', { status: 429, headers: { 'Retry-After': '2' } }),
  once('429 as Sentry sends it (reset header only), on the deploy', 'deploy', {
    rateLimit: { limit: 0, windowSeconds: 1 },
  }),
  once('500 on the release', 'create', { status: 500 }),
  once('500 on a chunk', 'chunk', { status: 500 }),
  once('502 on a chunk', 'chunk', { status: 502, body: '<html>Bad Gateway</html>' }),
  once('503 with Retry-After: 1, on assemble', 'assemble', { status: 503, headers: { 'Retry-After': '1' } }),
  once('504 on the deploy', 'deploy', { status: 504 }),
  once('408 on the upload options', 'options', { status: 408 }),
  once('524 on assemble', 'assemble', { status: 524 }),
  once('connection reset before the release is read', 'create', { reset: 'before-body' }),
  once('connection reset in the middle of a chunk', 'chunk', { resetAfterBytes: 10_000 }),
  once('answer to the release lost', 'create', { reset: 'after-handling' }),
  once('answer to the deploy lost', 'deploy', { reset: 'after-handling' }),
  once('answer to the finalize lost', 'finalize', { reset: 'after-handling' }),
  once('upload options cut in the middle', 'options', { truncate: 20 }),
  once('chunks answered 200 but not kept', 'chunk', { swallow: true }),
  once('chunks forgotten after they were stored', 'assemble', { forgetChunks: 'all' }, 2),
  { name: 'every connection closed after its answer, unannounced', faults: [{ do: { closeAfter: true } }] },
  {
    name: 'a limit of 3 requests a second, two at once',
    faults: [],
    limits: {
      default: { limit: 3, windowSeconds: 1, concurrent: 2 },
      cli: { limit: 3, windowSeconds: 1, concurrent: 2 },
      releases: { limit: 3, windowSeconds: 1, concurrent: 2 },
      enforceConcurrent: true,
    },
  },
];
