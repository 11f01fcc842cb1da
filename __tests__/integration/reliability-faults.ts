import fc from 'fast-check';
import type { Fault, FaultAction } from '../../sandbox/faults/types.js';

/** What happens on the wire during one run, and how the user asked for it. */
export interface Schedule {
  readonly faults: readonly Fault[];
  readonly wait: boolean;
  /** `refs`: the repository is connected in Sentry; `list`: it is not, and the commits are read from the checkout. @default 'refs' */
  readonly commits?: 'refs' | 'list';
  /** Chance for jitter, from the generator, so that a schedule replays. */
  readonly seed: number;
}

/** Every endpoint that a run asks. The release itself is read only when creating it answered 500. */
export const ENDPOINTS = [
  { method: 'GET', path: '/api/0/' },
  { method: 'GET', path: '/api/0/projects/**' },
  { method: 'POST', path: '**/releases/' },
  { method: 'GET', path: '**/releases/1.0.0/' },
  { method: 'PUT', path: '**/releases/1.0.0/' },
  { method: 'GET', path: '**/repos/' },
  { method: 'GET', path: '**/releases/' },
  { method: 'GET', path: '**/previous-with-commits/' },
  { method: 'GET', path: '**/commits/' },
  { method: 'GET', path: '**/chunk-upload/' },
  { method: 'POST', path: '**/chunk-upload/' },
  { method: 'POST', path: '**/assemble/' },
  { method: 'GET', path: '**/deploys/' },
  { method: 'POST', path: '**/deploys/' },
] as const;

const RETRYABLE = [408, 425, 429, 500, 502, 503, 504, 507, 520, 524];
const FINAL = [400, 401, 403, 404, 413, 422];
const BODIES = [
  '',
  '"slow down"',
  '{"detail":"no"}',
  '<html><title>Bad Gateway</title></html>',
  '{"detail":{"code":"x","message":"y"}}',
];
const WAITS = ['0', '1', '30', 'soon', '-5', 'Sun, 06 Nov 1994 08:49:37 GMT', '9'.repeat(400)];

const answered: fc.Arbitrary<FaultAction> = fc
  .record({
    status: fc.constantFrom(...RETRYABLE),
    wait: fc.option(fc.constantFrom(...WAITS), { nil: undefined }),
    body: fc.constantFrom(...BODIES),
    early: fc.boolean(),
  })
  .map(({ body, early, status, wait }) => ({
    status,
    body,
    ...(early ? { early } : {}),
    ...(wait === undefined ? {} : { headers: { 'Retry-After': wait } }),
  }));

const broken: fc.Arbitrary<FaultAction> = fc.oneof(
  fc.constantFrom('before-body', 'after-body', 'after-handling').map((reset) => ({ reset }) as FaultAction),
  fc.nat(3_000).map((resetAfterBytes) => ({ resetAfterBytes })),
  fc.nat(40).map((truncate) => ({ truncate })),
  fc.constant<FaultAction>({ closeAfter: true }),
);

const odd: fc.Arbitrary<FaultAction> = fc.oneof(
  fc.nat(15).map((delayMs) => ({ delayMs })),
  fc.constantFrom(3_600_000, -3_600_000, 1_500).map((clockSkewMs) => ({ clockSkewMs })),
  fc.constant<FaultAction>({ merge: { future: { key: [1] }, constructor: null } }),
  fc.constant<FaultAction>({ drip: { bytes: 40, everyMs: 1 } }),
  fc.constant<FaultAction>({ headers: { 'X-Sentry-Rate-Limit-Remaining': '0', 'X-Sentry-Rate-Limit-Reset': '1' } }),
);

/** Ends a run that meets it, because no repeat mends it. */
const final: fc.Arbitrary<FaultAction> = fc.oneof(
  fc.constantFrom(...FINAL).map((status) => ({ status, body: '{"detail":"no"}' })),
  fc.constant<FaultAction>({ body: '<html>sign in</html>' }),
  fc.constant<FaultAction>({ status: 302, headers: { Location: 'http://localhost:9/' } }),
);

const onEndpoint = (action: fc.Arbitrary<FaultAction>, endpoints: readonly (typeof ENDPOINTS)[number][] = ENDPOINTS) =>
  fc
    .record({
      match: fc.constantFrom(...endpoints),
      nth: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant({ to: 3 }), fc.constant({ from: 2 })),
      times: fc.integer({ min: 1, max: 8 }),
      action,
    })
    .map(({ action: act, match, nth, times }): Fault => ({ match: { ...match, nth }, do: act, times }));

/** Requests that are never answered, and answers that never end: only the client's own times end them. */
const HANGS: readonly FaultAction[] = [
  { stallAfterBytes: 0 },
  { stallAfterBytes: 500 },
  { drip: { bytes: 1, everyMs: 200 } },
];
const hanging: fc.Arbitrary<FaultAction> = fc.constantFrom(...HANGS);

/** True for a schedule whose client needs short times, or it would wait for minutes. */
export function hangs({ faults }: Schedule): boolean {
  return faults.some(({ do: action }) => HANGS.includes(action));
}

/** The release is looked up after a 500, so that a fault of the look-up needs one. */
const lookedUp = (action: fc.Arbitrary<FaultAction>) =>
  fc
    .tuple(onEndpoint(action, LOOK_UP), fc.constantFrom(...BODIES))
    .map(([fault, body]): readonly Fault[] => [
      { match: { method: 'POST', path: '**/releases/', nth: 1 }, do: { status: 500, body }, times: 1 },
      fault,
    ]);

// A 4xx for a read means "there is none", which is another story than a fault.
const WRITES = ENDPOINTS.filter(({ method }) => method !== 'GET');
const LOOK_UP = ENDPOINTS.filter(({ method, path }) => method === 'GET' && path === '**/releases/1.0.0/');
const CHUNKS = ENDPOINTS.filter(({ method, path }) => method === 'POST' && path === '**/chunk-upload/');
const ASSEMBLE = ENDPOINTS.filter(({ path }) => path === '**/assemble/');
const PUTS = ENDPOINTS.filter(({ method }) => method === 'PUT');

const swallowed: fc.Arbitrary<FaultAction> = fc.constantFrom<FaultAction>({ swallow: true }, { swallow: [0] });
const forgotten: fc.Arbitrary<FaultAction> = fc.constantFrom<FaultAction>(
  { forgetChunks: 'all' },
  { forgetChunks: 1 },
  { state: 'not_found' },
);
/** Only where the user waits is the end of the job part of what green means. */
const jobs: fc.Arbitrary<FaultAction> = fc.constantFrom<FaultAction>(
  { job: 'hold' },
  { job: { error: 'internal server error' } },
  { job: { delayMs: 20 } },
  { state: 'assembling' },
  { state: 'created' },
);

const always = [
  { arbitrary: one(onEndpoint(answered)), weight: 6 },
  { arbitrary: one(onEndpoint(broken)), weight: 6 },
  { arbitrary: one(onEndpoint(odd)), weight: 3 },
  { arbitrary: one(onEndpoint(final, WRITES)), weight: 1 },
  { arbitrary: one(onEndpoint(swallowed, CHUNKS)), weight: 2 },
  { arbitrary: one(onEndpoint(forgotten, ASSEMBLE)), weight: 2 },
  { arbitrary: one(onEndpoint(fc.constant<FaultAction>({ commitLock: true }), PUTS)), weight: 1 },
  {
    arbitrary: one(onEndpoint(hanging).map((fault) => ({ ...fault, times: Math.min(fault.times ?? 1, 2) }))),
    weight: 2,
  },
  { arbitrary: lookedUp(fc.oneof(answered, broken)), weight: 1 },
];

/** Random schedules over all endpoints. */
export const schedules: fc.Arbitrary<Schedule> = fc.boolean().chain((wait) => {
  const kinds = wait ? [...always, { arbitrary: one(onEndpoint(jobs, ASSEMBLE)), weight: 2 }] : always;
  return fc.record({
    faults: fc.array(fc.oneof(...kinds), { maxLength: 7 }).map((lists) => lists.flat()),
    wait: fc.constant(wait),
    // git takes most of the time of a schedule.
    commits: fc.nat(5).map((draw) => (draw === 0 ? ('list' as const) : ('refs' as const))),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
  });
});

function one(fault: fc.Arbitrary<Fault>): fc.Arbitrary<readonly Fault[]> {
  return fault.map((single) => [single]);
}
