import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join, parse, relative, sep } from 'node:path';
import { ActionError } from '../../../src/errors.js';
import { loadInputs } from '../../../src/inputs/load.js';
import { temporaryFolder } from '../../support/workspace.js';

let workspace: string;
beforeAll(() => {
  workspace = temporaryFolder('inputs');
  mkdirSync(join(workspace, 'web', 'app'), { recursive: true });
});
afterAll(() => rmSync(workspace, { recursive: true }));

/** Inputs as a workflow gives them, plus variables in capitals. */
function load(given: Record<string, string> = {}) {
  const env: NodeJS.ProcessEnv = { GITHUB_WORKSPACE: workspace };
  for (const [name, value] of Object.entries(given)) {
    env[name === name.toUpperCase() ? name : `INPUT_${name.toUpperCase()}`] = value;
  }
  return loadInputs(env, '/');
}

function problem(given: Record<string, string>): string {
  try {
    load(given);
  } catch (error) {
    expect(error).toBeInstanceOf(ActionError);
    expect((error as ActionError).code).toBe('input-invalid');
    return (error as ActionError).message;
  }
  throw new Error('was accepted');
}

describe('token, organization, projects, url', () => {
  it('come from the environment when the inputs are empty', () => {
    const inputs = load({
      auth_token: '',
      org: ' ',
      projects: '',
      SENTRY_AUTH_TOKEN: ' t\n',
      SENTRY_ORG: 'o',
      SENTRY_PROJECT: 'p',
      SENTRY_URL: 'https://sentry.example',
    });
    expect(inputs).toMatchObject({ authToken: 't', org: 'o', projects: ['p'], url: 'https://sentry.example' });
  });

  it('come from the inputs first', () => {
    const inputs = load({
      auth_token: 'i',
      org: 'io',
      projects: 'a b,c\nd a',
      url: 'https://i',
      SENTRY_AUTH_TOKEN: 't',
      SENTRY_ORG: 'o',
      SENTRY_PROJECT: 'p',
      SENTRY_URL: 'https://e',
    });
    expect(inputs).toMatchObject({ authToken: 'i', org: 'io', projects: ['a', 'b', 'c', 'd'], url: 'https://i' });
  });

  it('an empty variable is as good as none', () => {
    expect(load({ SENTRY_ORG: '', SENTRY_URL: '', SENTRY_PROJECT: '' })).toMatchObject({
      org: undefined,
      url: undefined,
      projects: [],
    });
  });

  it('a secret that is there but blank is told from one that is not there', () => {
    expect(load().authTokenBlank).toBe(false);
    expect(load({ auth_token: '' }).authTokenBlank).toBe(false);
    expect(load({ SENTRY_AUTH_TOKEN: '' }).authTokenBlank).toBe(true);
    expect(load({ auth_token: ' \n' }).authTokenBlank).toBe(true);
    expect(load({ auth_token: ' ', SENTRY_AUTH_TOKEN: 't' }).authTokenBlank).toBe(false);
  });

  it('a slug that could leave its place in a path is refused, from the environment too', () => {
    expect(problem({ org: 'a/b' })).toContain('Input org is "a/b"');
    expect(problem({ SENTRY_PROJECT: '../x' })).toContain('Input projects is "../x"');
  });
});

describe('the release name', () => {
  it('release beats version, and both together are named', () => {
    const inputs = load({ release: '1', version: '2' });
    expect(inputs.release.explicit).toBe('1');
    expect(inputs.warnings).toEqual([expect.stringContaining('release and version are both given')]);
    expect(load({ version: '2' })).toMatchObject({ release: { explicit: '2' }, warnings: [] });
  });

  it('release_prefix beats version_prefix', () => {
    expect(load({ release_prefix: 'a@', version_prefix: 'b@' }).release.prefix).toBe('a@');
    expect(load({ version_prefix: 'b@' }).release.prefix).toBe('b@');
  });

  it('an expression that came out empty is told from a name not given', () => {
    expect(load({ release: '(proposed)', version: '(proposed)' }).release).toMatchObject({
      explicit: undefined,
      givenEmpty: undefined,
    });
    expect(load({ release: '', version: '(proposed)' }).release.givenEmpty).toBe('release');
    expect(load({ release: '(proposed)', version: ' ' }).release.givenEmpty).toBe('version');
    expect(load({ release: '', version: '1' }).release).toMatchObject({ explicit: '1', givenEmpty: undefined });
  });
});

describe('source maps', () => {
  it('defaults are those of the official action', () => {
    expect(load().sourcemaps).toEqual({
      patterns: [],
      inject: true,
      dist: undefined,
      urlPrefix: '~',
      urlSuffix: '',
      stripPrefix: [],
      stripCommonPrefix: false,
      ext: [],
      ignore: ['node_modules'],
      ignoreFile: undefined,
      ifNoFilesFound: 'error',
      deleteAfterUpload: false,
      waitMs: 0,
      verify: false,
      verifyUrl: undefined,
    });
  });

  it('wait is off, the longest wait, or the whole deadline', () => {
    expect(load({ wait: 'false' }).sourcemaps.waitMs).toBe(0);
    expect(load({ wait: '0' }).sourcemaps.waitMs).toBe(0);
    expect(load({ wait: '1' }).sourcemaps.waitMs).toBe(1000);
    expect(load({ wait: '5m' }).sourcemaps.waitMs).toBe(300_000);
    expect(load({ wait: 'True', timeout: '2m' }).sourcemaps.waitMs).toBe(120_000);
    expect(problem({ wait: 'long' })).toContain('Input wait is "long"');
  });

  it('dist falls back to SENTRY_DIST and has at most 64 characters', () => {
    expect(load({ SENTRY_DIST: ' 7 ' }).sourcemaps.dist).toBe('7');
    expect(problem({ SENTRY_DIST: 'd'.repeat(65) })).toContain('Input dist');
  });

  it('extensions may have their dot', () => {
    expect(load({ ext: '.js, map' }).sourcemaps.ext).toEqual(['js', 'map']);
  });

  it('ignore_file is relative to the working directory', () => {
    expect(load({ working_directory: 'web', ignore_file: '.sentryignore' }).sourcemaps.ignoreFile).toBe(
      join(workspace, 'web', '.sentryignore'),
    );
  });
});

describe('folders', () => {
  it('the working directory is relative to the workspace, or absolute', () => {
    expect(load({ working_directory: 'web/app' }).workingDirectory).toBe(join(workspace, 'web', 'app'));
    expect(load({ working_directory: join(workspace, 'web') }).workingDirectory).toBe(join(workspace, 'web'));
    expect(load().workingDirectory).toBe(workspace);
  });

  it('a working directory that begins with a slash is in the workspace, as in the official action, else on the machine', () => {
    expect(load({ working_directory: '/web/app' }).workingDirectory).toBe(join(workspace, 'web', 'app'));
    expect(load({ working_directory: '/' }).workingDirectory).toBe(workspace);
    const { root } = parse(workspace);
    const [top = ''] = relative(root, workspace).split(sep);
    expect(load({ working_directory: join(root, top) }).workingDirectory).toBe(realpathSync.native(join(root, top)));
    const inBoth = join(workspace, top);
    mkdirSync(inBoth);
    expect(load({ working_directory: `/${top}` }).workingDirectory).toBe(inBoth);
    rmSync(inBoth, { recursive: true });
  });

  it('one that is not there is refused', () => {
    expect(problem({ working_directory: 'nope' })).toContain('does not');
    expect(problem({ working_directory: '/no/such/folder' })).toContain('Input working_directory is "/no/such/folder"');
  });
});

describe('what is not understood', () => {
  it.each([
    [{ inject: 'yes' }, 'Input inject is "yes". Allowed: true or false'],
    [{ set_commits: 'Autoo' }, 'Input set_commits is "Autoo". Allowed: auto, manual or skip.'],
    [
      { started_at: '-1' },
      'Input started_at is "-1". It is not in valid format. Unix timestamp or ISO 8601 date expected.',
    ],
    [{ finished_at: '1700000000000' }, 'this looks like milliseconds'],
    [{ timeout: '0' }, 'Input timeout is "0"'],
    [{ timeout: '2 weeks' }, 'Input timeout is "2 weeks"'],
    [{ deploy_url: 'example.com' }, 'Input deploy_url is "example.com"'],
    [{ verify_url: 'example.com' }, 'Input verify_url is "example.com"'],
    [{ on_failure: 'ignore' }, 'Allowed: fail or warn.'],
    [{ on_missing_token: 'warn' }, 'Allowed: fail or skip.'],
    [{ if_no_files_found: 'fail' }, 'Allowed: error, warn or ignore.'],
    [{ release_from: 'git' }, 'Allowed: default, tag or package.'],
    [{ disable_telemetry: 'maybe' }, 'Input disable_telemetry is "maybe"'],
    [{ sourcemaps: '"dist' }, 'Input sourcemaps is "\\"dist". Allowed: an opening quote needs a closing one.'],
    [{ environment: 'a/b' }, 'Input environment is "a/b"'],
    [{ deploy_name: 'n'.repeat(65) }, 'at most 64 characters'],
    [{ set_commits: 'manual' }, 'Input repo is missing'],
  ])('%j is named with what is allowed', (given, expected) => {
    expect(problem(given)).toContain(expected);
  });

  it('all of it is named in one run', () => {
    const message = problem({ inject: 'yes', wait: 'x', started_at: 'y' });
    for (const name of ['inject', 'wait', 'started_at']) expect(message).toContain(`Input ${name} is`);
  });

  it('a long value is cut in the message', () => {
    expect(problem({ inject: 'x'.repeat(10_000) }).length).toBeLessThan(300);
  });
});

describe('deploys and commits', () => {
  it('take times in either form', () => {
    expect(load({ started_at: '1700000000', finished_at: '2023-11-14T23:00:00Z' }).deploy).toMatchObject({
      startedAt: '2023-11-14T22:13:20.000Z',
      finishedAt: '2023-11-14T23:00:00.000Z',
    });
  });

  it('a deploy that ends before it begins is named', () => {
    expect(load({ started_at: '1700000000', finished_at: '1600000000' }).warnings).toHaveLength(1);
  });

  it('unset, true and false of ignore_missing are three things', () => {
    expect(load().commits.ignoreMissing).toBeUndefined();
    expect(load({ ignore_missing: 'TRUE' }).commits.ignoreMissing).toBe(true);
    expect(load({ ignore_missing: '0' }).commits.ignoreMissing).toBe(false);
  });

  it('inputs that need a release are named when there is none', () => {
    expect(load({ create_release: 'false', environment: 'production' }).warnings).toEqual([
      'With create_release: false there is no release, so environment has no effect.',
    ]);
    expect(load({ create_release: 'false', environment: 'production', finalize: 'true' }).warnings).toEqual([
      'With create_release: false there is no release, so environment and finalize have no effect.',
    ]);
    expect(load({ create_release: 'false', finalize: 'true' }).warnings).toEqual([]);
  });
});
