import type { Inputs } from '../inputs/inputs.js';
import type { CommitsDeps } from './context.js';
import { commitsOfOthers } from './merge.js';
import { findOwnCommit } from './own-commit.js';
import { planManual } from './plan-manual.js';
import { planOfRefs } from './plan-refs.js';
import { type PlanRequest, planFromSources } from './plan-sources.js';
import { findPrevious } from './previous.js';
import { connectedRows, planRefs, submoduleRefs } from './refs.js';
import { findRepository, remoteUrl } from './repository.js';
import { short } from './revision.js';
import { findSubmodules } from './submodules.js';
import type { CommitsPlan } from './types.js';

/**
 * Finds the release's commits and how they are told to Sentry, without sending anything: through the repository connected in
 * Sentry (no history needed), else from GitHub's API, else from the checkout, else not at all.
 *
 * @throws ActionError `commits-failed` where the user wants an error (`ignore_missing: false`, an unknown `repo`)
 */
export async function planCommits(inputs: Inputs, release: string, deps: CommitsDeps): Promise<CommitsPlan> {
  if (inputs.commits.mode === 'skip') return { source: 'none', reason: 'set_commits is skip' };
  const repository = await findRepository(deps.github, deps.git);
  const own = repository === undefined ? undefined : await findOwnCommit(deps.github, deps.git, repository);
  if (inputs.commits.mode === 'manual') return await planManual({ inputs, release, deps, repository, own });
  if (repository === undefined || own === undefined) {
    return nothing(
      deps,
      'no checkout in the working directory has a remote that names its repository, and GITHUB_REPOSITORY and GITHUB_SHA are not set',
    );
  }
  deps.log.info(`Commit ${short(own.sha)} of ${repository.url.path} (${own.why})`);
  return await planAuto({ inputs, release, deps, repository, own });
}

async function planAuto(found: Omit<PlanRequest, 'beginning' | 'others' | 'skipped'>): Promise<CommitsPlan> {
  const { inputs, release, deps, repository, own } = found;
  const [beginning, others, rows] = await Promise.all([
    findPrevious({ inputs, release, repository, own: own.sha }, deps),
    commitsOfOthers(deps.api, release, repository),
    deps.api.repositories(),
  ]);
  const refs = await planRefs({
    ...{ rows, name: repository.url.path, commit: own.sha, paths: inputs.commits.paths, others },
    previous: beginning.previous,
    choose: (all) => connectedRows(all, repository),
    submodules: async (all) => submoduleRefs(all, await findSubmodules(deps.git, own.sha, await remoteUrl(deps.git))),
  });
  if (typeof refs === 'string') return await planFromSources({ ...found, beginning, others, skipped: [refs] });
  return planOfRefs(refs, `${repository.url.path} is connected in Sentry`, { ...found, beginning });
}

/** The plan that sends nothing, told to the user. */
function nothing({ log }: CommitsDeps, reason: string): CommitsPlan {
  log.notice(`No commits are set: ${reason}.`, { title: 'Release without commits' });
  return { source: 'none', reason, told: true };
}
