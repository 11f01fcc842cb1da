import { cordovaRelease } from '../../../src/inputs/release-build-files.js';
import { plistText } from '../../../src/inputs/release-plist.js';
import { withoutComments } from '../../../src/inputs/xml.js';

it('takes comments out, and leaves one that never ends', () => {
  expect(withoutComments('a<!-- b -->c<!---->d')).toBe('acd');
  expect(withoutComments('a<!-- b')).toBe('a<!-- b');
  expect(withoutComments('')).toBe('');
});

// With a pattern that looks for each end anew these would take minutes, and nothing could interrupt them.
it('is through at once with a file made to keep it busy', async () => {
  expect(withoutComments('<!--'.repeat(1 << 18))).toHaveLength(1 << 20);
  const config = '<widget id="a" xmlns="http:'.repeat(1 << 15);
  expect(await cordovaRelease('/app/platforms/ios', async () => config)).toBeUndefined();
  const plist = `<key>CFBundleIdentifier</key><string>${'$(A'.repeat(1 << 18)}</string>`;
  expect(plistText(plist, 'CFBundleIdentifier', new Map())?.length).toBeLessThan(1 << 20);
});
