import type { Git } from '../commits/git.js';
import { ActionError } from '../errors.js';
import type { Log } from '../log.js';
import type { GitHubContext } from './github.js';
import type { Inputs } from './inputs.js';
import { createTextReader, type ReadText } from './read-text.js';
import { packageRelease } from './release-build-files.js';
import { eventText } from './release-event.js';
import { type ProposedName, proposeName } from './release-proposal.js';
import { assertReleaseName } from './release-rules.js';

export interface ReleaseNameDeps {
  readonly env: NodeJS.ProcessEnv;
  /** Access to the repository around the working directory. */
  readonly git: Git;
  readonly log: Log;
  /** @default reads plain files of the file system, up to 4 MiB */
  readonly readText?: ReadText;
  /** Decides whether Xcode is asked. @default process.platform */
  readonly platform?: NodeJS.Platform;
  /** Ends a tool that is asked for a name. */
  readonly signal?: AbortSignal;
}

/**
 * The release's name: the one given, else the one `release_from` asks for, else the one sentry-cli would propose; the prefix
 * goes before each of them, as in the official action.
 *
 * @throws ActionError `release-name-missing` when nothing names it, `release-name-invalid` when Sentry would refuse it
 */
export async function resolveReleaseName(
  inputs: Pick<Inputs, 'release' | 'workingDirectory'>,
  github: GitHubContext,
  deps: ReleaseNameDeps,
): Promise<ProposedName> {
  const { explicit, givenEmpty, prefix } = inputs.release;
  const given = explicit === undefined ? '' : stripTagRef(explicit.trim());
  const found = given === '' ? await findName(inputs, github, deps) : { name: given, origin: 'as given' };
  const name = `${prefix}${found.name}`;
  assertReleaseName(name, found.origin);
  const emptyInput = givenEmpty ?? (explicit !== undefined && given === '' ? 'release' : undefined);
  if (emptyInput !== undefined) {
    deps.log.warning(
      `The input ${emptyInput} was given but its value is empty, probably an expression without a result. ` +
        `The release is named ${name} instead (${found.origin}).`,
      { title: 'Empty release name' },
    );
  }
  return { name, origin: found.origin };
}

async function findName(
  { release, workingDirectory }: Pick<Inputs, 'release' | 'workingDirectory'>,
  github: GitHubContext,
  deps: ReleaseNameDeps,
): Promise<ProposedName> {
  const readText = deps.readText ?? createTextReader(deps.log);
  if (release.from === 'tag') return await tagName(github, deps.git);
  if (release.from === 'package') {
    const found = await packageRelease(workingDirectory, readText);
    if ('name' in found) return { name: found.name, origin: 'from package.json' };
    throw missing(
      `release_from is package, but ${found.problem}`,
      'Set working_directory to the folder of the package.',
    );
  }
  const proposed = await proposeName(workingDirectory, github, { ...deps, readText });
  if (proposed !== undefined) return proposed;
  throw missing(
    'No release name was given and none can be proposed: there is no repository in the working directory and no GITHUB_SHA',
    'Give a name with the input release, or check the code out before this step.',
  );
}

async function tagName(github: GitHubContext, git: Git): Promise<ProposedName> {
  const pushed = github.ref?.startsWith('refs/tags/') ? stripTagRef(github.ref) : '';
  const released = pushed === '' ? eventText(github.event, 'release', 'tag_name') : pushed;
  if (released !== undefined) return { name: released, origin: 'tag of this run' };
  const newest = await git.run(['describe', '--tags', '--abbrev=0', '--end-of-options', 'HEAD']);
  const name = newest.stdout.trim();
  if (newest.exitCode === 0 && name !== '') return { name, origin: 'newest tag reachable from HEAD' };
  throw missing(
    'release_from is tag, but this run is not for a tag and no tag is reachable in the checkout',
    'Run the workflow on a tag, or let actions/checkout fetch the history and the tags (fetch-depth: 0).',
  );
}

/** Only a leading `refs/tags/` is removed, as in the official action. */
function stripTagRef(name: string): string {
  return name.replace(/^refs\/tags\//, '');
}

function missing(message: string, hint: string): ActionError {
  return new ActionError('release-name-missing', message, { hint });
}
