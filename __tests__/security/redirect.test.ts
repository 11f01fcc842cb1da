import {
  closeAfterEach,
  failureOf,
  json,
  RELEASE,
  testClient,
  testServer,
} from '../integration/reliability-support.js';
import { fakeClock } from '../unit/sentry/fakes.js';

/** Attack: an answer redirects the client to a place of the attacker's choice, to get the token or a body. Row 43. */

const closing = closeAfterEach();
const serve = async (handle: Parameters<typeof testServer>[0]) => closing(await testServer(handle));

const STATUSES = [301, 302, 303, 307, 308];

describe.each(STATUSES)('a %d', (status) => {
  it('on a read is followed on the same host, with the token', async () => {
    const server = await serve((seen, response) =>
      seen.path.startsWith('/moved') ? json(response, RELEASE) : json(response, '', status, { location: '/moved/' }),
    );
    const client = closing(testClient(server.url, { clock: fakeClock() }));
    expect((await client.api.getRelease('1'))?.version).toBe('1.0.0');
    expect(server.seen.map((seen) => seen.headers.authorization)).toEqual(Array(2).fill('Bearer sntryu_test-token'));
  });

  it.each(['GET', 'POST', 'PUT'])(
    'on a %s to another host is refused, and that host sees nothing at all',
    async (method) => {
      const evil = await serve((_seen, response) => json(response, RELEASE));
      const server = await serve((_seen, response) => json(response, '', status, { location: `${evil.url}/collect/` }));
      const client = closing(testClient(server.url, { clock: fakeClock() }));
      const failure = await failureOf(call(client.api, method));
      expect(failure).toMatchObject({ code: 'redirected', message: expect.stringContaining(evil.url) });
      expect(evil.seen).toEqual([]);
      expect(server.seen).toHaveLength(1);
    },
  );

  it.each(['POST', 'PUT'])(
    'on a %s is never followed, also not on the same host; the hint has the right address',
    async (method) => {
      const server = await serve((seen, response) =>
        json(response, '', status, { location: `${server.url}/sentry${seen.path}` }),
      );
      const client = closing(testClient(server.url, { clock: fakeClock() }));
      const failure = await failureOf(call(client.api, method));
      expect(failure).toMatchObject({ code: 'redirected', hint: expect.stringContaining(`${server.url}/sentry`) });
      expect(server.seen).toHaveLength(1);
    },
  );
});

const call = (api: ReturnType<typeof testClient>['api'], method: string): Promise<unknown> => {
  if (method === 'GET') return api.getRelease('1');
  return method === 'PUT'
    ? api.updateRelease('1', { dateReleased: 'x' })
    : api.createRelease({ version: '1', projects: ['web'] });
};

it('a loop ends after five hops', async () => {
  const server = await serve((_seen, response) => json(response, '', 302, { location: '/again/' }));
  const client = closing(testClient(server.url, { clock: fakeClock() }));
  expect(await failureOf(client.api.getRelease('1'))).toMatchObject({
    code: 'redirected',
    message: expect.stringContaining('more than 5'),
  });
  expect(server.seen).toHaveLength(6);
});

it.each(['', 'http://', 'javascript:alert(1)', 'file:///etc/passwd', '//evil.example/', 'https://user:pw@127.0.0.1/'])(
  'the Location %j leads nowhere',
  async (location) => {
    const server = await serve((_seen, response) => json(response, '', 302, location === '' ? {} : { location }));
    const client = closing(testClient(server.url, { clock: fakeClock() }));
    expect(await failureOf(client.api.getRelease('1'))).toMatchObject({ code: 'redirected' });
    expect(server.seen).toHaveLength(1);
  },
);

it('a Link header to another host is not followed: only its cursor is taken', async () => {
  const evil = await serve((_seen, response) => json(response, '[]'));
  const server = await serve((_seen, response, _request, nth) =>
    json(
      response,
      '[]',
      200,
      nth === 1 ? { link: `<${evil.url}/?cursor=0:1:0>; rel="next"; results="true"; cursor="0:1:0"` } : {},
    ),
  );
  const client = closing(testClient(server.url, { clock: fakeClock() }));
  await client.api.deploys('1');
  expect(evil.seen).toEqual([]);
  expect(server.seen.map((seen) => new URL(seen.path, server.url).searchParams.get('cursor'))).toEqual([null, '0:1:0']);
});
