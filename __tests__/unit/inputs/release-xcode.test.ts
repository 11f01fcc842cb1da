import { xcodeRelease } from '../../../src/inputs/release-xcode.js';

const PLIST = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
  <!-- <key>CFBundleIdentifier</key><string>commented.out</string> -->
  <key>CFBundleIdentifier</key>
  <string>$(PRODUCT_BUNDLE_IDENTIFIER:rfc1034identifier)</string>
  <key>CFBundleShortVersionString</key>
  <string>\${MARKETING_VERSION}</string>
</dict></plist>`;
const BUILD = {
  XCODE_VERSION_ACTUAL: '1640',
  SRCROOT: '/src/app',
  INFOPLIST_FILE: 'App/Info.plist',
  PRODUCT_BUNDLE_IDENTIFIER: 'io.acme.app',
  MARKETING_VERSION: '1.4.0',
};

function name(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = 'darwin', text: string | undefined = PLIST) {
  const readText = async (path: string) => (path === '/src/app/App/Info.plist' ? text : undefined);
  return xcodeRelease('/work', { env, platform, readText });
}

describe('the name of an Xcode build', () => {
  it('is bundle id and version of the Info.plist, with build settings put in', async () => {
    expect(await name(BUILD)).toBe('io.acme.app@1.4.0');
  });

  it('is proposed on macOS only', async () => {
    expect(await name(BUILD, 'linux')).toBeUndefined();
  });

  it('is proposed in a build phase only', async () => {
    expect(await name({ ...BUILD, XCODE_VERSION_ACTUAL: undefined })).toBeUndefined();
    expect(await name({ ...BUILD, INFOPLIST_FILE: undefined })).toBeUndefined();
  });

  it('is not proposed by half', async () => {
    expect(await name({ ...BUILD, MARKETING_VERSION: undefined })).toBeUndefined();
    expect(await name(BUILD, 'darwin', 'bplist00…')).toBeUndefined();
    expect(await name({ ...BUILD, INFOPLIST_FILE: 'Missing.plist' })).toBeUndefined();
  });
});
