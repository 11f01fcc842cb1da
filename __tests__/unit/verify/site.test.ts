import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { ActionError } from '../../../src/errors.js';
import type { UploadRecord } from '../../../src/upload/types.js';
import { createPageFetcher } from '../../../src/verify/fetcher.js';
import { verifySite } from '../../../src/verify/site.js';
import { ofEarlierRuns, ofThisRun, type Uploaded } from '../../../src/verify/uploaded.js';
import { sampleReport } from '../report/sample.js';
import { recordingLog } from '../token/helpers.js';

/** Everything that a request may carry. */
const SENT_HEADERS = [
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'connection',
  'host',
  'sec-fetch-mode',
  'user-agent',
];

const ID = '11111111-2222-4333-8444-555555555555';
const OLD = '99999999-2222-4333-8444-555555555555';
const withId = (id: string) => `console.log(1);\n//# debugId=${id}\n`;

type Answer = { status?: number; headers?: Record<string, string>; body?: string | Buffer };

let server: Server;
let site: string;
let pages: Record<string, Answer | Answer[]> = {};
const seen: { path: string; headers: IncomingHttpHeaders }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '';
    seen.push({ path, headers: request.headers });
    const page = pages[path];
    const answer = Array.isArray(page) ? (page.length > 1 ? page.shift() : page[0]) : page;
    response.writeHead(answer?.status ?? (answer ? 200 : 404), answer?.headers);
    response.end(answer?.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  seen.length = 0;
});

function upload(): UploadRecord {
  const record = sampleReport().sourcemaps?.upload;
  if (!record) throw new Error('the sample has an upload');
  return { ...record, debugIds: [{ debugId: ID, name: 'dist/assets/app.js', url: '~/assets/app.js' }] };
}

async function look(answers: Record<string, Answer | Answer[]>, uploaded: Uploaded = ofThisRun(upload())) {
  pages = answers;
  const log = recordingLog();
  const signal = new AbortController().signal;
  const slept: number[] = [];
  const outcome = await verifySite(site, uploaded, {
    log,
    signal,
    clock: { now: () => 0, random: () => 0, sleep: async (ms: number) => void slept.push(ms) },
    fetcher: createPageFetcher({ env: { SENTRY_AUTH_TOKEN: 'sntryi_x' }, userAgent: 'test', signal }),
  });
  return { outcome, slept, warnings: log.text('warning'), infos: log.text('info') };
}

const html = (...sources: string[]) => ({ body: sources.map((src) => `<script src="${src}"></script>`).join('') });

it('a script with an uploaded id is what should be there', async () => {
  const { outcome, infos, warnings } = await look({
    '/': html('/assets/app.js'),
    '/assets/app.js': { body: withId(ID) },
  });
  expect(infos).not.toContain('publishing');
  expect(outcome).toEqual({ status: 'done', detail: `1 of 1 script of ${site} carries an uploaded debug id` });
  expect(warnings).toBe('');
});

it('scripts that are no files of the upload are counted apart', async () => {
  const pages = { '/': html('/assets/app.js', '/old.js', '/older.js'), '/assets/app.js': { body: withId(ID) } };
  const { outcome } = await look({ ...pages, '/old.js': { body: 'x()' }, '/older.js': { body: 'y()' } });
  expect(outcome).toEqual({
    status: 'done',
    detail: `1 of 1 script of ${site} carries an uploaded debug id; 2 more there are not of this upload`,
  });
});

it('compressed answers are read', async () => {
  const { outcome } = await look({
    '/': html('/assets/app.js'),
    '/assets/app.js': { body: gzipSync(withId(ID)), headers: { 'content-encoding': 'gzip' } },
  });
  expect(outcome.status).toBe('done');
});

it('a script of ours without an id was deployed before injection, or this step runs before the publishing', async () => {
  const { outcome, infos, warnings } = await look({
    '/': html('/assets/app.js'),
    '/assets/app.js': { body: 'console.log(1)' },
  });
  expect(outcome.status).toBe('warned');
  expect(warnings).toContain('has no debug id: it was deployed before injection');
  expect(infos).toContain('verify_url belongs to a step that runs after the publishing');
});

it('a script with another id is of another build, and a cache that answered is named', async () => {
  const { warnings } = await look({
    '/': html('/assets/app.js'),
    '/assets/app.js': { body: withId(OLD), headers: { age: '3600', 'x-cache': 'HIT' } },
  });
  expect(warnings).toContain(`carries a debug id that this run did not upload; a cache answered (stored 3600 s ago)`);
  expect(warnings).toContain(OLD);
});

it('a site that serves the new build a moment later is fine', async () => {
  const { outcome, slept } = await look({
    '/': html('/assets/app.js'),
    '/assets/app.js': [{ body: withId(OLD) }, { body: withId(ID) }],
  });
  expect(outcome.status).toBe('done');
  expect(slept).toEqual([2000]);
});

it('and one from before the first debug ids is looked at again as well: none of its scripts is of this upload', async () => {
  const { outcome, slept } = await look({
    '/': [html('/old-4f1c.js'), html('/app.js')],
    '/old-4f1c.js': { body: 'old()' },
    '/app.js': { body: withId(ID) },
  });
  expect(outcome.status).toBe('done');
  expect(slept).toEqual([2_000]);
});

it('scripts of others are left alone', async () => {
  const { outcome, infos, warnings } = await look({
    '/': html('/assets/app.js', '/analytics.js'),
    '/assets/app.js': { body: withId(ID) },
    '/analytics.js': { body: 'track()' },
  });
  expect(outcome.status).toBe('done');
  expect(infos).toContain('analytics.js is no file of the upload');
  expect(warnings).toBe('');
});

it('a page without any of our scripts is named', async () => {
  expect((await look({ '/': html() })).warnings).toContain('has no scripts');
  expect((await look({ '/': html('/x.js'), '/x.js': { body: '1' } })).warnings).toContain(
    'serves no script of this upload',
  );
});

it('a page or script that cannot be fetched is a warning: the deploy is done', async () => {
  expect(await look({})).toMatchObject({
    outcome: { status: 'warned' },
    warnings: expect.stringContaining('status 404'),
  });
  const missing = await look({ '/': html('/assets/app.js'), '/assets/app.js': { status: 503 } });
  expect(missing.warnings).toContain('could not be fetched: status 503');
});

it('redirects are followed, a few', async () => {
  const { outcome } = await look({
    '/': { status: 302, headers: { location: '/home' } },
    '/home': html('/assets/app.js'),
    '/assets/app.js': { body: withId(ID) },
  });
  expect(outcome.status).toBe('done');
  const loop = await look({ '/': { status: 302, headers: { location: '/' } } });
  expect(loop.warnings).toContain('redirects more than 5 times');
});

it('an answer larger than the limit is not read to its end', async () => {
  const { warnings } = await look({ '/': { body: Buffer.alloc(3 * 1024 * 1024, 32) } });
  expect(warnings).toContain('is larger than 2097152 bytes');
});

it('a script larger than 16 MiB is not read to its end, and is a warning', async () => {
  const { outcome, warnings } = await look({
    '/': html('/assets/app.js'),
    '/assets/app.js': { body: Buffer.alloc(17 * 1024 * 1024, 32) },
  });
  expect(outcome.status).toBe('warned');
  expect(warnings).toContain('/assets/app.js is larger than 16777216 bytes');
});

it('at most six scripts are fetched at once', async () => {
  let open = 0;
  let most = 0;
  const sources = Array.from({ length: 30 }, (_, index) => `/${index}.js`);
  await verifySite('https://shop.example/', ofThisRun(upload()), {
    log: recordingLog(),
    signal: new AbortController().signal,
    clock: { now: () => 0, random: () => 0, sleep: async () => undefined },
    fetcher: async (url) => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      const body = Buffer.from(url.pathname === '/' ? (html(...sources).body ?? '') : 'x()');
      return { status: 200, url, body, age: undefined, cache: undefined };
    },
  });
  expect(most).toBe(6);
});

it('no token, cookie or referrer is sent', async () => {
  await look({
    '/': { ...html('/assets/app.js'), headers: { 'set-cookie': 'a=b' } },
    '/assets/app.js': { body: withId(ID) },
  });
  expect(seen).toHaveLength(2);
  for (const { headers } of seen) {
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).not.toHaveProperty('cookie');
    expect(headers).not.toHaveProperty('referer');
    expect(JSON.stringify(headers)).not.toContain('sntryi_');
  }
});

describe('a step without files of its own asks Sentry for the ids that the site serves', () => {
  const asked: string[] = [];
  const sentry = ofEarlierRuns(['web'], {
    artifactLookup: async (project, debugId) => {
      asked.push(`${project} ${debugId}`);
      return [{ id: '1', type: 'bundle', resolvedWith: debugId === ID ? 'debug-id' : 'release' }];
    },
  });
  beforeEach(() => {
    asked.length = 0;
  });

  it('and is content with those that Sentry has, whatever the files are called', async () => {
    const pages = { '/': html('/x.js', '/vendor.js'), '/x.js': { body: withId(ID) }, '/vendor.js': { body: 'v()' } };
    const { outcome, infos, warnings } = await look(pages, sentry);
    expect(outcome).toEqual({
      status: 'done',
      detail: `1 of 1 script of ${site} carries an uploaded debug id; 1 more there is not known to Sentry`,
    });
    expect(asked).toEqual([`web ${ID}`]);
    expect(infos).toContain('/vendor.js has no debug id');
    expect(warnings).toBe('');
  });

  it('and names a script whose id Sentry does not know', async () => {
    const { outcome, warnings } = await look({ '/': html('/x.js'), '/x.js': { body: withId(OLD) } }, sentry);
    expect(outcome.status).toBe('warned');
    expect(warnings).toContain(`/x.js carries a debug id that Sentry does not know (${OLD})`);
  });

  it('and says when there is none at all', async () => {
    const { outcome } = await look({ '/': html('/x.js'), '/x.js': { body: 'x()' } }, sentry);
    expect(outcome).toEqual({ status: 'warned', detail: `${site} serves no script that Sentry knows` });
  });

  it('and asks each project of the step until one has the id: the site is of one of them', async () => {
    const [inShop, inAdmin, inNone] = [1, 2, 3].map((digit) => ID.replaceAll('1', String(digit)));
    const has: Record<string, string | undefined> = { shop: inShop, admin: inAdmin };
    const requests: string[] = [];
    const both = ofEarlierRuns(['shop', 'admin'], {
      artifactLookup: async (project, debugId) => {
        requests.push(`${project} ${debugId}`);
        return has[project] === debugId ? [{ id: '1', type: 'bundle', resolvedWith: 'debug-id' }] : [];
      },
    });
    expect(await Promise.all([inShop, inAdmin, inNone].map((id) => both.has(id ?? '')))).toEqual([true, true, false]);
    expect(requests.sort()).toEqual(
      [`admin ${inAdmin}`, `admin ${inNone}`, `shop ${inAdmin}`, `shop ${inNone}`, `shop ${inShop}`].sort(),
    );
  });

  const failing = (error: Error) => ofEarlierRuns(['web'], { artifactLookup: () => Promise.reject(error) });
  const one = { '/': html('/x.js'), '/x.js': { body: withId(ID) } };

  it('and on a server that cannot be asked says what to do: the deploy is done', async () => {
    const mute = failing(new ActionError('server-lacks-feature', 'GET artifact-lookup answered 404', { status: 404 }));
    const { outcome, warnings } = await look(one, mute);
    expect(outcome.status).toBe('warned');
    expect(warnings).toBe(
      'The server cannot be asked for the debug ids of the site. Give this step the same sourcemaps as the step that uploaded them: nothing is sent twice.',
    );
  });

  it.each([
    ['retries-exhausted', 503],
    ['server-rejected', 403],
    ['network', undefined],
  ] as const)('and a server that fails (%s) is a warning with its words, not a red step', async (code, status) => {
    const details = { hint: 'Run it again.', ...(status === undefined ? {} : { status }) };
    const { outcome, warnings } = await look(
      one,
      failing(new ActionError(code, 'GET artifact-lookup failed', details)),
    );
    expect(outcome.status).toBe('warned');
    expect(warnings).toBe(
      'The server cannot be asked for the debug ids of the site: GET artifact-lookup failed. Run it again.',
    );
  });

  it.each(['cancelled', 'deadline'] as const)('and the end of the run (%s) stays one', async (code) => {
    await expect(look(one, failing(new ActionError(code, 'over')))).rejects.toMatchObject({ code });
  });
});

describe('a page with more scripts than are fetched', () => {
  const many = Array.from({ length: 70 }, (_, index) => `/other/${index}.js`);

  it('has those of the upload looked at first, and the rest counted', async () => {
    const { outcome, infos } = await look({
      '/': html(...many, '/assets/app.js'),
      '/assets/app.js': { body: withId(ID) },
    });
    expect(seen.filter(({ path }) => path !== '/')).toHaveLength(60);
    expect(outcome.status).toBe('warned');
    expect(outcome.detail).toMatch(/^1 of 60 scripts of .*; 11 further scripts were not looked at \(60 at most\)$/);
    expect(infos).toContain(outcome.detail);
  });

  it('and none of the upload among the first says how many it did not see', async () => {
    const found = Object.fromEntries(many.map((path) => [path, { body: 'x()' }]));
    const { outcome, warnings } = await look({ '/': html(...many), ...found });
    expect(outcome.detail).toContain(
      'serves no script of this upload; 10 further scripts were not looked at (60 at most)',
    );
    expect(warnings).toContain('10 further scripts were not looked at');
  });
});

describe('which hosts are asked', () => {
  const asked: string[] = [];
  /** A page on the internet, as far as the code can see; nothing is sent. */
  async function lookAt(page: string, scripts: readonly string[]) {
    asked.length = 0;
    const log = recordingLog();
    const outcome = await verifySite(page, ofThisRun(upload()), {
      log,
      signal: new AbortController().signal,
      clock: { now: () => 0, random: () => 0, sleep: async () => undefined },
      fetcher: async (url) => {
        asked.push(url.href);
        const body = Buffer.from(url.href === page ? (html(...scripts).body ?? '') : withId(ID));
        return { status: 200, url, body, age: undefined, cache: undefined };
      },
    });
    return { outcome, infos: log.text('info') };
  }

  it('scripts inside a network are named, never fetched, when the page is a public one', async () => {
    const inside = ['http://169.254.169.254/latest/x.js', 'http://10.0.0.8/a.js', 'http://localhost:3000/b.js'];
    const { outcome, infos } = await lookAt('https://shop.example/', ['/assets/app.js', ...inside]);
    expect(asked).toEqual(['https://shop.example/', 'https://shop.example/assets/app.js']);
    expect(outcome.status).toBe('done');
    for (const url of inside) expect(infos).toContain(`${url} was not fetched: its host is inside a network`);
  });

  it('a page with nothing but such scripts is told from one without scripts', async () => {
    const { outcome } = await lookAt('https://shop.example/', ['http://10.0.0.8/assets/app.js']);
    expect(asked).toEqual(['https://shop.example/']);
    expect(outcome).toMatchObject({
      status: 'warned',
      detail: expect.stringContaining('only scripts inside a network'),
    });
  });

  it('a page inside a network may have its scripts there', async () => {
    const { outcome } = await lookAt('http://10.0.0.7/', ['http://10.0.0.8/assets/app.js']);
    expect(outcome.status).toBe('done');
  });
});

describe('a second host', () => {
  let other: Server;
  let origin: string;
  beforeAll(async () => {
    other = createServer((request, response) => {
      seen.push({ path: `other ${request.url}`, headers: request.headers });
      if (request.url === '/gone.js') response.writeHead(500);
      response.end(request.url === '/assets/app.js' ? withId(ID) : request.url === '/tag.js' ? withId(OLD) : '');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => other.close(resolve)));

  it('that serves our scripts is asked like the page’s own, without anything that the page set', async () => {
    const page = { ...html(`${origin}/assets/app.js`), headers: { 'set-cookie': 'session=1; Path=/' } };
    const { outcome, warnings } = await look({ '/': page });
    expect({ outcome: outcome.status, warnings }).toEqual({ outcome: 'done', warnings: '' });
    const request = seen.find(({ path }) => path === 'other /assets/app.js');
    expect(Object.keys(request?.headers ?? {}).sort()).toEqual(SENT_HEADERS);
    expect(JSON.stringify(request?.headers)).not.toMatch(/sntryi_|session=/);
  });

  it('that fails, or has ids of its own, is no problem of this upload', async () => {
    const sources = ['/assets/app.js', `${origin}/gone.js`, `${origin}/tag.js`];
    const { outcome, warnings, infos } = await look({ '/': html(...sources), '/assets/app.js': { body: withId(ID) } });
    expect({ outcome: outcome.status, warnings }).toEqual({ outcome: 'done', warnings: '' });
    expect(infos).toContain('/gone.js could not be fetched: status 500');
    expect(infos).toContain('/tag.js is of another host and another build');
  });

  it.each(['page', 'script'])('that a redirect of the %s leads to is not asked', async (what) => {
    const away = { status: 302, headers: { location: `${origin.replace('127.0.0.1', 'localhost')}/assets/app.js` } };
    const answers = what === 'page' ? { '/': away } : { '/': html('/assets/app.js'), '/assets/app.js': away };
    const { outcome, warnings } = await look(answers);
    expect(outcome.status).toBe('warned');
    expect(warnings).toMatch(/redirects to another host, localhost:\d+, which is not asked/);
    expect(seen.filter(({ path }) => path.startsWith('other'))).toEqual([]);
  });
});
