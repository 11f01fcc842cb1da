import { createTransport } from '../../src/sentry/transport.js';
import {
  CHUNK_OPTIONS,
  closeAfterEach,
  failureOf,
  json,
  testClient,
  testServer,
} from '../integration/reliability-support.js';
import { fakeClock } from '../unit/sentry/fakes.js';

/** Attack: the server (or who speaks for it) names another host for the upload, to get the token or the sources. Rows 41, 42. */

const closing = closeAfterEach();
const serve = async (handle: Parameters<typeof testServer>[0]) => closing(await testServer(handle));

it('an upload url on a foreign host is refused with both names, and that host gets no request', async () => {
  const foreign = await serve((_seen, response) => json(response, ''));
  const url = `http://localhost:${foreign.port}/api/0/organizations/acme/chunk-upload/`;
  const server = await serve((_seen, response) => json(response, { ...CHUNK_OPTIONS, url }));
  const client = closing(testClient(server.url, { clock: fakeClock() }));
  const failure = await failureOf(client.api.chunkOptions());
  expect(failure).toMatchObject({ code: 'token-host' });
  expect(String(failure)).toContain(`127.0.0.1:${server.port}`);
  expect(String(failure)).toContain(`localhost:${foreign.port}`);
  expect(foreign.seen).toEqual([]);
});

it('an upload url on an allowed region host gets token and chunks', async () => {
  const region = await serve((_seen, response) => json(response, ''));
  const regionUrl = `http://us.sentry.test:${region.port}`;
  const server = await serve((_seen, response) =>
    json(response, { ...CHUNK_OPTIONS, url: `${regionUrl}/api/0/organizations/acme/chunk-upload/` }),
  );
  const lookup = (
    _host: string,
    _options: unknown,
    callback: (error: null, addresses: { address: string; family: number }[]) => void,
  ) => callback(null, [{ address: '127.0.0.1', family: 4 }]);
  const client = closing(
    testClient(server.url, {
      clock: fakeClock(),
      allows: (url) => url.origin === server.url || url.origin === regionUrl,
      transport: createTransport({ env: {}, lookup }),
    }),
  );
  const options = await client.api.chunkOptions();
  await client.api.uploadChunks(options, [{ sha1: 'a'.repeat(40), body: Buffer.from('x') }], 'none');
  expect(region.seen).toHaveLength(1);
  expect(region.seen[0]?.headers.authorization).toBe('Bearer sntryu_test-token');
});

it.each(['a/b', 'a?x=1', 'a#b', '%2e%2e', '../../admin', 'ümläut', ' '])(
  'a release named %j stays one segment of the path',
  async (version) => {
    const server = await serve((_seen, response) => json(response, '', 404));
    const client = closing(testClient(server.url, { clock: fakeClock() }));
    expect(await client.api.getRelease(version)).toBeUndefined();
    expect(server.seen.map(({ path }) => path)).toEqual([
      `/api/0/organizations/acme/releases/${encodeURIComponent(version)}/`,
    ]);
  },
);

it.each(['..', '.', ''])('a release named %j is refused: no request reaches another endpoint', async (version) => {
  const server = await serve((_seen, response) => json(response, ''));
  const client = closing(testClient(server.url, { clock: fakeClock() }));
  expect(await failureOf(client.api.getRelease(version))).toMatchObject({ code: 'input-invalid' });
  expect(server.seen).toEqual([]);
});
