import type { Git } from '../../../src/commits/git.js';
import type { GitHubContext } from '../../../src/inputs/github.js';
import type { ReleaseNameInputs } from '../../../src/inputs/inputs.js';
import { resolveReleaseName } from '../../../src/inputs/release-name.js';
import { recordLog } from '../../integration/commits-support.js';

const HEAD = 'a'.repeat(40);
const PULL = 'b'.repeat(40);

/** A repository whose HEAD is {@link HEAD}, with the newest reachable tag. */
function gitWith(tag?: string, head: string | undefined = HEAD): Git {
  return {
    root: '/repo',
    run: async ([command]) => {
      const stdout = command === 'describe' ? tag : head;
      return { exitCode: stdout === undefined ? 128 : 0, stdout: `${stdout ?? ''}\n`, stderr: '', cut: false };
    },
  };
}

const noGit: Git = { root: undefined, run: async () => ({ exitCode: 128, stdout: '', stderr: '', cut: false }) };

interface Setting {
  readonly release?: Partial<ReleaseNameInputs>;
  readonly env?: NodeJS.ProcessEnv;
  readonly github?: Partial<GitHubContext>;
  readonly git?: Git;
  readonly dir?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly platform?: NodeJS.Platform;
}

async function resolve(setting: Setting) {
  const { release, env = {}, github, git = gitWith(), dir = '/repo', files = {}, platform = 'linux' } = setting;
  const log = recordLog();
  const context: GitHubContext = {
    ...{
      eventName: 'push',
      sha: 'c'.repeat(40),
      ref: 'refs/heads/main',
      repository: 'acme/web',
      runId: '1',
      runAttempt: 1,
    },
    ...{ job: 'x', actor: 'ann', serverUrl: 'https://github.com', apiUrl: 'https://api.github.com', event: {} },
    ...github,
  };
  const inputs = {
    workingDirectory: dir,
    release: { explicit: undefined, givenEmpty: undefined, prefix: '', from: 'default' as const, ...release },
  };
  // On Windows paths have backslashes, and a drive.
  const readText = async (path: string) => files[path.replaceAll('\\', '/').replace(/^[A-Z]:/i, '')];
  return { ...(await resolveReleaseName(inputs, context, { env, git, log, readText, platform })), lines: log.lines };
}

const nameOf = async (setting: Setting) => (await resolve(setting)).name;

describe('the name given', () => {
  it.each([
    ['1.2.3', '1.2.3'],
    ['refs/tags/v1.2.3', 'v1.2.3'],
    ['web@1.2.3+build (7)', 'web@1.2.3+build (7)'],
    ['日本 1', '日本 1'],
    ['v'.repeat(200), 'v'.repeat(200)],
    ['😀'.repeat(200), '😀'.repeat(200)],
    ['latest-1', 'latest-1'],
  ])('%s is %s', async (explicit, name) => {
    expect(await nameOf({ release: { explicit } })).toBe(name);
  });

  it('beats SENTRY_RELEASE and release_from', async () => {
    const env = { SENTRY_RELEASE: 'other' };
    expect(await nameOf({ release: { explicit: '1', from: 'tag' }, env })).toBe('1');
  });

  it('gets the prefix too', async () => {
    expect(await nameOf({ release: { explicit: '1.2.3', prefix: 'web@' } })).toBe('web@1.2.3');
  });
});

describe('a name that Sentry would refuse', () => {
  it.each([
    ['a/b', 'contains a slash'],
    ['refs/heads/main', 'contains a slash'],
    ['a\\b', 'contains a backslash'],
    ['.', 'may not be "." or ".."'],
    ['..', 'may not be "." or ".."'],
    ['latest', 'may not be the word "latest"'],
    ['LaTest', 'may not be the word "latest"'],
    ['a\nb', 'line break'],
    ['a\tb', 'line break, a tab'],
    ['a\0b', 'control character'],
    ['v'.repeat(201), 'has 201 characters; Sentry allows 200'],
  ])('%j: %s', async (explicit, reason) => {
    await expect(resolve({ release: { explicit } })).rejects.toMatchObject({
      code: 'release-name-invalid',
      message: expect.stringContaining(reason),
      hint: expect.stringContaining('release'),
    });
  });

  it('is refused with its prefix counted in, and when it comes from SENTRY_RELEASE', async () => {
    await expect(resolve({ release: { explicit: 'x'.repeat(190), prefix: 'p'.repeat(11) } })).rejects.toMatchObject({
      code: 'release-name-invalid',
    });
    await expect(resolve({ env: { SENTRY_RELEASE: 'a/b' } })).rejects.toMatchObject({
      message: expect.stringContaining('from SENTRY_RELEASE'),
    });
  });

  it('is refused when a prefix leaves a space at its end', async () => {
    await expect(resolve({ release: { explicit: '1', prefix: ' web@' } })).rejects.toThrow(
      'begins or ends with a space',
    );
  });
});

describe('given but empty', () => {
  it.each([['release'], ['version']] as const)('%s: a warning says which name is used instead', async (givenEmpty) => {
    const { name, lines } = await resolve({ release: { givenEmpty } });
    expect(name).toBe(HEAD);
    expect(lines).toEqual([
      expect.stringMatching(`^warning: The input ${givenEmpty} was given but .* ${HEAD} instead`),
    ]);
  });

  it('refs/tags/ without a tag is as empty', async () => {
    const { name, lines } = await resolve({ release: { explicit: 'refs/tags/' } });
    expect([name, lines.length]).toEqual([HEAD, 1]);
  });

  it('nothing given is no reason to warn', async () => {
    expect((await resolve({})).lines).toEqual([]);
  });
});

describe('the name that sentry-cli would propose, in its order', () => {
  const cordova = {
    '/app/config.xml':
      '<?xml version="1.0"?>\n<widget id="com.x" version="1.2" android-packageName="com.droid" ios-CFBundleVersion="5" xmlns="http://www.w3.org/ns/widgets">',
  };
  const gradle = {
    '/repo/build.gradle': 'applicationId "root"',
    '/repo/app/build.gradle': 'android {\n  applicationId "com.x"\n  versionName \'2.0\'\n}',
  };
  const all = {
    ...{ SENTRY_RELEASE: 'r', SOURCE_VERSION: 's', HEROKU_BUILD_COMMIT: 'hb', HEROKU_SLUG_COMMIT: 'hs' },
    ...{
      CODEBUILD_RESOLVED_SOURCE_VERSION: 'cb',
      CIRCLE_SHA1: 'ci',
      CF_PAGES_COMMIT_SHA: 'cf',
      GAE_DEPLOYMENT_ID: 'gae',
    },
  };
  const without = (...names: readonly string[]) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));

  it.each([
    ['SENTRY_RELEASE', { env: all }, 'r'],
    [
      'Cordova for Android',
      { env: without('SENTRY_RELEASE'), dir: '/app/platforms/android', files: cordova },
      'com.droid@1.2',
    ],
    ['Cordova for iOS', { env: without('SENTRY_RELEASE'), dir: '/app/platforms/ios', files: cordova }, 'com.x@5'],
    ['SOURCE_VERSION', { env: without('SENTRY_RELEASE') }, 's'],
    ['HEROKU_BUILD_COMMIT', { env: without('SENTRY_RELEASE', 'SOURCE_VERSION') }, 'hb'],
    ['HEROKU_SLUG_COMMIT', { env: { HEROKU_SLUG_COMMIT: 'hs', CIRCLE_SHA1: 'ci' } }, 'hs'],
    [
      'CODEBUILD_RESOLVED_SOURCE_VERSION',
      { env: { CODEBUILD_RESOLVED_SOURCE_VERSION: 'cb', CIRCLE_SHA1: 'ci' } },
      'cb',
    ],
    ['CIRCLE_SHA1', { env: { CIRCLE_SHA1: 'ci', CF_PAGES_COMMIT_SHA: 'cf' } }, 'ci'],
    ['CF_PAGES_COMMIT_SHA', { env: { CF_PAGES_COMMIT_SHA: 'cf', GAE_DEPLOYMENT_ID: 'gae' }, files: gradle }, 'cf'],
    ['Gradle', { env: { GAE_DEPLOYMENT_ID: 'gae' }, files: gradle }, 'com.x@2.0'],
    ['Gradle, from a subfolder', { files: gradle, dir: '/repo/a/b' }, 'com.x@2.0'],
    ['GAE_DEPLOYMENT_ID', { env: { GAE_DEPLOYMENT_ID: 'gae' } }, 'gae'],
    [
      'the head of the pull request',
      { github: { event: { pull_request: { head: { sha: PULL.toUpperCase() } } } } },
      PULL,
    ],
    ['what is checked out, not GITHUB_SHA', {}, HEAD],
    ['GITHUB_SHA where nothing is checked out', { git: noGit }, 'c'.repeat(40)],
  ] satisfies [string, Setting, string][])('%s', async (_, setting, name) => {
    expect(await nameOf(setting)).toBe(name);
  });

  it('is that of the first source that is there, when all are and one after the other goes away', async () => {
    const xcode = {
      XCODE_VERSION_ACTUAL: '1640',
      PRODUCT_BUNDLE_IDENTIFIER: 'io.acme.app',
      MARKETING_VERSION: '1.4.0',
    };
    const sources: readonly (Setting & { readonly name: string; readonly origin: string })[] = [
      { name: 'r', origin: 'from SENTRY_RELEASE', env: { SENTRY_RELEASE: 'r' } },
      { name: 'com.droid@1.2', origin: 'from Cordova config.xml', files: cordova },
      ...[
        'SOURCE_VERSION',
        'HEROKU_BUILD_COMMIT',
        'HEROKU_SLUG_COMMIT',
        'CODEBUILD_RESOLVED_SOURCE_VERSION',
        'CIRCLE_SHA1',
        'CF_PAGES_COMMIT_SHA',
      ].map((variable) => ({
        name: `of ${variable}`,
        origin: `from ${variable}`,
        env: { [variable]: `of ${variable}` },
      })),
      { name: 'io.acme.app@1.4.0', origin: 'from the Xcode build', env: xcode },
      {
        name: 'com.x@2.0',
        origin: 'from app/build.gradle',
        files: { '/app/build.gradle': '', '/app/app/build.gradle': 'applicationId "com.x"\nversionName "2.0"' },
      },
      { name: 'gae', origin: 'from GAE_DEPLOYMENT_ID', env: { GAE_DEPLOYMENT_ID: 'gae' } },
      {
        name: PULL,
        origin: 'head commit of the pull request',
        github: { event: { pull_request: { head: { sha: PULL } } } },
      },
      { name: HEAD, origin: 'commit that is checked out', git: gitWith() },
      { name: 'c'.repeat(40), origin: 'GITHUB_SHA' },
    ];
    const found: unknown[] = [];
    for (const [index] of sources.entries()) {
      const there = sources.slice(index);
      const { name, origin } = await resolve({
        ...{ dir: '/app/platforms/android', platform: 'darwin' },
        env: Object.assign({}, ...there.map(({ env }) => env)),
        files: Object.assign({}, ...there.map(({ files }) => files)),
        github: Object.assign({}, ...there.map(({ github }) => github)),
        git: there.find(({ git }) => git !== undefined)?.git ?? noGit,
      });
      found.push([name, origin]);
    }
    expect(found).toEqual(sources.map(({ name, origin }) => [name, origin]));
    expect(found).toHaveLength(14);
  });

  it.each([
    ['without the widgets namespace', { '/app/config.xml': '<widget id="com.x" version="1">' }],
    ['without a version', { '/app/config.xml': '<widget id="com.x" xmlns="http://www.w3.org/ns/widgets">' }],
    ['broken', { '/app/config.xml': '<widget ' }],
  ])('a config.xml %s is passed over', async (_, files) => {
    expect(await nameOf({ dir: '/app/platforms/ios', files })).toBe(HEAD);
  });

  it('a blank variable is passed over', async () => {
    expect(await nameOf({ env: { SENTRY_RELEASE: ' ', SOURCE_VERSION: '' } })).toBe(HEAD);
  });

  it.each([[{ pull_request: { head: { sha: 'abc' } } }], [{ pull_request: null }], [{ pull_request: { head: [] } }]])(
    'an event like %j is passed over, where sentry-cli crashes or guesses',
    async (event) => {
      expect(await nameOf({ github: { event } })).toBe(HEAD);
    },
  );

  it('nothing at all is an error that says what to do', async () => {
    await expect(resolve({ git: noGit, github: { sha: undefined } })).rejects.toMatchObject({
      code: 'release-name-missing',
      hint: expect.stringContaining('check the code out'),
    });
  });
});

describe('release_from', () => {
  it.each([
    ['the tag that was pushed', { github: { ref: 'refs/tags/v2.0' } }, 'v2.0'],
    ['the tag of a release event', { github: { event: { release: { tag_name: 'v3.0' } } } }, 'v3.0'],
    ['the newest reachable tag', { git: gitWith('v1.0') }, 'v1.0'],
  ] satisfies [string, Setting, string][])('tag: %s', async (_, setting, name) => {
    expect(await nameOf({ release: { from: 'tag' }, env: { SENTRY_RELEASE: 'other' }, ...setting })).toBe(name);
  });

  it('tag: none is an error that names fetch-depth', async () => {
    await expect(resolve({ release: { from: 'tag' } })).rejects.toMatchObject({
      code: 'release-name-missing',
      hint: expect.stringContaining('fetch-depth'),
    });
  });

  it('tag: one with a slash is refused with the reason', async () => {
    const github = { ref: 'refs/tags/web/v1' };
    await expect(resolve({ release: { from: 'tag' }, github })).rejects.toThrow('contains a slash');
  });

  it.each([
    ['{"name":"web","version":"1.2.3"}', 'web@1.2.3'],
    ['\uFEFF{"name":"web","version":"1.2.3"}', 'web@1.2.3'],
    ['{"name":"@acme/web","version":"1.2.3"}', 'acme-web@1.2.3'],
  ])('package: %s is %s', async (text, name) => {
    expect(await nameOf({ release: { from: 'package' }, files: { '/repo/package.json': text } })).toBe(name);
  });

  it.each([
    [undefined, 'there is no package.json in /repo'],
    ['{', 'is not valid JSON'],
    ['{"version":"1"}', 'has no name'],
    ['{"name":"web"}', 'has no version'],
    ['{"name":"web","version":7}', 'has no version'],
  ])('package: %s is an error', async (text, reason) => {
    const files = text === undefined ? {} : { '/repo/package.json': text };
    await expect(resolve({ release: { from: 'package' }, files })).rejects.toMatchObject({
      code: 'release-name-missing',
      message: expect.stringContaining(reason),
    });
  });
});
