import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { attack } from './attack.js';

/** Attack: somebody else's host is put where the token is sent to. */

let foreign: Server;
const got: { path: string; authorization: boolean }[] = [];

beforeAll(async () => {
  foreign = createServer((request, response) => {
    got.push({ path: request.url ?? '', authorization: request.headers.authorization !== undefined });
    response.end('{}');
  });
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => foreign.close(resolve)));
beforeEach(() => got.splice(0));

const address = () => `http://localhost:${(foreign.address() as AddressInfo).port}`;

it('a chunk url on another host gets no request, and the run says which host it was', async () => {
  const { result } = await attack({
    faults: [
      {
        match: { method: 'GET', path: '/api/0/organizations/*/chunk-upload/' },
        do: { merge: { url: `${address()}/up/` } },
      },
    ],
  });
  expect(result.exitCode).toBe(1);
  expect(got).toEqual([]);
  expect(result.log).toContain(new URL(address()).host);
});

it.each([301, 302, 307, 308])('a redirect %i of the first request to another host is not followed', async (status) => {
  const { result } = await attack({
    faults: [{ match: { path: '/api/0/' }, do: { status, headers: { location: `${address()}/api/0/` } } }],
  });
  expect(result.exitCode).toBe(1);
  expect(got).toEqual([]);
});

it.each([301, 307])('a redirect %i of a write is not followed, even on the same host', async (status) => {
  const { result, sandbox } = await attack({
    faults: [{ match: { method: 'POST' }, do: { status, headers: { location: '/api/0/elsewhere/' } } }],
  });
  expect(result.exitCode).toBe(1);
  expect(sandbox.requests.filter(({ path }) => path.includes('elsewhere'))).toEqual([]);
});

it('files of sentry-cli in the checkout do not choose where the token goes', async () => {
  const config = `[defaults]\nurl=${address()}\norg=evil\n[auth]\ntoken=x\n`;
  const { result } = await attack({
    files: {
      'dist/app.js': 'a()',
      '.sentryclirc': config,
      'sentry.properties': `defaults.url=${address()}\n`,
      '.env': `SENTRY_URL=${address()}\n`,
    },
  });
  expect(result.exitCode).toBe(0);
  expect(got).toEqual([]);
});
