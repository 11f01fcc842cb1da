import type { GitHubContext } from '../inputs/github.js';
import type { Git } from './git.js';
import { parseVcsUrl, sameRepository, type VcsUrl } from './vcs-url.js';

/** The repository whose commits go into the release. */
export interface OwnRepository {
  /** Host and `owner/repo`. */
  readonly url: VcsUrl;
  /** True for the repository the workflow belongs to: only then do the event and GITHUB_SHA speak of it. */
  readonly ofRun: boolean;
  /** True when the GitHub server of this run holds it, so that its API can be asked. */
  readonly onGitHub: boolean;
  /** True when it is the one that is checked out in the working directory. */
  readonly local: boolean;
}

/**
 * The checkout in the working directory decides, by its remote `origin` (else the only remote); without a checkout, or without
 * a remote, it is the repository of the workflow. undefined when there is neither.
 */
export async function findRepository(github: GitHubContext, git: Git): Promise<OwnRepository | undefined> {
  const host = hostOf(github);
  const ofRun = github.repository === undefined ? undefined : { host, path: github.repository };
  const remote = await remoteUrl(git);
  const url = remote === undefined ? ofRun : parseVcsUrl(remote);
  if (url === undefined) return undefined;
  return {
    url: ofRun !== undefined && sameRepository(url, ofRun) ? ofRun : url,
    ofRun: ofRun !== undefined && sameRepository(url, ofRun),
    onGitHub: url.host === host && /^[^/]+\/[^/]+$/.test(url.path),
    local: git.root !== undefined,
  };
}

/** The host of the GitHub server that the workflow runs on. */
export function hostOf({ serverUrl }: Pick<GitHubContext, 'serverUrl'>): string {
  return parseVcsUrl(`${serverUrl}/-`).host;
}

/** The URL of `origin`, else of the only remote, as configured. May hold credentials: never log it. */
export async function remoteUrl(git: Git): Promise<string | undefined> {
  const answer = await git.run(['config', '-z', '--get-regexp', '^remote\\..*\\.url$']);
  if (answer.exitCode !== 0) return undefined;
  const remotes = new Map<string, string>();
  for (const entry of answer.stdout.split('\0')) {
    const [key, value] = splitOnce(entry, '\n');
    if (value !== undefined && !remotes.has(key)) remotes.set(key, value);
  }
  const [only] = remotes.size === 1 ? remotes.values() : [];
  return remotes.get('remote.origin.url') ?? only;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
