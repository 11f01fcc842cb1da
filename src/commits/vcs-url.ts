/** Where a repository lives, as far as two URLs of the same repository agree on it. */
export interface VcsUrl {
  /** Lower case, without port; '' when the text is no URL. */
  readonly host: string;
  /** `owner/repo` in its own spelling, without `.git`. */
  readonly path: string;
}

const URL_FORM = /^(?:(?:git\+)?(?:git|ssh|https?)):\/\/(?:[^@]+@)?([^/]+)\/(.+)$/i;
const SCP_FORM = /^(?:[^@]+@)?([^/]+):(.+)$/;

/** Hosts of their own for SSH through port 443, where a firewall lets nothing else out. */
const SSH_HOSTS: ReadonlyMap<string, string> = new Map([
  ['ssh.github.com', 'github.com'],
  ['altssh.gitlab.com', 'gitlab.com'],
  ['altssh.bitbucket.org', 'bitbucket.org'],
]);

/**
 * Reads a git remote: URL or scp form, credentials and port dropped (sentry-cli 3.8.0, observed). What git takes for the same
 * repository is brought to one form: `.git` and slashes at the ends, and the several ways in which Azure DevOps, Google Source
 * Repositories and Bitbucket Server write it.
 */
export function parseVcsUrl(text: string): VcsUrl {
  const match = URL_FORM.exec(text) ?? SCP_FORM.exec(text);
  const [, authority, rest] = match ?? [];
  if (authority === undefined || rest === undefined) return { host: '', path: text };
  const host = authority.replace(/:\d+$/, '').toLowerCase();
  return normalize(SSH_HOSTS.get(host) ?? host, withoutEnds(rest));
}

/** No regular expression: a text of nothing but slashes would be read once for each. */
function withoutEnds(path: string): string {
  let start = 0;
  while (path.charAt(start) === '/') start += 1;
  for (let end = path.length; ; ) {
    if (end > start && path.charAt(end - 1) === '/') end -= 1;
    else if (path.endsWith('.git', end)) end -= '.git'.length;
    else return path.slice(start, end);
  }
}

/** True when both name the same repository: equal host, equal path whatever the letter case. */
export function sameRepository(left: VcsUrl, right: VcsUrl): boolean {
  return repositoryKey(left) === repositoryKey(right);
}

/** Equal for two of the {@link sameRepository}, to find one among many. */
export function repositoryKey({ host, path }: VcsUrl): string {
  return `${host}/${path.toLowerCase()}`;
}

function normalize(host: string, path: string): VcsUrl {
  const visualStudio = /^([^.]+)\.visualstudio\.com$/.exec(host)?.[1];
  if (visualStudio !== undefined) return { host, path: azureLegacy(visualStudio, path) };
  if (host === 'dev.azure.com' || host === 'ssh.dev.azure.com') return { host: 'dev.azure.com', path: azure(path) };
  if (host === 'source.developers.google.com') return { host, path: googleSource(path) };
  const server = /^projects\/([^/]+)\/repos\/([^/]+)(?:\/browse)?\/?$/.exec(path);
  return { host, path: server === null ? path : `${server[1]}/${server[2]}` };
}

function azureLegacy(account: string, path: string): string {
  const repository = /^_git\/(.+)$/.exec(path)?.[1];
  if (repository !== undefined) return `${account}/${repository}`;
  return path.replace(/\/_git(?:\/.*)?$/, '');
}

function azure(path: string): string {
  const ssh = /^v3\/([^/]+)\/([^/]+)/.exec(path);
  if (ssh !== null) return `${ssh[1]}/${ssh[2]}`;
  return path.replace(/\/_git(?:\/.*)?$/, '');
}

function googleSource(path: string): string {
  const mirrored = /^p\/[^/]+\/r\/github_([^_]+)_(.+)$/.exec(path);
  return mirrored === null ? path : `${mirrored[1]}/${mirrored[2]}`;
}
