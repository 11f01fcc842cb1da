import { member } from './json.js';

/** The event's parts that name a commit; every one of them is under the control of whoever made the event. */
type EventPart = 'pull_request' | 'workflow_run';

/**
 * The 40- or 64-hex commit that an event names: the head of its pull request, or the commit its workflow run was for.
 * undefined when the event has none, or holds anything else in its place.
 */
export function eventCommit(event: Readonly<Record<string, unknown>>, part: EventPart): string | undefined {
  const object = member(event, part);
  return commitId(part === 'pull_request' ? member(member(object, 'head'), 'sha') : member(object, 'head_sha'));
}

/** The commit that a merged pull request left in its base branch; undefined while it is open, or closed without a merge. */
export function mergeCommit(event: Readonly<Record<string, unknown>>): string | undefined {
  const pullRequest = member(event, 'pull_request');
  return member(pullRequest, 'merged') === true ? commitId(member(pullRequest, 'merge_commit_sha')) : undefined;
}

function commitId(sha: unknown): string | undefined {
  return typeof sha === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(sha) ? sha.toLowerCase() : undefined;
}

/** A text field of an event, by path; undefined when any part of the path is missing or of another type. */
export function eventText(event: Readonly<Record<string, unknown>>, ...path: readonly string[]): string | undefined {
  let value: unknown = event;
  for (const key of path) value = member(value, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
