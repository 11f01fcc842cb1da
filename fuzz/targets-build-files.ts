import { cordovaRelease, gradleRelease, packageRelease } from '../src/inputs/release-build-files.js';
import { plistText, readPlist } from '../src/inputs/release-plist.js';
import { projectSettings } from '../src/inputs/release-xcode-project.js';
import { withoutComments } from '../src/inputs/xml.js';
import { taggedPaths } from '../src/sourcemaps/integrity.js';
import { scriptUrls } from '../src/verify/pages.js';
import { type FuzzTarget, JSON_TOKENS, must } from './target.js';

/** Files of a checkout that may name a release, what Xcode's programs answer, and the pages of a deployed site. */

const XML = ['<!--', '-->', '<', '>', '"', "'", '=', ' ', '\n', '&amp;', '&lt;', '<!', ']]>', '/>'];

const propertyLists: FuzzTarget = {
  name: 'property lists',
  seeds: [
    '<plist><dict><key>CFBundleIdentifier</key>\n<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string></dict></plist>',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a build setting, as property lists name it
    '<key>CFBundleIdentifier</key><string>${A:rfc1034identifier}.&amp;lt;$(B:identifier)</string>',
    '<!-- <key>CFBundleIdentifier</key><string>no</string> --><key>CFBundleIdentifier</key><string> a </string>',
    'bplist00\u0001',
  ],
  dictionary: [
    ...XML,
    '<key>',
    '</key>',
    '<string>',
    '</string>',
    'CFBundleIdentifier',
    '$(',
    '${',
    ')',
    '}',
    ':',
    'A',
    'bplist',
  ],
  async run(input) {
    const text = input.toString('utf8');
    const settings = new Map([
      ['A', 'a b/c'],
      ['B', '$(A)'],
      ['PRODUCT_BUNDLE_IDENTIFIER', 'io.acme'],
    ]);
    const bare = withoutComments(text);
    must(bare.length <= text.length && (text.includes('<!--') || bare === text), 'only comments are taken away');
    const plist = await readPlist('Info.plist', '/', {
      readText: async () => text,
      runTool: async () => ({ problem: 'not on this machine' }),
    });
    must((plist === undefined) === text.startsWith('bplist'), 'a binary list is never read as text');
    const value = plistText(text, 'CFBundleIdentifier', settings);
    must(value === undefined || (value !== '' && value === value.trim()), 'a text is not empty and not padded');
    // A value of 1,000 characters has at most 250 settings of at most 7 characters.
    must((value?.length ?? 0) <= 2_000, 'a text is bounded');
    return `${value === undefined} ${value?.includes('io.acme')} ${bare === text}`;
  },
};

/** The two answers of xcodebuild, one after the other, parted by a line of dashes. */
const xcode: FuzzTarget = {
  name: "Xcode's answers",
  seeds: [
    'Resolving\n{"project":{"targets":["App"],"configurations":["Debug","Release"]}}\n---\n[{"target":"App","buildSettings":{"A":"b","N":1}}]',
    '{"project":{"targets":["__proto__"],"configurations":["RELEASE"]}}\n---\n[{"target":"__proto__","buildSettings":{"__proto__":"x","constructor":"y"}}]',
    '{"project":{"targets":[]}}\n---\n',
  ],
  dictionary: [...JSON_TOKENS, '\n', '---', '"project":', '"targets":', '"buildSettings":'],
  async run(input) {
    const answers = input.toString('utf8').split('\n---\n');
    let asked = 0;
    const answer = await projectSettings('App.xcodeproj', '/', async (_tool, args) => {
      must(
        args.every((arg) => typeof arg === 'string'),
        'arguments are texts',
      );
      return { stdout: answers[asked++] ?? '' };
    });
    if ('problem' in answer) return answer.problem.replace(/target .*/s, 'target');
    for (const [name, value] of answer.settings)
      must(`${typeof name} ${typeof value}` === 'string string', 'settings are texts');
    return `${Math.min(answer.settings.size, 5)} settings`;
  },
};

const buildFiles: FuzzTarget = {
  name: 'build files',
  seeds: [
    '<widget id="io.acme" version="1.0" ios-CFBundleVersion="7" xmlns="http://www.w3.org/ns/widgets">',
    'android {\n defaultConfig {\n applicationId "io.acme"\n versionName \'1.0\'\n} }',
    '{"name":"@acme/web","version":"1.2.3"}',
    '{"name":"@","version":"1.2.3"}',
    '\ufeff{"name":"web","version":" 1 "}',
  ],
  dictionary: [
    ...XML,
    '<widget ',
    'xmlns',
    'http://www.w3.org/ns/widgets',
    'version=',
    'applicationId ',
    'versionName ',
    '"name":',
    '"version":',
    '@',
    '/',
    '{',
    '}',
  ],
  async run(input) {
    const text = input.toString('utf8');
    const names = [
      await cordovaRelease('/app/platforms/ios', async () => text),
      await cordovaRelease('/app/platforms/android', async () => text),
      await gradleRelease('/app', async () => text),
    ];
    const named = await packageRelease('/app', async () => text);
    if ('name' in named) names.push(named.name);
    for (const name of names) {
      must(name === undefined || /.@./s.test(name), 'a name has an id and a version');
    }
    return names.map((name) => (name === undefined ? '-' : 'x')).join('');
  },
};

const pages: FuzzTarget = {
  name: 'pages',
  seeds: [
    '<base href="/app/"><script src="a.js"></script><script type=module src=\'b.mjs?x&amp;y#z\'></script>',
    '<!-- <script src="no.js"></script> --><link rel=modulepreload href=c.js><link rel="preload" as="style" href="d.css">',
    '<script/src=e.js><script src="javascript:alert(1)"><script src="//evil.example/f.js"><base href="data:,">',
    '<script integrity="sha384-AAAA" src="i.js"><link href=j.css integrity=sha256-BBBB>',
    '<SCRIPT data-src="g.js" SRC = h.js >',
  ],
  dictionary: [
    ...XML,
    '<script',
    '<link',
    '<base',
    ' src=',
    ' href=',
    ' rel=',
    'modulepreload',
    ' integrity=sha384-',
    'http://',
    '//',
    'javascript:',
    '#',
    '.js',
  ],
  run(input) {
    const html = input.toString('utf8');
    must(taggedPaths(html).join('').length <= html.length, 'paths are of the page');
    const urls = scriptUrls(html, new URL('https://acme.example/shop/'));
    must(urls.length <= 2_000, 'the addresses are bounded');
    must(new Set(urls.map(({ href }) => href)).size === urls.length, 'no address is there twice');
    for (const { hash, protocol } of urls) must(/^https?:$/.test(protocol) && hash === '', 'an address can be fetched');
    const foreign = urls.some(({ host }) => host !== 'acme.example');
    return `${Math.min(urls.length, 6)} ${foreign}`;
  },
};

export const BUILD_FILE_TARGETS: readonly FuzzTarget[] = [propertyLists, xcode, buildFiles, pages];
