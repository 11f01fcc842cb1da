import type { GitHubContext } from '../inputs/github.js';
import { eventCommit, eventText, mergeCommit } from '../inputs/release-event.js';
import type { Git } from './git.js';
import type { OwnRepository } from './repository.js';
import { resolveLocally } from './revision.js';

/** The commit that is being released, and the words for the log. */
export interface OwnCommit {
  readonly sha: string;
  readonly why: string;
}

/**
 * Which commit is ours. The event speaks only of the workflow's own repository; in another one it is what is checked out.
 * A checkout of something else than GITHUB_SHA was asked for by the user (`ref:` of actions/checkout), so it wins over what
 * a workflow_run, a repository_dispatch or a schedule says, but not over a pull request's head: there GITHUB_SHA is a merge
 * commit that nobody else has. Once the pull request is merged it is the other way round: after a squash or a rebase, its head
 * is in no branch.
 */
export async function findOwnCommit(
  github: GitHubContext,
  git: Git,
  repository: OwnRepository,
): Promise<OwnCommit | undefined> {
  const head = await resolveLocally(git, 'HEAD');
  if (!repository.ofRun) return head === undefined ? undefined : { sha: head, why: 'checked out' };
  const merged = mergeCommit(github.event);
  const pullRequest = eventCommit(github.event, 'pull_request');
  if (pullRequest !== undefined && merged === undefined) return { sha: pullRequest, why: 'head of the pull request' };
  const sha = runCommit(github);
  const peeled = sha === undefined ? undefined : ((await resolveLocally(git, sha)) ?? sha);
  if (head !== undefined && head !== peeled) return { sha: head, why: 'checked out' };
  if (merged !== undefined) return { sha: merged, why: 'what the pull request was merged as' };
  const workflowRun = eventCommit(github.event, 'workflow_run');
  if (workflowRun !== undefined) return { sha: workflowRun, why: 'commit of the workflow run that started this one' };
  if (peeled !== undefined) return { sha: peeled, why: `commit of the ${github.eventName || 'run'}` };
  return undefined;
}

// The push of an annotated tag may name the tag object; its commit stands beside it.
function runCommit(github: GitHubContext): string | undefined {
  const { sha } = github;
  if (sha === undefined || eventText(github.event, 'after') !== sha) return sha;
  const headCommit = eventText(github.event, 'head_commit', 'id');
  return headCommit !== undefined && /^[0-9a-f]{40,64}$/.test(headCommit) ? headCommit : sha;
}
