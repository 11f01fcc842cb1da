import { readFileSync, statSync } from 'node:fs';
import { parseUrl } from '../parse-url.js';

/** What the runner tells about the run: the fields of @actions/github's context that we use, validated, plus the raw event. */
export interface GitHubContext {
  readonly eventName: string;
  /** 40-hex GITHUB_SHA, or undefined outside Actions. */
  readonly sha: string | undefined;
  /** For instance `refs/tags/v1.2.3` or `refs/heads/main`. */
  readonly ref: string | undefined;
  /** `owner/name`. */
  readonly repository: string | undefined;
  readonly runId: string | undefined;
  /** 1-based. */
  readonly runAttempt: number;
  readonly job: string | undefined;
  readonly actor: string | undefined;
  /** @default 'https://github.com' */
  readonly serverUrl: string;
  /** @default 'https://api.github.com' */
  readonly apiUrl: string;
  /** The event payload as parsed from GITHUB_EVENT_PATH; `{}` when there is none or it is broken. Treat as hostile. */
  readonly event: Readonly<Record<string, unknown>>;
}

/** An event payload above this is not GitHub's (they are capped at 25 MB). */
const MAX_EVENT_BYTES = 32 * 1024 * 1024;

/**
 * Reads what the runner tells about the run. @actions/github's `context` holds the same, but importing it loads its whole API
 * client at start-up (25 to 40 ms of a step that should take a few hundred); commits/ loads it when it asks GitHub something.
 *
 * Every field is checked: a self-hosted runner's environment can be set by earlier steps, and these values go into URLs.
 *
 * @param readFile stands in for the file system in tests; undefined when the file cannot be read
 */
export function readGitHubContext(
  env: NodeJS.ProcessEnv,
  readFile: (path: string) => string | undefined = readSmallFile,
): GitHubContext {
  const checked = (name: string, rule: RegExp) => {
    const value = env[name]?.trim() ?? '';
    return rule.test(value) ? value : undefined;
  };
  return {
    eventName: checked('GITHUB_EVENT_NAME', /^[a-z_]{1,64}$/) ?? '',
    sha: checked('GITHUB_SHA', /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i)?.toLowerCase(),
    ref: checked('GITHUB_REF', /^refs\/[^\s\p{Cc}]{1,1000}$/u),
    repository: checked('GITHUB_REPOSITORY', /^[\w.-]{1,100}\/[\w.-]{1,100}$/),
    runId: checked('GITHUB_RUN_ID', /^\d{1,20}$/),
    runAttempt: Number(checked('GITHUB_RUN_ATTEMPT', /^[1-9]\d{0,5}$/) ?? '1'),
    job: checked('GITHUB_JOB', /^[\w-]{1,200}$/),
    actor: checked('GITHUB_ACTOR', /^[\w-]{1,100}(?:\[bot\])?$/),
    serverUrl: originOf(env['GITHUB_SERVER_URL']) ?? 'https://github.com',
    apiUrl: originOf(env['GITHUB_API_URL']) ?? 'https://api.github.com',
    event: parseEvent(env['GITHUB_EVENT_PATH'] ? readFile(env['GITHUB_EVENT_PATH']) : undefined),
  };
}

/** Without a slash at the end; GitHub Enterprise Server's API has a path (`/api/v3`). */
function originOf(value: string | undefined): string | undefined {
  const url = value && /^https?:\/\//i.test(value) ? parseUrl(value) : undefined;
  if (url === undefined) return undefined;
  const { protocol, host, pathname } = url;
  return `${protocol}//${host}${pathname}`.replace(/\/+$/, '');
}

function parseEvent(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

function readSmallFile(path: string): string | undefined {
  try {
    return statSync(path).size <= MAX_EVENT_BYTES ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
