import { realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CommitInputs, DeployInputs, Inputs, ReleaseNameInputs, SourceMapInputs } from './inputs.js';
import { parseList } from './list.js';
import type { InputName } from './names.js';
import { isSlug } from './parse.js';
import { InputReader, nonBlank } from './reader.js';

/**
 * The default of `release` and `version` in action.yml. The runner passes an empty string both for an input without a default
 * that was not given and for one whose expression came out empty; with a default that shows, the second can be told.
 */
const NOT_GIVEN = '(proposed)';

/** Sentry's limit for the name of a distribution. */
const MAX_DIST_LENGTH = 64;

const DEFAULT_TIMEOUT_MS = 15 * 60_000;

/**
 * Parses everything the user asked for, from the runner's `INPUT_*` variables and the `SENTRY_*` fallbacks.
 *
 * @param cwd stands in for GITHUB_WORKSPACE where there is none
 * @throws ActionError `input-invalid` that names every input that is not understood, with the values it may have
 */
export function loadInputs(env: NodeJS.ProcessEnv, cwd: string): Inputs {
  const read = new InputReader(env);
  const warnings: string[] = [];
  const workspace = realPath(resolve(cwd, nonBlank(env['GITHUB_WORKSPACE']) ?? '.'));
  const workingDirectory = directory(read, workspace);
  const timeoutMs = read.duration('timeout', DEFAULT_TIMEOUT_MS);
  const inputs: Inputs = {
    ...whoAndWhere(read, env),
    release: releaseName(read, warnings),
    deploy: deploy(read, warnings),
    commits: commits(read),
    sourcemaps: sourceMaps(read, env, workingDirectory, timeoutMs),
    createRelease: read.boolean('create_release', true),
    finalize: read.boolean('finalize', true),
    workingDirectory,
    workspace,
    timeoutMs,
    onFailure: read.choice('on_failure', ['fail', 'warn'], 'fail'),
    onMissingToken: read.choice('on_missing_token', ['fail', 'skip'], 'fail'),
    dryRun: read.boolean('dry_run', false),
    summary: read.boolean('summary', true),
    warnings,
  };
  // Both do nothing here, but a value that is no boolean is as wrong as in the official action.
  read.boolean('disable_telemetry', undefined);
  read.boolean('disable_safe_directory', undefined);
  warnWithoutRelease(inputs, read, warnings);
  read.finish();
  return inputs;
}

function whoAndWhere(
  read: InputReader,
  env: NodeJS.ProcessEnv,
): Pick<Inputs, 'authToken' | 'authTokenBlank' | 'org' | 'projects' | 'url'> {
  const authToken = read.text('auth_token') ?? nonBlank(env['SENTRY_AUTH_TOKEN']);
  const org = read.text('org') ?? nonBlank(env['SENTRY_ORG']);
  const given = read.list('projects', 'words');
  const projects = given.length > 0 ? given : parseList(env['SENTRY_PROJECT'] ?? '', 'words');
  if (org !== undefined && !isSlug(org)) read.reject('org', slugRule('organization', 'SENTRY_ORG'), org);
  const wrong = projects.find((project) => !isSlug(project));
  if (wrong !== undefined) read.reject('projects', slugRule('project', 'SENTRY_PROJECT'), wrong);
  return {
    authToken,
    authTokenBlank:
      authToken === undefined && (Boolean(read.raw('auth_token')) || env['SENTRY_AUTH_TOKEN'] !== undefined),
    org,
    projects: [...new Set(projects)],
    url: read.text('url') ?? nonBlank(env['SENTRY_URL']),
  };
}

function slugRule(kind: string, variable: string): string {
  return `the ${kind} slug or id, as in the address of its page in Sentry (from the input or ${variable})`;
}

function releaseName(read: InputReader, warnings: string[]): ReleaseNameInputs {
  const nameOf = (input: 'release' | 'version') => {
    const value = read.text(input);
    return value === NOT_GIVEN ? undefined : value;
  };
  const release = nameOf('release');
  const version = nameOf('version');
  if (release !== undefined && version !== undefined && release !== version) {
    warnings.push(`Inputs release and version are both given; release (${JSON.stringify(release)}) is used.`);
  }
  return {
    explicit: release ?? version,
    givenEmpty: (release ?? version) ? undefined : givenEmpty(read),
    prefix: read.text('release_prefix') ?? read.text('version_prefix') ?? '',
    from: read.choice('release_from', ['default', 'tag', 'package'], 'default'),
  };
}

/** See {@link NOT_GIVEN}: a variable that is there and blank replaced the default. */
function givenEmpty(read: InputReader): 'release' | 'version' | undefined {
  const blank = (input: 'release' | 'version') => read.raw(input)?.trim() === '';
  if (blank('release')) return 'release';
  return blank('version') ? 'version' : undefined;
}

function deploy(read: InputReader, warnings: string[]): DeployInputs {
  const startedAt = read.timestamp('started_at');
  const finishedAt = read.timestamp('finished_at');
  if (startedAt && finishedAt && finishedAt < startedAt) {
    warnings.push(`The deploy ends (finished_at ${finishedAt}) before it begins (started_at ${startedAt}).`);
  }
  const environments = [...new Set(read.list('environment', 'names'))];
  const wrong = environments.find((name) => name.length > 64 || /[/\r\n]/.test(name));
  if (wrong !== undefined) read.reject('environment', 'names of 1 to 64 characters without a slash');
  const name = read.text('deploy_name');
  if (name !== undefined && name.length > 64) read.reject('deploy_name', 'at most 64 characters');
  return { environments, name, url: read.httpUrl('deploy_url'), startedAt, finishedAt };
}

function commits(read: InputReader): CommitInputs {
  const mode = read.choice('set_commits', ['auto', 'manual', 'skip'], 'auto');
  const repo = read.text('repo');
  if (mode === 'manual' && repo === undefined) {
    read.reject(
      'repo',
      'the repository as Sentry knows it, such as owner/name; it is required when `set_commits` is `manual`',
    );
  }
  return {
    mode,
    repo,
    commit: read.text('commit'),
    previousCommit: read.text('previous_commit'),
    ignoreMissing: read.boolean('ignore_missing', undefined),
    ignoreEmpty: read.boolean('ignore_empty', undefined),
    paths: read.list('commits_path', 'paths'),
    githubToken: read.text('github_token'),
  };
}

function sourceMaps(
  read: InputReader,
  env: NodeJS.ProcessEnv,
  workingDirectory: string,
  timeoutMs: number,
): SourceMapInputs {
  const dist = read.text('dist') ?? nonBlank(env['SENTRY_DIST']);
  if (dist !== undefined && dist.length > MAX_DIST_LENGTH) {
    read.reject('dist', `at most ${MAX_DIST_LENGTH} characters (from the input or SENTRY_DIST)`, dist);
  }
  const ignore = read.list('ignore', 'paths');
  const ignoreFile = read.text('ignore_file');
  return {
    patterns: read.list('sourcemaps', 'paths'),
    inject: read.boolean('inject', true),
    dist,
    urlPrefix: read.text('url_prefix') ?? '~',
    urlSuffix: read.text('url_suffix') ?? '',
    stripPrefix: read.list('strip_prefix', 'paths'),
    stripCommonPrefix: read.boolean('strip_common_prefix', false),
    ext: read.list('ext', 'words').map((item) => item.replace(/^\./, '')),
    ignore: ignore.length > 0 ? ignore : ['node_modules'],
    ignoreFile: ignoreFile === undefined ? undefined : resolve(workingDirectory, ignoreFile),
    ifNoFilesFound: read.choice('if_no_files_found', ['error', 'warn', 'ignore'], 'error'),
    deleteAfterUpload: read.boolean('delete_after_upload', false),
    waitMs: read.wait('wait') ?? timeoutMs,
    verify: read.boolean('verify', false),
    verifyUrl: read.httpUrl('verify_url'),
  };
}

/**
 * Absolute. The official action joins it to the workspace even when it begins with a slash: `/srv` is the folder `srv` of a workspace
 * that has one, also on a machine that has its own.
 */
function directory(read: InputReader, workspace: string): string {
  const given = read.text('working_directory') ?? '.';
  const path = resolve(workspace, given);
  const found = [join(workspace, given), path].find(isDirectory);
  if (found === undefined) read.reject('working_directory', `a folder that exists; ${path} does not`);
  return realPath(found ?? path);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

/** Inputs that need a release say nothing when there is none; the user should hear that they do nothing. */
function warnWithoutRelease(inputs: Inputs, read: InputReader, warnings: string[]): void {
  if (inputs.createRelease) return;
  const idle: InputName[] = [];
  if (inputs.deploy.environments.length > 0) idle.push('environment');
  if (inputs.commits.mode === 'manual') idle.push('set_commits');
  if (read.text('finalize')?.toLowerCase() === 'true' && idle.length > 0) idle.push('finalize');
  if (idle.length > 0) {
    warnings.push(
      `With create_release: false there is no release, so ${idle.join(' and ')} ${idle.length === 1 ? 'has' : 'have'} no effect.`,
    );
  }
}
