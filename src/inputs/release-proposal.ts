import type { Git } from '../commits/git.js';
import type { Log } from '../log.js';
import type { GitHubContext } from './github.js';
import type { ReadText } from './read-text.js';
import { cordovaRelease, gradleRelease } from './release-build-files.js';
import { eventCommit } from './release-event.js';
import { createToolRunner } from './release-tool.js';
import { type XcodeDeps, xcodeRelease } from './release-xcode.js';

/** A release name and, for the log, where it comes from. */
export interface ProposedName {
  readonly name: string;
  readonly origin: string;
}

export interface ProposalDeps {
  readonly env: NodeJS.ProcessEnv;
  readonly git: Git;
  readonly log: Log;
  readonly readText: ReadText;
  /** @default process.platform */
  readonly platform?: NodeJS.Platform;
  /** Ends a tool that is running. */
  readonly signal?: AbortSignal;
}

/** Variables of other build systems, in the order in which sentry-cli asks them. */
const REVISION_VARIABLES = [
  'SOURCE_VERSION',
  'HEROKU_BUILD_COMMIT',
  'HEROKU_SLUG_COMMIT',
  'CODEBUILD_RESOLVED_SOURCE_VERSION',
  'CIRCLE_SHA1',
  'CF_PAGES_COMMIT_SHA',
];

/**
 * Proposes a name in the order of `sentry-cli releases propose-version` (3.8.0, observed but for Xcode, see there), so that a
 * workflow that relied on it keeps its release names.
 */
export async function proposeName(
  dir: string,
  github: GitHubContext,
  deps: ProposalDeps,
): Promise<ProposedName | undefined> {
  return (
    fromVariable('SENTRY_RELEASE', deps.env) ??
    (await named(cordovaRelease(dir, deps.readText), 'Cordova config.xml')) ??
    firstVariable(deps.env) ??
    (await named(xcodeRelease(dir, xcodeDeps(deps)), 'the Xcode build')) ??
    (await named(gradleRelease(dir, deps.readText), 'app/build.gradle')) ??
    fromVariable('GAE_DEPLOYMENT_ID', deps.env) ??
    (await fromCommit(github, deps.git))
  );
}

function xcodeDeps(deps: ProposalDeps): XcodeDeps {
  const { env, signal } = deps;
  const runTool = createToolRunner({ env, ...(signal === undefined ? {} : { signal }) });
  return { ...deps, platform: deps.platform ?? process.platform, runTool };
}

async function fromCommit(github: GitHubContext, git: Git): Promise<ProposedName | undefined> {
  const pullRequest = eventCommit(github.event, 'pull_request');
  if (pullRequest !== undefined) return { name: pullRequest, origin: 'head commit of the pull request' };
  const head = await git.run(['rev-parse', '--verify', '--quiet', '--end-of-options', 'HEAD^{commit}']);
  const sha = head.stdout.trim();
  if (head.exitCode === 0 && sha !== '') return { name: sha, origin: 'commit that is checked out' };
  // Without a checkout sentry-cli gives up; the run's own commit is what it would have found.
  return github.sha === undefined ? undefined : { name: github.sha, origin: 'GITHUB_SHA' };
}

function firstVariable(env: NodeJS.ProcessEnv): ProposedName | undefined {
  for (const variable of REVISION_VARIABLES) {
    const found = fromVariable(variable, env);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fromVariable(variable: string, env: NodeJS.ProcessEnv): ProposedName | undefined {
  const value = env[variable]?.trim();
  return value ? { name: value, origin: `from ${variable}` } : undefined;
}

async function named(found: Promise<string | undefined>, origin: string): Promise<ProposedName | undefined> {
  const name = await found;
  return name === undefined ? undefined : { name, origin: `from ${origin}` };
}
