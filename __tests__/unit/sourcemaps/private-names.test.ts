import { posix, win32 } from 'node:path';
import { isPrivate } from '../../../src/sourcemaps/paths.js';

describe('names that no link and no map may lead to', () => {
  it.each([
    '.git/config',
    'sub/.git/HEAD',
    '.GIT/config',
    '.env',
    'a/.env.local',
    '.npmrc',
    '.yarnrc.yml',
    '.netrc',
    'tls.pem',
    'a/tls.KEY',
  ])('%s is one', (name) => expect(isPrivate('/w', `/w/${name}`, posix)).toBe(true));

  it.each(['id_rsa', 'id_ecdsa', 'id_ed25519', 'id_ed25519_sk'])('%s is a key of ssh', (name) => {
    expect(isPrivate('/w', `/w/${name}`, posix)).toBe(true);
    expect(isPrivate('C:\\w', `C:\\w\\.ssh\\${name}`, win32)).toBe(true);
  });

  it.each(['app.js', 'locales/id_ID', 'id_ID.js', '.github/app.js', 'environment.js', 'keys.js', 'repo.git/app.js'])(
    '%s is none',
    (name) => expect(isPrivate('/w', `/w/${name}`, posix)).toBe(false),
  );
});
