import { ActionError, type ErrorCode } from '../errors.js';
import type { Endpoint } from './endpoints.js';
import { errorText } from './error-text.js';
import type { Answer } from './transport.js';

const WORDS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Payload Too Large',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  507: 'Insufficient Storage',
  524: 'A Timeout Occurred',
};

const NEW_TOKEN =
  'Make a new token in Sentry (Settings → Organization Tokens, or Custom Integrations) and put it into the secret that auth_token reads.';

/** `503 Service Unavailable: the server's words`, one line, redacted. */
export function statusText(answer: Answer): string {
  const words = WORDS[answer.status];
  const said = errorText(answer.body);
  return `${answer.status}${words === undefined ? '' : ` ${words}`}${said === '' ? '' : `: ${said}`}`;
}

/** The failure that an answer with this status is, with what to do about it at this endpoint. */
export function statusError(answer: Answer, method: string, endpoint: Endpoint): ActionError {
  const { code, hint } = explain(answer, endpoint);
  return new ActionError(code, `${method} ${endpoint.family} answered ${statusText(answer)}`, {
    status: answer.status,
    hint,
  });
}

function explain(answer: Answer, endpoint: Endpoint): { readonly code: ErrorCode; readonly hint: string } {
  const { status } = answer;
  if (status === 401)
    return { code: 'token-rejected', hint: `The token is revoked, expired or mistyped. ${NEW_TOKEN}` };
  if (status === 403) return { code: 'scope-missing', hint: scopeHint(endpoint) };
  if (status === 404) return notFound(answer, endpoint);
  if (status === 413) {
    return {
      code: 'server-limits',
      hint: 'The request is larger than the server or a proxy in front of it accepts. With nginx, raise client_max_body_size to at least the maxRequestSize of Sentry (32m by default).',
    };
  }
  if (status === 400) return badRequest(answer);
  if (status === 409)
    return {
      code: 'server-rejected',
      hint: 'Another job works on the same release. Run it again when that one is done.',
    };
  if (status >= 500 || status === 408) {
    return {
      code: 'server-unavailable',
      hint: 'Sentry or a proxy in front of it has a problem (https://status.sentry.io). Run it again: it continues where it stopped.',
    };
  }
  return { code: 'server-rejected', hint: 'The server does not accept this request. The debug log has what was sent.' };
}

function scopeHint(endpoint: Endpoint): string {
  const scopes = endpoint.scopes.length === 0 ? '' : ` It needs one of: ${endpoint.scopes.join(', ')}.`;
  return `The token may not do this, or belongs to another organization.${scopes} Scopes are set where the token was made: Settings > Custom Integrations (older servers: Developer Settings) > your integration, or use an organization token.`;
}

function badRequest(answer: Answer): { readonly code: ErrorCode; readonly hint: string } {
  if (
    /invalid project ids or slugs|projects are invalid|permission to one of the projects/i.test(errorText(answer.body))
  ) {
    return {
      code: 'project-unknown',
      hint: 'Check the slugs in the input projects: each must exist in the organization and be visible to the token.',
    };
  }
  return { code: 'server-rejected', hint: 'The text of the server names the field it does not accept.' };
}

/** Sentry says in JSON which thing it does not know; an empty or HTML 404 is a route the server does not have. */
function notFound(answer: Answer, endpoint: Endpoint): { readonly code: ErrorCode; readonly hint: string } {
  if (!/does not exist/i.test(errorText(answer.body))) {
    return {
      code: 'server-lacks-feature',
      hint: `This server has no ${endpoint.family} endpoint, or the input url is not its base URL. ${leaveOut(endpoint)}`.trim(),
    };
  }
  switch (endpoint.thing) {
    case 'release':
      return {
        code: 'release-missing',
        hint: 'The release does not exist, or none of its projects is visible to the token.',
      };
    case 'project':
      return { code: 'project-unknown', hint: 'Check the slugs in the input projects.' };
    default:
      return {
        code: 'org-unknown',
        hint: 'Check the input org: it is the slug in the URL of your Sentry organization.',
      };
  }
}

function leaveOut({ family }: Endpoint): string {
  if (family === 'deploys') return 'Leave out the input environment to record no deploy.';
  if (family === 'releases' || family === 'release') return 'Set create_release to false to upload source maps only.';
  if (family === 'commits') return 'Set set_commits to skip to send no commits.';
  return '';
}
