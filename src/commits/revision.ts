import type { Git } from './git.js';

/** True for a full commit id (SHA-1 or SHA-256), which needs no look-up. */
export function isFullId(revision: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(revision);
}

/** True for the id of no commit, which a push event tells as `before` of a new branch; workflows pass it on as an input. */
export function isNoCommit(revision: string): boolean {
  return /^0{40,64}$/.test(revision);
}

/** A commit as people read it. */
export function short(revision: string): string {
  return isFullId(revision) ? revision.slice(0, 12) : revision;
}

/** The full id of a commit in the checkout, annotated tags peeled; undefined when it is not there. */
export async function resolveLocally(git: Git, revision: string): Promise<string | undefined> {
  const answer = await git.run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  const sha = answer.stdout.trim();
  return answer.exitCode === 0 && sha !== '' ? sha : undefined;
}
