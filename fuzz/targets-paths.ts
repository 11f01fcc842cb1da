import { win32 } from 'node:path';
import { QUIET } from '../__tests__/support/inputs.js';
import { ActionError } from '../src/errors.js';
import { parseUrl } from '../src/parse-url.js';
import { proxyFor } from '../src/sentry/proxy.js';
import { compileSegment, escapeGlob, expandBraces } from '../src/sourcemaps/glob.js';
import { resolveReference } from '../src/sourcemaps/resolve.js';
import { FolderMemory, readSource } from '../src/sourcemaps/source-files.js';
import { resolveTarget } from '../src/token/target.js';
import { parseToken } from '../src/token/token.js';
import { allowed, type FuzzTarget, must } from './target.js';

/** Patterns come from the workflow, names from the build: a name that is escaped matches itself, and only that. */
const globs: FuzzTarget = {
  name: 'globs',
  seeds: ['dist/**/*.js', 'a{b,c/{d,e}}f', '[!a-z]?x', 'app/[id]/\\*.js', '{a,b}{c,d}', '[]a]', '😀*'],
  dictionary: ['*', '?', '[', ']', '!', '{', '}', ',', '\\', '/', '-', '^', '**', '&&', '😀'],
  run(input) {
    // A workflow's author may write a pattern of fifty stars, and wait; no one else can.
    const text = input.subarray(0, 24).toString('utf8').replaceAll('/', '');
    const alternatives = expandBraces(text);
    must(alternatives.length > 0 && alternatives.length <= 1_000 + text.length, 'the alternatives are bounded');
    let matched = 0;
    for (const segment of alternatives.slice(0, 4)) {
      const compiled = compileSegment(segment, false);
      if (compiled.kind === 'match' && compiled.test.test('app.js')) matched += 1;
    }
    const literal = compileSegment(escapeGlob(text), true);
    must(literal.kind !== 'match' || literal.test.test(text), 'an escaped name matches itself');
    must(literal.kind !== 'match' || !literal.test.test(`${text}x`), 'an escaped name matches nothing longer');
    return `${Math.min(alternatives.length, 5)} ${matched}`;
  },
};

/** Whatever a script names as its map: the answer is a name below the root, or a refusal. */
const references: FuzzTarget = {
  name: 'references',
  seeds: [
    'app.js.map',
    '../maps/app.js.map?x#y',
    '%2e%2e/%2e%2e/x',
    '/static/a.map',
    'https://x/a.map',
    '..\\..\\x',
    'a%00b',
  ],
  dictionary: ['../', '..', '%2e', '%2f', '%5c', '\\', '/', '//', ':', 'file:', '\0', '%00', '?', '#', './'],
  run(input) {
    const resolved = resolveReference(input.toString('utf8'), 'dist/sub/app.js');
    if (resolved.kind !== 'names') return resolved.kind;
    for (const name of resolved.names) {
      must(
        !name.startsWith('/') && !name.split('/').includes('..') && !name.includes('\0'),
        'names stay below the root',
      );
    }
    return `names ${resolved.names.length}`;
  },
};

/** Whatever a map names as its source: on Windows, nobody asks another machine whether it is there. */
const sources: FuzzTarget = {
  name: 'sources of a map',
  seeds: [
    '../src/app.ts',
    'C:\\w\\a.ts',
    '\\\\evil\\share\\a',
    '//evil/share/a',
    'file://evil/share/a',
    'webpack:///./a',
    '\\\\?\\UNC\\e\\s',
  ],
  dictionary: [
    '../',
    '..\\',
    '\\\\',
    '//',
    '/',
    '\\',
    '?',
    '.',
    ':',
    'file:',
    'C:',
    'UNC\\',
    '%5c',
    '%2f',
    '\0',
    'evil',
  ],
  run(input) {
    const asked: string[] = [];
    const folders = Object.assign(new FolderMemory(), { exists: (folder: string) => asked.push(folder) < 0 });
    const roots = { workspace: 'C:\\w', workingDirectory: 'C:\\w', mapFolder: 'C:\\w\\dist', folders };
    must(readSource(input.toString('utf8'), roots, win32) === undefined, 'what is in no folder is not there');
    for (const folder of asked) must(!/^[\\/]{2}/.test(win32.resolve('C:\\w', folder)), 'no other machine is asked');
    return `${asked.length} ${asked.filter((folder) => !folder.startsWith('C:\\w')).length}`;
  },
};

/** Lines: the url, the address asked for, the payload of an organization token. */
const recipients: FuzzTarget = {
  name: 'recipients of the token',
  seeds: [
    'https://sentry.io\nhttps://us.sentry.io/api/0/',
    'https://sentry.example.com:9000\nhttps://sentry.example.com:9000/x\n{"url":"https://sentry.example.com:9000","org":"acme"}',
    'https://de.sentry.io\nhttps://evil-sentry.io/\n{"iat":1,"url":"https://sentry.io","region_url":"https://de.sentry.io","org":"acme"}',
    'http://127.0.0.1:1\nhttp://user:pw@127.0.0.1:1/',
  ],
  dictionary: [
    'https://',
    'http://',
    'sentry.io',
    '.sentry.io',
    '@',
    ':443',
    ':80',
    '%2e',
    '.',
    '/',
    '\\',
    '#',
    '?',
    '\n',
    '[::1]',
    'localhost',
  ],
  run(input) {
    const [url = '', asked = '', payload = ''] = input.toString('utf8').split('\n');
    try {
      const base64 = Buffer.from(payload).toString('base64');
      const secret = 'A'.repeat(43);
      const token = parseToken(payload === '' ? `sntryu_${'a'.repeat(64)}` : `sntrys_${base64}_${secret}`);
      const target = resolveTarget({ url, org: 'acme', projects: ['web'] }, token, QUIET);
      const address = parseUrl(asked);
      if (address === undefined) return 'no address';
      if (!target.allows(address)) return 'refused';
      const known = [target.baseUrl, token.regionUrl ?? ''].map((text) => parseUrl(text));
      mustBeOurs(
        address,
        known.filter((url) => url !== undefined),
      );
      return `allowed ${token.kind}`;
    } catch (thrown) {
      return allowed(thrown, [ActionError]);
    }
  },
};

function mustBeOurs(address: URL, known: readonly URL[]): void {
  const saas = (url: URL) =>
    url.protocol === 'https:' &&
    url.port === '' &&
    (url.hostname === 'sentry.io' || url.hostname.endsWith('.sentry.io'));
  must(address.username === '' && address.password === '', 'an address with a password gets no token');
  const same = known.some((url) => url.protocol === address.protocol && url.host === address.host);
  must(same || (known.some(saas) && saas(address)), 'only the base, its region and sentry.io get the token');
}

const proxies: FuzzTarget = {
  name: 'proxies',
  seeds: [
    'http://user:p%40ss@proxy:8080\n.internal,10.0.0.0/8',
    'proxy:3128\n*',
    'socks5://x\n',
    'https://[::1]:1\n::1/128,a:443',
  ],
  dictionary: ['://', '@', ':', '/', '*', '.', ',', 'no', '10.0.0.0/8', '/999', '::/0', '%', ' '],
  run(input) {
    const [proxy = '', bypass = ''] = input.toString('utf8').split('\n');
    try {
      const found = proxyFor(new URL('https://sentry.example.com/'), { https_proxy: proxy, no_proxy: bypass });
      must(found === undefined || /^https?:$/.test(found.protocol), 'a proxy speaks http');
      const local = proxyFor(new URL('http://127.0.0.1:9000/'), { http_proxy: proxy, no_proxy: bypass });
      must(local === undefined, 'the own machine is reached directly');
      return found === undefined ? 'none' : `${found.protocol} ${found.username === ''}`;
    } catch (thrown) {
      return allowed(thrown, [ActionError]);
    }
  },
};

export const PATH_TARGETS: readonly FuzzTarget[] = [globs, references, sources, recipients, proxies];
