import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createGit } from '../../../src/commits/git.js';
import { readGitHubContext } from '../../../src/inputs/github.js';
import type { ReleaseNameInputs } from '../../../src/inputs/inputs.js';
import { resolveReleaseName } from '../../../src/inputs/release-name.js';
import { recordLog } from '../../integration/commits-support.js';
import { describeOnPosix } from '../../support/platform.js';
import { temporaryFolder } from '../../support/workspace.js';

/** A folder with an Xcode project, and a program called xcodebuild that answers as Apple's does. */
let home: string;
beforeEach(() => {
  home = temporaryFolder('xcode');
  mkdirSync(join(home, 'app', 'App.xcodeproj'), { recursive: true });
  install('xcodebuild', ANSWERS);
  put('list', {
    project: { configurations: ['Debug', 'Release'], name: 'App', schemes: ['App'], targets: ['App', 'Tests'] },
  });
});
afterEach(() => rmSync(home, { recursive: true }));

/** Notes its arguments and environment, and writes what the test put into list.json and settings.json. */
const ANSWERS = `{ echo "args: $*"; env; } >> "$HOME/seen"
case "$1" in -list) cat "$HOME/list.json" ;; *) cat "$HOME/settings.json" ;; esac`;
const GIVEN = { PRODUCT_BUNDLE_IDENTIFIER: 'io.acme.app', MARKETING_VERSION: '2.1.0' };
const SHA = 'c'.repeat(40);

function install(program: string, script: string): void {
  const path = write(join('bin', program), `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

function write(name: string, text: string): string {
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const put = (name: 'list' | 'settings', json: unknown) => write(`${name}.json`, JSON.stringify(json));
const settings = (buildSettings: object, target = 'App') =>
  put('settings', [{ action: 'build', target, buildSettings }]);
const plist = (id: string, version: string) =>
  `<plist><dict><key>CFBundleIdentifier</key><string>${id}</string>` +
  `<key>CFBundleShortVersionString</key><string>${version}</string></dict></plist>`;
const seen = () => (existsSync(join(home, 'seen')) ? readFileSync(join(home, 'seen'), 'utf8') : '');
const asked = () =>
  seen()
    .split('\n')
    .filter((line) => line.startsWith('args: '));

/** The whole of naming a release, but for the platform. */
async function resolve(
  more: {
    readonly platform?: NodeJS.Platform;
    readonly env?: NodeJS.ProcessEnv;
    readonly release?: Partial<ReleaseNameInputs>;
  } = {},
) {
  const log = recordLog();
  const workingDirectory = join(home, 'app');
  const env = {
    ...{ PATH: `${join(home, 'bin')}:/usr/bin:/bin`, HOME: home, GITHUB_SHA: SHA },
    ...{ INPUT_AUTH_TOKEN: 'sntrys_secret', SENTRY_AUTH_TOKEN: 'sntrys_secret', GITHUB_TOKEN: 'ghs_secret' },
    ...more.env,
  };
  const release = { explicit: undefined, givenEmpty: undefined, prefix: '', from: 'default' as const, ...more.release };
  const found = await resolveReleaseName({ workingDirectory, release }, readGitHubContext(env), {
    ...{ env, log, git: createGit({ cwd: workingDirectory, env, log }), platform: more.platform ?? 'darwin' },
  });
  return { ...found, lines: log.lines };
}

// A program here is a shell script.
describeOnPosix('the name of an Xcode project, as xcodebuild tells it', () => {
  it('is that of the first target in its configuration Release', async () => {
    settings({ ...GIVEN, GENERATE_INFOPLIST_FILE: 'YES' });
    const { name, origin, lines } = await resolve({ release: { prefix: 'ios-' } });
    expect([name, origin]).toEqual(['ios-io.acme.app@2.1.0', 'from the Xcode build']);
    expect(lines).toEqual([expect.stringMatching(/^info: Asking xcodebuild .* App\.xcodeproj/)]);
    const project = join(home, 'app', 'App.xcodeproj');
    expect(asked()).toEqual([
      `args: -list -json -project ${project}`,
      `args: -showBuildSettings -json -project ${project} -target App -configuration Release`,
    ]);
  });

  it('has its Info.plist read, relative to the project, with the build settings put in', async () => {
    settings({ ...GIVEN, INFOPLIST_FILE: 'App/Info.plist', PROJECT_DIR: join(home, 'app') });
    write('app/App/Info.plist', plist('$(PRODUCT_BUNDLE_IDENTIFIER).beta', '3.0'));
    expect((await resolve()).name).toBe('io.acme.app.beta@3.0');
    settings({ ...GIVEN, INFOPLIST_FILE: 'App/Info.plist' });
    expect((await resolve()).name).toBe('io.acme.app.beta@3.0');
  });

  it('has a binary Info.plist translated by plutil', async () => {
    settings({ ...GIVEN, INFOPLIST_FILE: 'Info.plist' });
    write('app/Info.plist', 'bplist00\0');
    write('translated', plist('$(PRODUCT_BUNDLE_IDENTIFIER)', '4.0'));
    install('plutil', '[ "$1 $2 $3 $4 $5" = "-convert xml1 -o - --" ] && cat "$HOME/translated"');
    expect((await resolve()).name).toBe('io.acme.app@4.0');
  });

  it('is that of Debug where there is no Release, in any letter case', async () => {
    put('list', { project: { configurations: ['Staging', 'debug'], targets: ['App'] } });
    settings(GIVEN);
    expect((await resolve()).name).toBe('io.acme.app@2.1.0');
    expect(asked()[1]).toMatch(/-configuration debug$/);
  });

  it('is found behind what xcodebuild says about packages', async () => {
    settings(GIVEN);
    const said = 'Resolve Package Graph\n\nResolved source packages:\n  lib: https://example.com/lib @ 1.0\n\n';
    write('list.json', said + readFileSync(join(home, 'list.json'), 'utf8'));
    write('settings.json', said + readFileSync(join(home, 'settings.json'), 'utf8'));
    expect((await resolve()).name).toBe('io.acme.app@2.1.0');
  });

  it('is asked for without any token', async () => {
    settings(GIVEN);
    await resolve({ env: { DEVELOPER_DIR: '/Applications/Xcode_26.app' } });
    expect(seen()).toContain('DEVELOPER_DIR=/Applications/Xcode_26.app');
    expect(seen()).not.toMatch(/secret|INPUT_|SENTRY_|GITHUB_/);
  });

  it('comes after the variables of build systems and before Gradle, as with sentry-cli', async () => {
    settings(GIVEN);
    write('app/build.gradle', '');
    write('app/app/build.gradle', 'applicationId "com.x"\nversionName "1"');
    expect((await resolve({ env: { CF_PAGES_COMMIT_SHA: 'cf' } })).name).toBe('cf');
    expect(asked()).toEqual([]);
    expect((await resolve()).name).toBe('io.acme.app@2.1.0');
    rmSync(join(home, 'app', 'App.xcodeproj'), { recursive: true });
    expect((await resolve()).name).toBe('com.x@1');
  });

  it('is checked by the rules of release names', async () => {
    settings({ ...GIVEN, MARKETING_VERSION: 'feature/x' });
    await expect(resolve()).rejects.toMatchObject({
      code: 'release-name-invalid',
      message: expect.stringContaining('from the Xcode build'),
    });
  });

  it('is not asked for where a name is given, nor on another platform', async () => {
    settings(GIVEN);
    expect((await resolve({ release: { explicit: '1.0' } })).name).toBe('1.0');
    expect((await resolve({ platform: 'linux' })).name).toBe(SHA);
    expect(asked()).toEqual([]);
  });
});

describeOnPosix('an Xcode project that gives no name is passed over, and the debug log says why:', () => {
  const reason = async (pattern: RegExp) => {
    const { name, lines } = await resolve();
    expect(name).toBe(SHA);
    expect(lines).toContainEqual(expect.stringMatching(pattern));
  };

  it('several projects, of which sentry-cli takes none', async () => {
    mkdirSync(join(home, 'app', 'Other.xcodeproj'));
    await reason(/^debug: .* holds 2 projects/);
    expect(asked()).toEqual([]);
  });

  it('no xcodebuild', async () => {
    rmSync(join(home, 'bin', 'xcodebuild'));
    await reason(/^debug: .*xcodebuild is not installed/);
  });

  it('an xcodebuild that fails', async () => {
    install('xcodebuild', 'echo "xcode-select: error: requires Xcode" >&2\necho more >&2\nexit 1');
    await reason(/^debug: .*xcodebuild failed with exit code 1: xcode-select: error: requires Xcode$/);
  });

  it('build settings that cannot be shown', async () => {
    await reason(/^debug: .*xcodebuild failed with exit code 1: .*settings\.json/);
  });

  it.each([
    ['no JSON', 'Information about project', /xcodebuild -list did not answer with JSON/],
    ['no targets', '{"project":{"targets":[],"configurations":["Release"]}}', /App\.xcodeproj has no targets/],
    ['a list of another kind', '{"workspace":{"schemes":["App"]}}', /App\.xcodeproj has no targets/],
    ['other configurations only', '{"project":{"targets":["App"],"configurations":["Beta", 7]}}', /no configuration/],
  ])('%s', async (_, list, pattern) => {
    write('list.json', list);
    await reason(pattern);
  });

  it.each([
    [
      'settings of another target only',
      [{ target: 'Tests', buildSettings: GIVEN }],
      /no build settings of the target App/,
    ],
    ['settings that are no list', { App: GIVEN }, /no build settings/],
    [
      'no version',
      [{ target: 'App', buildSettings: { PRODUCT_BUNDLE_IDENTIFIER: 'x', MARKETING_VERSION: 7 } }],
      /no version/,
    ],
    ['no bundle identifier', [{ target: 'App', buildSettings: { MARKETING_VERSION: '1' } }], /no bundle identifier/],
  ])('%s', async (_, answer, pattern) => {
    put('settings', answer);
    await reason(pattern);
  });
});
