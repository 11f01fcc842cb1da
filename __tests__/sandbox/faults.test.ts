import { connect } from 'node:net';
import type { Fault } from '../../sandbox/faults/types.js';
import { assembleBody, call, send, sha1, smallBundle, start, stopAll, TOKEN, upload } from './client.js';

afterEach(stopAll);

const withFaults = (...faults: Fault[]) => start({ faults });
const bytes = smallBundle();
const assemble = 'artifactbundle/assemble/';

describe('a fault', () => {
  it('hits the n-th request that meets method and path, and no other', async () => {
    const sandbox = await withFaults({ match: { method: 'POST', path: '**/releases/', nth: 2 }, do: { status: 503 } });
    const post = () => call(sandbox, 'POST', 'releases/', { version: '1', projects: ['web'] });
    await call(sandbox, 'GET', 'releases/');
    expect([(await post()).status, (await post()).status, (await post()).status]).toEqual([201, 503, 208]);
    expect(sandbox.requests.map((entry) => entry.fault)).toEqual([undefined, undefined, 'fault-1', undefined]);
  });

  it.each([
    ['a list', [1, 3], [503, 200, 503, 200]],
    ['a range', { from: 2, to: 3 }, [200, 503, 503, 200]],
    ['an open range', { from: 3 }, [200, 200, 503, 503]],
  ])('takes %s of numbers', async (_what, nth, wanted) => {
    const sandbox = await withFaults({ match: { nth }, do: { status: 503 } });
    const seen: number[] = [];
    for (let n = 0; n < 4; n += 1) seen.push((await call(sandbox, 'GET', '/api/0/')).status);
    expect(seen).toEqual(wanted);
  });

  it.each([
    [502, 'Bad Gateway'],
    [503, 'Service Temporarily Unavailable'],
    [504, 'Gateway Time-out'],
  ])('with status %i is a proxy’s page in HTML, unless it has a body of its own', async (status, text) => {
    const sandbox = await withFaults(
      { match: { nth: 1 }, do: { status, headers: { 'Retry-After': '1' } } },
      { match: { nth: 2 }, do: { status, body: { detail: 'down' } } },
    );
    const page = await fetch(`${sandbox.url}/api/0/`);
    expect([page.status, page.headers.get('content-type'), page.headers.get('retry-after')]).toEqual([
      status,
      'text/html; charset=utf-8',
      '1',
    ]);
    expect(await page.text()).toContain(`<h1>${status} ${text}</h1>`);
    expect((await call(sandbox, 'GET', '/api/0/')).json).toEqual({ detail: 'down' });
  });

  it('takes a regular expression as path, a number of hits, and is spent after them', async () => {
    const sandbox = await withFaults({ match: { path: '/repos\\/$/' }, do: { status: 500 }, times: 1 });
    expect((await call(sandbox, 'GET', 'repos/')).status).toBe(500);
    expect((await call(sandbox, 'GET', 'repos/')).status).toBe(200);
  });

  it('with a probability falls the same way for the same seed', async () => {
    const draw = async (seed: number) => {
      const sandbox = await start({ seed, faults: [{ match: { probability: 0.5 }, do: { status: 503 } }] });
      const seen: number[] = [];
      for (let n = 0; n < 20; n += 1) seen.push((await call(sandbox, 'GET', '/api/0/')).status);
      return seen.join();
    };
    const [first, again, other] = [await draw(7), await draw(7), await draw(8)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(first).toContain('200');
    expect(first).toContain('503');
  });

  it('answers with its own status, headers and body, without rate-limit headers', async () => {
    const fault: Fault = { do: { status: 502, headers: { 'Retry-After': '3' }, body: '<html>bad gateway</html>' } };
    const sandbox = await start({ faults: [fault], options: { selfHosted: false } });
    const answer = await call(sandbox, 'GET', '/api/0/');
    expect(answer.text).toBe('<html>bad gateway</html>');
    expect(answer.headers.get('retry-after')).toBe('3');
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.headers.get('x-sentry-rate-limit-limit')).toBeNull();
  });

  it.each(['before-body', 'after-body'] as const)('resets %s and stores nothing', async (reset) => {
    const sandbox = await withFaults({ match: { nth: 1 }, do: { reset } });
    await expect(call(sandbox, 'POST', 'releases/', { version: '1', projects: ['web'] })).rejects.toThrow();
    expect(sandbox.state.organizations.get('acme')?.releases.size).toBe(0);
    expect(sandbox.requests[0]?.status).toBe(0);
  });

  it('resets after the request was handled: it is stored, nobody hears of it', async () => {
    const sandbox = await withFaults({ match: { nth: 1 }, do: { reset: 'after-handling' } });
    await expect(call(sandbox, 'POST', 'releases/', { version: '1', projects: ['web'] })).rejects.toThrow();
    expect(sandbox.state.organizations.get('acme')?.releases.size).toBe(1);
    expect(sandbox.requests[0]?.json).toEqual({ version: '1', projects: ['web'] });
  });

  it('cuts the answer off after so many bytes', async () => {
    const sandbox = await withFaults({ match: { nth: 1 }, do: { truncate: 7 } });
    await expect(call(sandbox, 'GET', '/api/0/')).rejects.toThrow();
    expect((await call(sandbox, 'GET', '/api/0/')).status).toBe(200);
  });

  it('drips the answer', async () => {
    const sandbox = await withFaults({ do: { drip: { bytes: 10, everyMs: 20 } } });
    const started = Date.now();
    expect((await call(sandbox, 'GET', '/api/0/')).json).toMatchObject({ version: '0' });
    expect(Date.now() - started).toBeGreaterThan(60);
  });

  it('delays the answer', async () => {
    const sandbox = await withFaults({ do: { delayMs: 80 } });
    const started = Date.now();
    await call(sandbox, 'GET', '/api/0/');
    expect(Date.now() - started).toBeGreaterThanOrEqual(79);
  });

  it('stops reading and never answers', async () => {
    const sandbox = await withFaults({ match: { method: 'POST' }, do: { stallAfterBytes: 10 } });
    const aborted = fetch(`${sandbox.url}/api/0/organizations/acme/chunk-upload/`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${TOKEN}` },
      body: new Uint8Array(1_000_000),
      signal: AbortSignal.timeout(200),
    });
    await expect(aborted).rejects.toThrow();
    expect((await call(sandbox, 'GET', '/api/0/')).status).toBe(200);
  });

  it('answers early, while the body is still on its way, and closes', async () => {
    const sandbox = await withFaults({ match: { method: 'POST' }, do: { status: 413, early: true } });
    const { port } = new URL(sandbox.url);
    const head = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write('POST /api/0/x/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nonly this');
      });
      let text = '';
      socket.on('data', (piece) => {
        text += piece.toString();
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(head).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('swallows chunks with a 200', async () => {
    const sandbox = await withFaults({ match: { path: '**/chunk-upload/', nth: 1 }, do: { swallow: [0] } });
    const [one, two] = [Buffer.from('one'), Buffer.from('two')];
    expect((await upload(sandbox, [one, two])).status).toBe(200);
    expect([...(sandbox.state.organizations.get('acme')?.chunks.keys() ?? [])]).toEqual([sha1(two)]);
  });

  it('is bound to one chunk', async () => {
    const poison = Buffer.from('poison');
    const sandbox = await withFaults({ match: { chunk: sha1(poison) }, do: { status: 500 } });
    expect((await upload(sandbox, [Buffer.from('fine')])).status).toBe(200);
    expect((await upload(sandbox, [Buffer.from('good'), poison])).status).toBe(500);
    expect(sandbox.requests.map((entry) => entry.chunks?.length)).toEqual([1, 2]);
    expect(sandbox.state.organizations.get('acme')?.chunks.size).toBe(1);
  });

  it('forgets chunks after they were taken, so that assemble asks for them again', async () => {
    const sandbox = await withFaults({ match: { path: `**/${assemble}`, nth: 2 }, do: { forgetChunks: 'all' } });
    await upload(sandbox, [bytes]);
    expect((await call(sandbox, 'POST', assemble, assembleBody(bytes))).json).toMatchObject({ state: 'created' });
    const second = await call(sandbox, 'POST', assemble, assembleBody(bytes));
    expect(second.json).toEqual({ state: 'not_found', missingChunks: [sha1(bytes)] });
    expect((await send(sandbox, bytes)).json).toMatchObject({ state: 'ok' });
  });

  it.each([
    ['hold' as const, { state: 'assembling', detail: null }],
    [{ error: 'no luck' }, { state: 'error', detail: 'no luck' }],
  ])('decides about the job: %j', async (job, wanted) => {
    const sandbox = await withFaults({ match: { path: `**/${assemble}` }, do: { job } });
    expect((await send(sandbox, bytes)).json).toMatchObject(wanted);
  });

  it('changes the answer of the real handler', async () => {
    const url = 'http://127.0.0.1:9/elsewhere/';
    const sandbox = await withFaults({ match: { path: '**/chunk-upload/' }, do: { merge: { url, chunkSize: -1 } } });
    expect((await call(sandbox, 'GET', 'chunk-upload/')).json).toMatchObject({
      url,
      chunkSize: -1,
      hashAlgorithm: 'sha1',
    });
  });

  it('shifts Date and the reset of the rate limit alike', async () => {
    const sandbox = await start({ options: { selfHosted: false }, faults: [{ do: { clockSkewMs: 3_600_000 } }] });
    const { headers } = await call(sandbox, 'GET', '/api/0/');
    const server = Date.parse(headers.get('date') ?? '') / 1000;
    expect(server - Date.now() / 1000).toBeGreaterThan(3500);
    expect(Number(headers.get('x-sentry-rate-limit-reset')) - server).toBeLessThanOrEqual(2);
  });

  it('overrides the rate limit of a request', async () => {
    const fault: Fault = { match: { nth: 2 }, do: { rateLimit: { limit: 0, windowSeconds: 100 } } };
    const sandbox = await start({ options: { selfHosted: false }, faults: [fault] });
    const seen = [await call(sandbox, 'GET', '/api/0/'), await call(sandbox, 'GET', '/api/0/')];
    expect(seen.map((answer) => answer.status)).toEqual([200, 429]);
  });

  it('holds the lock on commits', async () => {
    const sandbox = await withFaults({ match: { nth: 1 }, do: { commitLock: true } });
    const body = { version: '1', projects: ['web'], commits: [{ id: 'a' }] };
    expect((await call(sandbox, 'POST', 'releases/', body)).status).toBe(409);
    expect((await call(sandbox, 'POST', 'releases/', body)).status).toBe(208);
  });

  it('comes and goes by HTTP while the sandbox runs', async () => {
    const sandbox = await start();
    const faults = '/_sandbox/faults';
    const added = await call(sandbox, 'POST', faults, [{ id: 'x', do: { status: 500 } }]);
    expect(added.json).toEqual({ ids: ['x'] });
    expect((await call(sandbox, 'GET', '/api/0/')).status).toBe(500);
    expect((await call(sandbox, 'GET', faults)).json).toMatchObject([{ id: 'x', hits: 1 }]);
    expect((await call(sandbox, 'DELETE', `${faults}/x`)).status).toBe(204);
    expect((await call(sandbox, 'GET', '/api/0/')).status).toBe(200);
    expect((await call(sandbox, 'POST', faults, { no: 'do' })).status).toBe(400);
  });
});
