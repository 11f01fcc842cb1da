import type { Fault } from '../../sandbox/faults/types.js';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import { recordDeploy } from '../../src/sentry/deploys.js';
import type { ChunkOptions, SentryApi } from '../../src/sentry/types.js';
import { fakeClock, memoryLog } from '../unit/sentry/fakes.js';
import {
  CHUNK_OPTIONS,
  chunkOptionsOf,
  closeAfterEach,
  failureOf,
  json,
  RELEASE,
  type TestClient,
  type TestServer,
  testClient,
  testServer,
} from './reliability-support.js';

/** Rows 13, 15 to 17, 23 to 25, 32 and 33 of docs/reliability.md: what is tried again, and what never twice. */

const closing = closeAfterEach();

async function withSandbox(
  faults: readonly Fault[],
): Promise<{ readonly sandbox: Sandbox; readonly client: TestClient }> {
  const sandbox = closing(await startSandbox({ faults, limits: { default: { limit: 10_000, windowSeconds: 1 } } }));
  const options = { authToken: sandbox.tokens[0]?.token ?? '', clock: fakeClock(Date.now()) };
  return { sandbox, client: closing(testClient(sandbox.url, options)) };
}

async function withServer(
  answer: Parameters<typeof testServer>[0],
): Promise<{ readonly server: TestServer; readonly client: TestClient }> {
  const server = closing(await testServer(answer));
  return { server, client: closing(testClient(server.url, { clock: fakeClock() })) };
}

const releaseOf = (box: Sandbox) => box.state.organizations.get('acme')?.releases;
const create = (api: SentryApi) => api.createRelease({ version: '1.0.0', projects: ['web'] });
const part = { sha1: 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3', body: Buffer.from('test') };
const RUN_URL = 'https://github.com/acme/web/actions/runs/1/attempts/1';
const deployBody = { environment: 'production', url: RUN_URL, dateFinished: '2026-03-01T12:00:00Z' };

describe.each([500, 502, 503, 504, 507, 520, 521, 522, 523, 524, 408, 425])('row 13: status %d once', (status) => {
  it('is tried again at every endpoint, once each, and each retry is one line with attempt n of m', async () => {
    const { client, sandbox } = await withSandbox([
      { match: { method: 'GET', path: '/api/0/', nth: 1 }, do: { status } },
      { match: { method: 'POST', path: '**/releases/', nth: 1 }, do: { status } },
      { match: { method: 'PUT', path: '**/releases/1.0.0/', nth: 1 }, do: { status } },
      { match: { method: 'GET', path: '**/chunk-upload/', nth: 1 }, do: { status } },
      { match: { method: 'POST', path: '**/chunk-upload/', nth: 1 }, do: { status } },
      { match: { method: 'POST', path: '**/assemble/', nth: 1 }, do: { status } },
      { match: { method: 'POST', path: '**/deploys/', nth: 1 }, do: { status } },
    ]);
    await client.api.root();
    await create(client.api);
    await client.api.updateRelease('1.0.0', { dateReleased: '2026-03-01T12:00:00Z' });
    const options = await client.api.chunkOptions();
    await client.api.uploadChunks(options, [part], 'none');
    await client.api.assemble({ checksum: part.sha1, chunks: [part.sha1], projects: ['web'] });
    await recordDeploy(client.api, '1.0.0', deployBody, client.log);
    expect(releaseOf(sandbox)?.size).toBe(1);
    expect(releaseOf(sandbox)?.get('1.0.0')?.deploys).toHaveLength(1);
    const retries = client.log.of('info').filter((line) => line.includes('attempt 2 of 6'));
    // A release is looked up after a 500 before it is made again, and a deploy after any doubt: no blind repeat, no retry line.
    expect(retries).toHaveLength(status === 500 ? 5 : 6);
    expect(sandbox.requests.filter((request) => request.fault !== undefined)).toHaveLength(7);
  });
});

it('row 15: a chunk that always fails gets six attempts, while the others arrive', async () => {
  const { client, sandbox } = await withSandbox([
    { match: { method: 'POST', path: '**/chunk-upload/', chunk: part.sha1 }, do: { status: 500 } },
  ]);
  const options = await client.api.chunkOptions();
  const other = { sha1: '0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33', body: Buffer.from('foo') };
  const [failure] = await Promise.all([
    failureOf(client.api.uploadChunks(options, [part], 'none')),
    client.api.uploadChunks(options, [other], 'none'),
  ]);
  expect(failure).toMatchObject({ code: 'retries-exhausted', status: 500 });
  expect(String(failure)).toMatch(/gave up after 6 attempts, the most for one request/);
  expect(
    sandbox.requests.filter(({ chunks, status }) => chunks?.includes(part.sha1) === true && status === 500),
  ).toHaveLength(6);
  expect([...(sandbox.state.organizations.get('acme')?.chunks.keys() ?? [])]).toEqual([other.sha1]);
});

it('row 16: a server that died for all costs twenty retries in the whole run, the reason is named, and a run after it is back sends all', async () => {
  const { client, server } = await withServer((_seen, response) => json(response, CHUNK_OPTIONS));
  const options: ChunkOptions = await client.api.chunkOptions();
  const send = ({ api }: TestClient) => Array.from({ length: 30 }, () => api.uploadChunks(options, [part], 'none'));
  await server.close();
  const failures = await Promise.all(send(client).map(failureOf));
  expect(client.traffic().waits).toHaveLength(20);
  expect(client.traffic().requests).toBe(1 + 30 + 20);
  const budget = failures.filter((failure) => String(failure).includes('the budget of retries is used up'));
  expect(budget.length).toBeGreaterThan(20);
  for (const failure of failures) {
    expect(failure).toMatchObject({
      code: 'retries-exhausted',
      message: expect.stringContaining('refused the connection'),
    });
  }
  const back = closing(await testServer((_seen, response) => json(response, ''), { port: server.port }));
  await Promise.all(send(closing(testClient(back.url, { clock: fakeClock() }))));
  expect(back.seen).toHaveLength(30);
});

describe('row 17: what no repeat can mend is not repeated, and says what to do', () => {
  it.each([
    [
      400,
      '{"projects":["Invalid project ids or slugs"]}',
      'project-unknown',
      /Invalid project ids or slugs/,
      /projects/,
    ],
    [
      400,
      '{"version":["Release with name x is not allowed"]}',
      'server-rejected',
      /version: Release with name x/,
      /field/,
    ],
    [401, '{"detail":"Invalid org token"}', 'token-rejected', /Invalid org token/, /revoked, expired or mistyped/],
    [
      403,
      '{"detail":"You do not have permission to perform this action."}',
      'scope-missing',
      /403 Forbidden/,
      /project:releases/,
    ],
    [404, '', 'server-lacks-feature', /404 Not Found/, /create_release/],
    [404, '{"detail":"The requested resource does not exist"}', 'org-unknown', /does not exist/, /org/],
    [409, '{"detail":"something else"}', 'server-rejected', /409 Conflict/, /Run it again/],
    [
      413,
      '<html><title>413 Request Entity Too Large</title></html>',
      'server-limits',
      /Entity Too Large/,
      /client_max_body_size/,
    ],
    [
      422,
      '{"detail":{"code":"parameter-validation-error","message":"No","extra":{}}}',
      'server-rejected',
      /422.*No/,
      /debug log/,
    ],
  ])('%d %s', async (status, body, code, message, hint) => {
    const { client, server } = await withServer((_seen, response) => json(response, body, status));
    const failure = await failureOf(create(client.api));
    expect(failure).toMatchObject({
      code,
      status,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(server.seen).toHaveLength(1);
  });

  const calls: readonly (readonly [string, (client: TestClient, url: string) => Promise<unknown>])[] = [
    ['GET /api/0/', ({ api }) => api.root()],
    ['POST releases', ({ api }) => create(api)],
    ['PUT release', ({ api }) => api.updateRelease('1.0.0', {})],
    ['GET repositories', ({ api }) => api.repositories()],
    ['GET chunk-upload', ({ api }) => api.chunkOptions()],
    ['POST chunk-upload', ({ api }, url) => api.uploadChunks(chunkOptionsOf(url), [part], 'none')],
    ['POST assemble', ({ api }) => api.assemble({ checksum: part.sha1, chunks: [part.sha1], projects: ['web'] })],
    ['GET deploys', ({ api }) => api.deploys('1.0.0')],
    ['POST deploys', ({ api }) => api.createDeploy('1.0.0', deployBody)],
    ['GET artifact-lookup', ({ api }) => api.artifactLookup('web', 'x')],
  ];
  it.each(calls)(
    'at %s, for each such status: one request, and an error with the status and a next step',
    async (name, call) => {
      let status = 0;
      const { client, server } = await withServer((_seen, response) => json(response, '{"detail":"no"}', status));
      // What the endpoint itself takes as an answer: a token that may not list repositories, a server that has none.
      const statuses = [400, 401, 403, 404, 409, 413, 422].filter(
        (code) => name !== 'GET repositories' || (code !== 403 && code !== 404),
      );
      for (status of statuses) {
        const failure = await failureOf(call(client, server.url));
        expect(failure).toMatchObject({ status, hint: expect.stringMatching(/\w{3}/) });
        expect(String(failure)).toContain(`${name} answered ${status}`);
      }
      expect(server.seen).toHaveLength(statuses.length);
      expect(client.traffic().waits).toEqual([]);
    },
  );

  it('a commit lock (409) is no attempt: after eight waits for it, a 503 is only the first', async () => {
    const { client, sandbox } = await withSandbox([
      { match: { method: 'PUT', path: '**/releases/1.0.0/', nth: { to: 8 } }, do: { commitLock: true } },
      { match: { method: 'PUT', path: '**/releases/1.0.0/', nth: [9, 10] }, do: { status: 503 } },
    ]);
    await create(client.api);
    await client.api.updateRelease('1.0.0', { commits: [{ id: 'a'.repeat(40), repository: 'acme/web' }] });
    expect(releaseOf(sandbox)?.get('1.0.0')?.commits).toHaveLength(1);
    const lines = client.log.of('info').filter((line) => line.startsWith('PUT release'));
    expect(lines[7]).toMatch(
      /answered 409 Conflict: .*; waiting \d.* \(wait 8 in a row, as long as the timeout allows: \d+ s left\)/,
    );
    expect(lines[8]).toMatch(/answered 503 .*; attempt 2 of 6 in/);
    expect(lines[9]).toMatch(/answered 503 .*; attempt 3 of 6 in/);
  });

  it('a commit lock (409) is waited for, beyond six attempts, and then the commits are set', async () => {
    const { client, sandbox } = await withSandbox([
      { match: { method: 'PUT', path: '**/releases/1.0.0/', nth: { to: 8 } }, do: { commitLock: true } },
    ]);
    await create(client.api);
    await client.api.updateRelease('1.0.0', { commits: [{ id: 'a'.repeat(40), repository: 'acme/web' }] });
    expect(releaseOf(sandbox)?.get('1.0.0')?.commits).toHaveLength(1);
  });
});

describe('deploys are never doubled', () => {
  const deploysOf = (box: Sandbox) => releaseOf(box)?.get('1.0.0')?.deploys ?? [];

  it('row 23: the answer is lost after the deploy was made: it is found by its run URL and not made again', async () => {
    const { client, sandbox } = await withSandbox([
      { match: { method: 'POST', path: '**/deploys/', nth: 1 }, do: { reset: 'after-handling' } },
    ]);
    await create(client.api);
    const { deploy, existed } = await recordDeploy(client.api, '1.0.0', deployBody, client.log);
    expect(deploy.url).toBe(RUN_URL);
    expect(existed).toBe(false);
    expect(deploysOf(sandbox)).toHaveLength(1);
    expect(sandbox.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/deploys/'))).toHaveLength(
      1,
    );
  });

  it('the request is lost before it was handled: it is made then, once', async () => {
    const { client, sandbox } = await withSandbox([
      { match: { method: 'POST', path: '**/deploys/', nth: 1 }, do: { reset: 'after-body' } },
    ]);
    await create(client.api);
    await recordDeploy(client.api, '1.0.0', deployBody, client.log);
    expect(deploysOf(sandbox)).toHaveLength(1);
  });

  it.each([502, 503, 504])('a %d after the deploy was made counts as doubt, too', async (status) => {
    let made = 0;
    const { client } = await withServer((seen, response) => {
      if (seen.method === 'GET') return json(response, made === 0 ? [] : [{ ...deployBody, id: '1', name: null }]);
      made += 1;
      json(response, 'down', status);
    });
    await recordDeploy(client.api, '1.0.0', deployBody, client.log);
    expect(made).toBe(1);
  });

  it('an answer that cannot be read comes after the deploy was made', async () => {
    let made = 0;
    const { client } = await withServer((seen, response) => {
      if (seen.method === 'GET') return json(response, made === 0 ? [] : [{ ...deployBody, id: '1' }]);
      made += 1;
      json(response, '<html>welcome</html>', 201);
    });
    expect((await recordDeploy(client.api, '1.0.0', deployBody, client.log)).deploy.id).toBe('1');
    expect(made).toBe(1);
  });

  it('a 429 did nothing and is simply repeated', async () => {
    const { client, sandbox } = await withSandbox([
      { match: { method: 'POST', path: '**/deploys/', nth: 1 }, do: { status: 429, headers: { 'retry-after': '1' } } },
    ]);
    await create(client.api);
    await recordDeploy(client.api, '1.0.0', deployBody, client.log);
    expect(deploysOf(sandbox)).toHaveLength(1);
  });

  it('a second run of the same attempt finds its own; another attempt makes another', async () => {
    const { client, sandbox } = await withSandbox([]);
    await create(client.api);
    await recordDeploy(client.api, '1.0.0', deployBody, client.log);
    expect(await recordDeploy(client.api, '1.0.0', deployBody, client.log)).toMatchObject({ existed: true });
    const next = { ...deployBody, url: RUN_URL.replace('attempts/1', 'attempts/2') };
    expect(await recordDeploy(client.api, '1.0.0', next, client.log)).toMatchObject({ existed: false });
    expect(deploysOf(sandbox)).toHaveLength(2);
  });

  it('without a mark of the run no earlier deploy is taken for ours, but a lost answer is still found by its time', async () => {
    const { client, sandbox } = await withSandbox([
      { match: { method: 'POST', path: '**/deploys/', nth: 2 }, do: { reset: 'after-handling' } },
    ]);
    await create(client.api);
    const body = { ...deployBody, url: 'https://shop.example' };
    await recordDeploy(client.api, '1.0.0', body, client.log, { marked: false });
    await recordDeploy(client.api, '1.0.0', { ...body, dateFinished: '2026-03-01T12:30:00Z' }, client.log, {
      marked: false,
    });
    expect(deploysOf(sandbox)).toHaveLength(2);
  });

  it('a server that keeps losing answers and deploys is asked three times, then it is given up with the reason', async () => {
    const { client, server } = await withServer((seen, response, request) => {
      if (seen.method === 'GET') return json(response, []);
      request.socket.resetAndDestroy();
    });
    const log = memoryLog();
    const failure = await failureOf(recordDeploy(client.api, '1.0.0', deployBody, log));
    expect(failure).toMatchObject({
      code: 'retries-exhausted',
      message: expect.stringMatching(/^POST deploys: .* before the answer .*; gave up after 3 attempts, the most/),
    });
    expect(log.of('info').map((line) => /\(attempt (\d) of 3\)$/.exec(line)?.[1])).toEqual(['1', '2', '3']);
    expect(server.seen.filter(({ method }) => method === 'POST')).toHaveLength(3);
  });
});

it('row 24: the answer to the release is lost: it is found on the repeat (208), and there is one', async () => {
  const { client, sandbox } = await withSandbox([
    { match: { method: 'POST', path: '**/releases/', nth: 1 }, do: { reset: 'after-handling' } },
  ]);
  expect(await create(client.api)).toMatchObject({ created: false, release: { version: '1.0.0' } });
  expect(releaseOf(sandbox)?.size).toBe(1);
});

it('a server that answers 500 for a release that is there is asked for it instead of being tried again', async () => {
  const { client, server } = await withServer((seen, response) =>
    seen.method === 'POST' ? json(response, 'Server Error', 500) : json(response, RELEASE),
  );
  expect(await create(client.api)).toMatchObject({ created: false });
  expect(server.seen.map(({ method }) => method)).toEqual(['POST', 'GET']);
});

it('row 25: an answer cut in the middle is asked for again', async () => {
  const { client } = await withSandbox([
    { match: { method: 'GET', path: '**/chunk-upload/', nth: 1 }, do: { truncate: 7 } },
  ]);
  expect((await client.api.chunkOptions()).chunkSize).toBe(8 * 1024 * 1024);
  expect(client.log.of('info').join()).toContain('in the middle of its answer');
});

it('row 32: a kept connection that the server closed meanwhile is no failure anybody sees', async () => {
  const { client } = await withServer((_seen, response, request) => {
    json(response, RELEASE);
    response.on('finish', () => setImmediate(() => request.socket.destroy()));
  });
  for (let round = 0; round < 10; round += 1) await client.api.getRelease('1.0.0');
  expect(client.log.of('warning')).toEqual([]);
  expect(client.log.of('error')).toEqual([]);
});

it('row 33: a 413 that comes while the body is still being sent is read, with its hint', async () => {
  const server = await testServer(
    (_seen, response, request) => {
      response.writeHead(413, { 'content-type': 'text/html', connection: 'close' });
      response.end('<html><head><title>413 Request Entity Too Large</title></head></html>');
      request.resume();
    },
    { raw: true },
  );
  closing(server);
  const client = closing(testClient(server.url, { clock: fakeClock() }));
  const options = chunkOptionsOf(server.url);
  const parts = Array.from({ length: 4 }, () => ({ sha1: part.sha1, body: Buffer.alloc(8 << 20, 7) }));
  const failure = await failureOf(client.api.uploadChunks(options, parts, 'none'));
  expect(failure).toMatchObject({
    code: 'server-limits',
    status: 413,
    hint: expect.stringContaining('client_max_body_size'),
  });
});
