import { createHash } from 'node:crypto';
import type { SandboxConfig } from '../../sandbox/config.js';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import { recordDeploy } from '../../src/sentry/deploys.js';
import type { SentryApi } from '../../src/sentry/types.js';
import { fakeClock, scaledClock } from '../unit/sentry/fakes.js';
import { failureOf, json, RELEASE, type TestServer, testClient, testServer } from './reliability-support.js';

/** Rows 1 to 12, 14 and 30 of docs/reliability.md: waits that the server asks for. */

let server: TestServer | undefined;
let sandbox: Sandbox | undefined;
afterEach(async () => {
  await server?.close();
  await sandbox?.close();
  server = undefined;
  sandbox = undefined;
});

/** Answers the first requests with `first`, all others with a release. */
async function refusing(
  times: number,
  headers: Record<string, string>,
  body = '{"detail":"slow down"}',
  status = 429,
): Promise<TestServer> {
  server = await testServer((_seen, response, _request, nth) => {
    if (nth > times) return json(response, RELEASE, 201);
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers });
    response.end(body);
  });
  return server;
}

const create = (api: SentryApi) => api.createRelease({ version: '1.0.0', projects: ['web'] });

it('row 1: a 429 without any header is waited out between one and thirty seconds, then the run goes on', async () => {
  const { url } = await refusing(2, {});
  const clock = fakeClock();
  const client = testClient(url, { clock });
  expect((await create(client.api)).created).toBe(true);
  expect(clock.slept).toHaveLength(2);
  for (const wait of clock.slept) expect(wait >= 1_000 && wait <= 30_000).toBe(true);
  await client.close();
});

it.each([
  ['IMF-fixdate', 'Sun, 01 Mar 2026 12:00:03 GMT'],
  ['RFC 850', 'Sunday, 01-Mar-26 12:00:03 GMT'],
  ['asctime', 'Sun Mar  1 12:00:03 2026'],
  ['the longest of several', '1, Sun, 01 Mar 2026 12:00:03 GMT, 2'],
])('row 3: Retry-After as a date (%s) is waited for as if it were seconds', async (_grammar, value) => {
  const { url } = await refusing(1, { 'retry-after': value, date: 'Sun, 01 Mar 2026 12:00:00 GMT' });
  const clock = fakeClock();
  const client = testClient(url, { clock });
  await create(client.api);
  expect(clock.slept).toHaveLength(1);
  expect(clock.slept[0]).toBeGreaterThanOrEqual(3_000);
  expect(clock.slept[0]).toBeLessThanOrEqual(3_250);
  await client.close();
});

it.each(['', '0x10', '1e3', '-5', 'soon', '9'.repeat(400)])(
  'row 4: an invalid Retry-After (%.20j) backs off, and never storms',
  async (value) => {
    const { url } = await refusing(2, { 'retry-after': value });
    const clock = fakeClock();
    const client = testClient(url, { clock });
    await create(client.api);
    expect(clock.slept).toHaveLength(2);
    for (const wait of clock.slept) expect(wait).toBeGreaterThanOrEqual(1_000);
    await client.close();
  },
);

it.each(['0', 'Sun, 01 Mar 2020 12:00:00 GMT'])(
  'row 5: Retry-After %s comes back within a second, still jittered',
  async (value) => {
    const { url } = await refusing(1, { 'retry-after': value });
    const clock = fakeClock();
    const client = testClient(url, { clock });
    await create(client.api);
    expect(clock.slept).toHaveLength(1);
    expect(clock.slept[0]).toBeGreaterThan(0);
    expect(clock.slept[0]).toBeLessThanOrEqual(1_000);
    await client.close();
  },
);

it('row 5: a server that keeps saying "now" and keeps refusing is not stormed', async () => {
  const { url } = await refusing(10, { 'retry-after': '0' });
  const clock = fakeClock();
  const client = testClient(url, { clock, deadlineAt: clock.now() + 900_000 });
  await create(client.api);
  expect(clock.slept.slice(-3).every((wait) => wait >= 1_000)).toBe(true);
  await client.close();
});

it('row 6: a wait past the deadline stops at once and says endpoint, asked wait and time left', async () => {
  const { seen, url } = await refusing(99, { 'retry-after': '3600' });
  const clock = fakeClock();
  const client = testClient(url, { clock, deadlineAt: clock.now() + 60_000 });
  const error = await failureOf(create(client.api));
  expect(error).toMatchObject({ code: 'rate-limited-past-deadline' });
  expect(String(error)).toMatch(/POST releases.*3600 s.*60 s are left/);
  expect(seen).toHaveLength(1);
  expect(clock.slept).toEqual([]);
  // Nothing was waited for, so that no report may count it as waited.
  expect(client.traffic().waits).toEqual([]);
  await client.close();
});

it('row 6: where our own backoff is longer than the wait asked for and does not fit, both are said', async () => {
  const { url } = await refusing(99, { 'retry-after': '1' });
  const clock = fakeClock();
  const client = testClient(url, { clock, deadlineAt: clock.now() + 8_000 });
  expect(String(await failureOf(create(client.api)))).toMatch(
    /asks to wait 1 s \(the next attempt would be in 8\.5 s\), but only 4\.6 s are left/,
  );
  await client.close();
});

it.each([0, 3_600_000, -3_600_000])(
  'rows 7 and 8: only a reset is named: it is waited for by the server’s own clock, also when that is %d ms off ours',
  async (skew) => {
    const at = Math.floor((fakeClock().now() + skew) / 1000);
    const headers = { 'x-sentry-rate-limit-reset': String(at + 2), date: new Date(at * 1000).toUTCString() };
    const { url } = await refusing(1, headers);
    const clock = fakeClock();
    const client = testClient(url, { clock });
    await create(client.api);
    expect(clock.slept).toHaveLength(1);
    expect(clock.slept[0]).toBeGreaterThanOrEqual(2_000);
    expect(clock.slept[0]).toBeLessThanOrEqual(2_250);
    await client.close();
  },
);

it('row 11: a storm of 429 costs one request per wait and family, however many are waiting', async () => {
  const { seen, url } = await refusing(12, { 'retry-after': '2' });
  const clock = fakeClock();
  const client = testClient(url, { clock, deadlineAt: clock.now() + 900_000 });
  await Promise.all(Array.from({ length: 30 }, () => create(client.api)));
  const storm = clock.slept.length;
  // The first wave is what was in flight when the storm began; from then on one request a wait.
  expect(storm).toBeGreaterThanOrEqual(8);
  expect(seen.length).toBe(12 + 30);
  expect(12 - storm).toBeLessThanOrEqual(3);
  expect(client.log.of('info').length).toBeLessThanOrEqual(storm);
  await client.close();
});

it('a wave of refusals is one line, and no attempt: a 503 after it is only the first', async () => {
  server = await testServer(async (_seen, response, _request, nth) => {
    // All four are under way before the first is refused.
    while (nth <= 4 && (server?.seen.length ?? 0) < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    if (nth <= 4) return json(response, '{}', 429, { 'retry-after': '2' });
    if (nth === 5) return json(response, 'down', 503);
    json(response, RELEASE, 201);
  });
  // Two seconds that do last: an instant wait would be over before the wave is.
  const client = testClient(server.url, { clock: scaledClock(5) });
  await Promise.all(Array.from({ length: 4 }, () => create(client.api)));
  const [wave, retry, ...more] = client.log.of('info');
  expect(wave).toMatch(/rate limited, asked by Retry-After; waiting 2/);
  expect(retry).toMatch(/answered 503 .*; attempt 2 of 6 in/);
  expect(more).toEqual([]);
  await client.close();
});

it('row 14: a 503 with Retry-After is waited for as long as it says', async () => {
  const { url } = await refusing(1, { 'retry-after': '4' }, 'down', 503);
  const clock = fakeClock();
  const client = testClient(url, { clock });
  await create(client.api);
  expect(clock.slept.some((wait) => wait >= 4_000 && wait <= 4_250)).toBe(true);
  expect(client.log.of('info').join('\n')).toMatch(/503 Service Unavailable.*asked by Retry-After/);
  await client.close();
});

it.each([
  ['the last of six attempts', 503, 6],
  ['a 500 for a release, which is looked up first', 500, 1],
])(
  'row 14: the wait holds the family also where the request that was told so ends (%s)',
  async (_what, status, nth) => {
    server = await testServer((seen, response, _request, count) => {
      if (seen.method === 'GET') return json(response, '', 404);
      if (count > nth) return json(response, RELEASE, 201);
      json(response, 'down', status, count === nth ? { 'retry-after': '40' } : {});
    });
    const clock = fakeClock();
    const client = testClient(server.url, { clock, deadlineAt: clock.now() + 900_000 });
    if (status === 503)
      expect(await failureOf(create(client.api))).toMatchObject({ code: 'retries-exhausted', status });
    const from = clock.now();
    await create(client.api);
    expect(clock.now() - from).toBeGreaterThanOrEqual(40_000);
    await client.close();
  },
);

it('row 14: a deploy whose 503 names a time is not made again before that, whatever Sentry answers in between', async () => {
  const posts: number[] = [];
  const clock = fakeClock();
  server = await testServer((seen, response) => {
    if (seen.method === 'GET') return json(response, []);
    posts.push(clock.now());
    if (posts.length === 1) return json(response, 'down', 503, { 'retry-after': '30' });
    json(response, { id: '1', environment: 'production' }, 201);
  });
  const client = testClient(server.url, { clock });
  await recordDeploy(client.api, '1.0.0', { environment: 'production', url: 'https://run.example/7' }, client.log);
  expect(posts).toHaveLength(2);
  expect((posts[1] ?? 0) - (posts[0] ?? 0)).toBeGreaterThanOrEqual(30_000);
  expect(client.log.of('info').join('\n')).toMatch(/POST deploys answered 503 .*, asked by Retry-After; waiting 30 s/);
  await client.close();
});

it.each([
  ['a bare JSON string', '"Rate limit exceeded"'],
  ['JSON', '{"detail":"You are attempting to use this endpoint too frequently"}'],
  ['a page', '<html><title>429</title></html>'],
  ['nothing', ''],
  ['bytes that are no text', '\u0000\u0001\ufffd'],
])('row 30: a 429 whose body is %s, in text/html, is waited for as its headers say', async (_what, body) => {
  const { url } = await refusing(1, { 'retry-after': '1' }, body);
  const clock = fakeClock();
  const client = testClient(url, { clock });
  expect((await create(client.api)).created).toBe(true);
  expect(clock.slept).toHaveLength(1);
  expect(clock.slept[0]).toBeGreaterThanOrEqual(1_000);
  expect(clock.slept[0]).toBeLessThanOrEqual(1_250);
  await client.close();
});

it('a wait asked of one endpoint does not hold another, nor another method', async () => {
  server = await testServer((seen, response) => {
    if (seen.method === 'POST') return json(response, '{}', 429, { 'retry-after': '20' });
    json(response, seen.path.includes('/1.0.0/') ? RELEASE : { auth: { scopes: [] }, user: null });
  });
  const client = testClient(server.url);
  const waiting = failureOf(create(client.api));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await client.api.root();
  await client.api.getRelease('1.0.0');
  client.abort.abort(new Error('enough'));
  await waiting;
  await client.close();
});

/** `count` chunks of their own bytes, sent as single requests, as fast as the gate lets them. */
async function sendChunks(api: SentryApi, count: number): Promise<number> {
  const options = await api.chunkOptions();
  const started = Date.now();
  await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const body = Buffer.from(`chunk number ${index}`);
      return api.uploadChunks(options, [{ sha1: createHash('sha1').update(body).digest('hex'), body }], 'none');
    }),
  );
  return (Date.now() - started) / 1000;
}

async function sandboxClient(config: SandboxConfig) {
  sandbox = await startSandbox(config);
  const client = testClient(sandbox.url, {
    authToken: sandbox.tokens[0]?.token ?? '',
    deadlineAt: Date.now() + 120_000,
  });
  const posts = () =>
    (sandbox?.requests ?? []).filter(({ method, path }) => method === 'POST' && path.endsWith('/chunk-upload/'));
  return { client, posts, chunks: sandbox.state.organizations.get('acme')?.chunks ?? new Map() };
}

it('row 9: with Remaining at 0 the next request waits for the reset: not a single 429 is provoked', async () => {
  const { chunks, client, posts } = await sandboxClient({
    limits: { default: { limit: 10, windowSeconds: 1, concurrent: 25 } },
  });
  await sendChunks(client.api, 35);
  expect(chunks.size).toBe(35);
  expect(posts().filter(({ status }) => status === 429)).toEqual([]);
  await client.close();
}, 20_000);

it('row 10: a limit of two requests at once is kept after the first 429, and all chunks arrive', async () => {
  const { chunks, client, posts } = await sandboxClient({
    limits: { default: { limit: 1_000, windowSeconds: 1, concurrent: 2 }, enforceConcurrent: true },
    faults: [{ match: { method: 'POST', path: '**/chunk-upload/' }, do: { delayMs: 20 } }],
  });
  await sendChunks(client.api, 60);
  expect(chunks.size).toBe(60);
  const refused = posts().filter(({ status }) => status === 429).length;
  expect(refused).toBeLessThanOrEqual(2);
  await client.close();
}, 20_000);

it('row 12: the rate settles at what the server allows: 5 a second, 40 chunks, hardly a 429', async () => {
  const { chunks, client, posts } = await sandboxClient({
    limits: { default: { limit: 5, windowSeconds: 1, concurrent: 2 }, enforceConcurrent: true },
  });
  const seconds = await sendChunks(client.api, 40);
  const refused = posts().filter(({ status }) => status === 429).length;
  expect(chunks.size).toBe(40);
  expect(40 / seconds).toBeGreaterThanOrEqual(4.5);
  expect(refused / posts().length).toBeLessThan(0.03);
  await client.close();
}, 30_000);
