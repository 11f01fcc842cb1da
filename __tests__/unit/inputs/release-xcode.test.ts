import type { RunTool } from '../../../src/inputs/release-tool.js';
import { xcodeRelease } from '../../../src/inputs/release-xcode.js';
import { recordLog } from '../../integration/commits-support.js';
import { describeOnPosix } from '../../support/platform.js';

/** How an Info.plist names a build setting. */
const VERSION = `\${MARKETING_VERSION}`;
const PLIST = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
  <!-- <key>CFBundleIdentifier</key><string>commented.out</string> -->
  <key>CFBundleIdentifier</key>
  <string>$(PRODUCT_BUNDLE_IDENTIFIER:rfc1034identifier)</string>
  <key>CFBundleShortVersionString</key>
  <string>${VERSION}</string>
</dict></plist>`;
const BUILD = {
  XCODE_VERSION_ACTUAL: '1640',
  PROJECT_DIR: '/src/app',
  INFOPLIST_FILE: 'App/Info.plist',
  PRODUCT_BUNDLE_IDENTIFIER: 'io.acme.app',
  MARKETING_VERSION: '1.4.0',
};

interface Setting {
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  readonly plist?: string | undefined;
  readonly runTool?: RunTool;
}

async function ask({ env, platform = 'darwin', plist = PLIST, runTool = refuse }: Setting) {
  const log = recordLog();
  const readText = async (path: string) => (path === '/src/app/App/Info.plist' ? plist : undefined);
  const name = await xcodeRelease('/nowhere', { env: { ...BUILD, ...env }, platform, log, readText, runTool });
  return { name, lines: log.lines };
}

const refuse: RunTool = () => Promise.reject(new Error('no tool is needed here'));
const nameOf = async (setting: Setting) => (await ask(setting)).name;

// Xcode is a program of macOS, and so are its paths.
describeOnPosix('the name of an Xcode build, in a build phase', () => {
  it('is bundle id and version of the Info.plist, with build settings put in', async () => {
    expect(await nameOf({})).toBe('io.acme.app@1.4.0');
    expect(await nameOf({ env: { PROJECT_DIR: undefined, SRCROOT: '/src/app' } })).toBe('io.acme.app@1.4.0');
  });

  it('is proposed on macOS only', async () => {
    expect(await nameOf({ platform: 'linux' })).toBeUndefined();
  });

  it.each([
    ['rfc1034identifier', 'io.acme.My-App'],
    ['identifier', 'io.acme.My_App'],
    ['lower', 'io.acme.My / App'],
  ])('knows the modifier %s', async (modifier, id) => {
    const plist = PLIST.replace('$(PRODUCT_BUNDLE_IDENTIFIER:rfc1034identifier)', `io.acme.\${NAME:${modifier}}`);
    expect(await nameOf({ plist, env: { NAME: 'My / App' } })).toBe(`${id}@1.4.0`);
  });

  it('reads what XML escapes', async () => {
    const plist = PLIST.replace(VERSION, '1 &lt;&amp;lt;&quot;&apos;&gt;');
    expect(await nameOf({ plist })).toBe(`io.acme.app@1 <&lt;"'>`);
  });

  it.each([
    ['holds other keys only', { plist: '<plist><dict><key>UIScene</key><string>Main</string></dict></plist>' }],
    ['is missing', { env: { INFOPLIST_FILE: 'Missing.plist' } }],
    ['is not named, because Xcode makes it', { env: { INFOPLIST_FILE: undefined } }],
    ['is made by a preprocessor', { env: { INFOPLIST_PREPROCESS: 'YES' }, plist: '#if X' }],
  ])('is taken from the build settings where the Info.plist %s', async (_, setting) => {
    expect(await nameOf(setting)).toBe('io.acme.app@1.4.0');
  });

  it('is not proposed by half, and the debug log says what is missing', async () => {
    const { name, lines } = await ask({ env: { MARKETING_VERSION: undefined } });
    expect([name, lines]).toEqual([undefined, ['debug: No name of the Xcode build: it has no version']]);
    expect(await nameOf({ env: { PRODUCT_BUNDLE_IDENTIFIER: '' } })).toBeUndefined();
  });

  it('takes no token for a build setting', async () => {
    const plist = PLIST.replace(VERSION, '1$(INPUT_AUTH_TOKEN)$(SENTRY_AUTH_TOKEN)$(github_token)');
    const env = { INPUT_AUTH_TOKEN: 'sntrys_a', SENTRY_AUTH_TOKEN: 'sntrys_b', github_token: 'ghs_c' };
    expect(await nameOf({ plist, env })).toBe('io.acme.app@1');
  });

  it('reads a binary Info.plist through plutil', async () => {
    const calls: unknown[] = [];
    const runTool: RunTool = async (...call) => {
      calls.push(call);
      return { stdout: PLIST.replace(VERSION, '9.9') };
    };
    expect(await nameOf({ plist: 'bplist00\0', runTool })).toBe('io.acme.app@9.9');
    expect(calls).toEqual([['plutil', ['-convert', 'xml1', '-o', '-', '--', '/src/app/App/Info.plist'], '/nowhere']]);
  });

  it('goes on with the build settings where plutil cannot', async () => {
    const { name, lines } = await ask({ plist: 'bplist00\0', runTool: async () => ({ problem: 'plutil failed' }) });
    expect(name).toBe('io.acme.app@1.4.0');
    expect(lines).toEqual([expect.stringMatching(/^debug: .*Info\.plist cannot be read/)]);
  });
});
