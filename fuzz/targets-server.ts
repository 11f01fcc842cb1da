import { QUIET } from '../__tests__/support/inputs.js';
import { ActionError } from '../src/errors.js';
import { toChunkOptions } from '../src/sentry/chunk-options.js';
import { nextCursor } from '../src/sentry/paging.js';
import { redirectTarget } from '../src/sentry/redirects.js';
import { entryName } from '../src/upload/entry-names.js';
import { allowed, type FuzzTarget, JSON_TOKENS, jsonOf, must } from './target.js';

/** Where a server may send the client: pages of a list, redirects, the address and the numbers of an upload. */

const BASE = 'https://sentry.example.com';
const allows = (url: URL) => url.origin === BASE && url.username === '' && url.password === '';

const links: FuzzTarget = {
  name: 'Link headers',
  seeds: [
    '<https://sentry.io/api/0/?cursor=0:0:1>; rel="previous"; results="false"; cursor="0:0:1", <https://sentry.io/?cursor=0:100:0>; rel="next"; results="true"; cursor="0:100:0"',
    '<x>; rel="next"; results="true"; cursor=""',
    '<>; results="true"; rel="next"; cursor="a,<b"',
  ],
  dictionary: ['<', '>', ';', ' ', ',', '"', 'rel="next"', 'results="true"', 'cursor="', 'rel=', '\t', '0:1:0'],
  run(input) {
    const header = input.toString('utf8');
    const cursor = nextCursor(header);
    if (cursor === undefined) return `none ${header.split('<').length > 2}`;
    must(cursor.length > 0 && cursor.length <= 200 && !cursor.includes('"'), 'a cursor is a short text');
    must(header.includes(`"${cursor}"`), 'a cursor is one of the header');
    // As it is sent: no cursor makes a second parameter.
    const sent = new URL(BASE);
    sent.searchParams.set('cursor', cursor);
    must([...sent.searchParams].length === 1, 'a cursor is one parameter');
    return `cursor ${/[^\w:]/.test(cursor)}`;
  },
};

const redirects: FuzzTarget = {
  name: 'redirects',
  seeds: [
    '/moved/',
    '//evil.example/',
    'https://sentry.example.com:443/x',
    'http://sentry.example.com/',
    'https://a:b@sentry.example.com/',
    'https://sentr\u00e8.example.com/caf\u00e9/',
  ],
  dictionary: [
    'https://',
    'http:',
    '//',
    '/',
    '\\',
    '@',
    ':',
    '#',
    '?',
    'sentry.example.com',
    'javascript:',
    'file:///',
    '\t',
    '%2e',
    '.',
  ],
  run(input) {
    const url = new URL(`${BASE}/api/0/organizations/acme/releases/1/`);
    const answer = { status: 302, headers: { location: input.toString('latin1') }, body: Buffer.alloc(0) };
    try {
      const target = redirectTarget(
        answer as Parameters<typeof redirectTarget>[0],
        { method: 'GET', url, family: 'releases' },
        allows,
      );
      must(
        target.origin === BASE && target.username === '' && target.password === '',
        'a redirect stays where the token may go',
      );
      return `followed ${target.pathname.startsWith('/api/')}`;
    } catch (thrown) {
      return allowed(thrown, [ActionError]);
    }
  },
};

const chunkOptions: FuzzTarget = {
  name: 'options of an upload',
  seeds: [
    '{"url":"/api/0/organizations/acme/chunk-upload/","chunkSize":8388608,"chunksPerRequest":64,"maxFileSize":2147483648,"maxRequestSize":33554432,"concurrency":8,"hashAlgorithm":"sha1","compression":["gzip"],"accept":["artifact_bundles_v2"]}',
    '{"url":"https://evil.example/","chunkSize":-1,"chunksPerRequest":1e999,"maxRequestSize":0.5,"concurrency":0,"hashAlgorithm":null}',
  ],
  dictionary: [...JSON_TOKENS, ...['-', '1e99', '0.1', '"url":', 'https://', '@', '//', '\\\\', '"concurrency":']],
  run(input) {
    const value = jsonOf(input);
    if (value === undefined) return 'no JSON';
    try {
      const options = toChunkOptions(value, 'GET chunk-upload', { baseUrl: BASE, allows }, QUIET);
      must(new URL(options.url).origin === BASE, 'the upload goes to a host of the token');
      for (const bound of [options.chunkSize, options.chunksPerRequest, options.maxRequestSize, options.concurrency]) {
        must(Number.isSafeInteger(bound) && bound >= 1 && bound <= 256 << 20, 'numbers are bounded');
      }
      must(options.maxFileSize === undefined || options.maxFileSize > 0, 'no size is nothing');
      return `options ${options.compression.length} ${options.namesMissingChunks}`;
    } catch (thrown) {
      return allowed(thrown, [ActionError]);
    }
  },
};

const entries: FuzzTarget = {
  name: 'names in an archive',
  seeds: [
    '~/js/app.js',
    'https://host/a.js?x#y',
    '~/../../etc/passwd',
    '//../a.js',
    'app:a/../b',
    '~/a%2e%2e/b',
    'C:\\a.js',
  ],
  dictionary: ['~/', '../', './', '%2e', '%2f', '/', '\\', '//', ':', '#', '?', '@', '\n', '\0', 'file:'],
  run(input) {
    const url = input.toString('utf8');
    const name = entryName(url);
    must(name.startsWith('files/') && !/[\n\0]/.test(name), 'a name is below files/');
    must(!name.split('/').some((part) => part === '..' || part === '.'), 'a name leads nowhere else');
    return `${name.startsWith('files/_/_/')} ${name.includes('#')} ${name.includes('%')}`;
  },
};

export const SERVER_TARGETS: readonly FuzzTarget[] = [links, redirects, chunkOptions, entries];
