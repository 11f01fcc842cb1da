import { ActionError } from '../errors.js';
import type { GitHubContext } from '../inputs/github.js';
import type { Inputs } from '../inputs/inputs.js';
import type { Log } from '../log.js';

/**
 * No token: fails, or with `on_missing_token: skip` ends the run green with a notice. GitHub gives no secrets to pull requests
 * from forks and to Dependabot, so these are named as the cause where they are it.
 *
 * @returns why the run is skipped, as a sentence
 * @throws ActionError `token-missing`, unless the user asked to skip
 */
export function explainMissingToken(inputs: Inputs, github: GitHubContext, log: Log): string {
  const cause = secretlessCause(github);
  const what = inputs.authTokenBlank
    ? 'The Sentry auth token is empty: the secret does not exist here, or has no value'
    : 'No Sentry auth token was given';
  const message = cause === undefined ? what : `${what}; ${cause}`;
  if (inputs.onMissingToken === 'skip') {
    const reason = `${message}. Nothing was sent to Sentry (on_missing_token: skip).`;
    log.notice(reason, { title: 'Sentry release skipped' });
    return reason;
  }
  throw new ActionError('token-missing', message, {
    hint:
      'Store an internal-integration token with the scopes project:releases and org:read as a repository or organization secret, ' +
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how it is written in a workflow
      'and pass it: auth_token: ${{ secrets.SENTRY_AUTH_TOKEN }}. The environment variable SENTRY_AUTH_TOKEN works too. For runs that have no secrets, set on_missing_token: skip.',
  });
}

function secretlessCause(github: GitHubContext): string | undefined {
  if (github.actor === 'dependabot[bot]') {
    return 'this run was started by Dependabot, which gets no Actions secrets (it has secrets of its own)';
  }
  if (isFork(github.event)) return 'this run is for a pull request from a fork, which gets no secrets';
  return undefined;
}

function isFork(event: Readonly<Record<string, unknown>>): boolean {
  const head = child(child(event['pull_request'], 'head'), 'repo');
  const base = child(child(event['pull_request'], 'base'), 'repo');
  const headName = child(head, 'full_name');
  return child(head, 'fork') === true || (typeof headName === 'string' && headName !== child(base, 'full_name'));
}

function child(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
