/**
 * Every way a token, organization, project or server can be wrong, through the built action: each has a message of its own with the
 * next step, and nothing is written to Sentry.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeOrgToken } from '../../sandbox/defaults.js';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import { temporaryFolder } from '../support/workspace.js';
import { type RunResult, runAction } from './harness.js';

const hex = (digit: string) => digit.repeat(64);
const LEAST = ['project:releases', 'org:read'];
const TOKENS = {
  integration: `sntryi_${hex('1')}`,
  older: hex('2'),
  user: `sntryu_${hex('3')}`,
  readOnly: `sntryu_${hex('4')}`,
  readOnlyIntegration: `sntryi_${hex('5')}`,
  revoked: `sntryi_${hex('6')}`,
  powerful: `sntryi_${hex('7')}`,
  noRead: `sntryi_${hex('8')}`,
  other: `sntryi_${hex('9')}`,
};

let sandbox: Sandbox;
let otherOrgToken: string;
let workspace: string;

beforeAll(async () => {
  sandbox = await startSandbox({
    organizations: [
      { slug: 'acme', projects: [{ slug: 'web' }, { slug: 'api' }] },
      { slug: 'globex', projects: [{ slug: 'shop' }] },
    ],
    tokens: [
      { kind: 'integration', org: 'acme', token: TOKENS.integration, scopes: LEAST },
      { kind: 'integration', org: 'acme', token: TOKENS.older, scopes: LEAST },
      { kind: 'user', org: 'acme', token: TOKENS.user, scopes: LEAST },
      { kind: 'user', org: 'acme', token: TOKENS.readOnly, scopes: ['org:read', 'project:read'] },
      { kind: 'integration', org: 'acme', token: TOKENS.readOnlyIntegration, scopes: ['event:read'] },
      { kind: 'integration', org: 'acme', token: TOKENS.revoked, scopes: LEAST, revoked: true },
      { kind: 'integration', org: 'acme', token: TOKENS.powerful, scopes: [...LEAST, 'org:admin', 'member:write'] },
      { kind: 'integration', org: 'acme', token: TOKENS.noRead, scopes: ['project:releases'] },
      { kind: 'integration', org: 'globex', token: TOKENS.other, scopes: LEAST },
    ],
  });
  otherOrgToken = makeOrgToken({ url: sandbox.url, org: 'globex', secret: 'of another organization' });
  workspace = temporaryFolder('token-e2e');
  mkdirSync(join(workspace, 'dist'));
  writeFileSync(join(workspace, 'dist', 'app.js'), 'console.log(1);\n//# sourceMappingURL=app.js.map\n');
  writeFileSync(join(workspace, 'dist', 'app.js.map'), '{"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA"}');
});
afterAll(async () => {
  await sandbox.close();
  rmSync(workspace, { recursive: true });
});

/** A run that would write everything, if it got that far; and whether it did. */
async function act(inputs: Record<string, string>, env: Record<string, string> = {}, event?: Record<string, unknown>) {
  const before = sandbox.requests.length;
  const result = await runAction({
    cwd: workspace,
    inputs: {
      url: sandbox.url,
      org: 'acme',
      projects: 'web',
      release: '1.0.0',
      environment: 'production',
      sourcemaps: 'dist',
      set_commits: 'skip',
      ...inputs,
    },
    env,
    ...(event === undefined ? {} : { event }),
  });
  const writes = sandbox.requests.slice(before).filter(({ method }) => method !== 'GET');
  return { ...result, writes, requests: sandbox.requests.length - before };
}

/** The one error annotation. */
function errorOf(result: RunResult): string {
  const errors = result.annotations.filter(({ severity }) => severity === 'error');
  expect(errors).toHaveLength(1);
  return errors[0]?.message ?? '';
}

interface Row {
  readonly title: string;
  readonly inputs: () => Record<string, string>;
  readonly env?: Record<string, string>;
  readonly code: string;
  readonly says: readonly (string | RegExp)[];
}

const rows: readonly Row[] = [
  {
    title: 'no token',
    inputs: () => ({}),
    code: 'token-missing',
    says: ['No Sentry auth token was given', 'secrets.SENTRY_AUTH_TOKEN'],
  },
  {
    title: 'an empty secret',
    inputs: () => ({ auth_token: ' ' }),
    env: { SENTRY_AUTH_TOKEN: '' },
    code: 'token-missing',
    says: ['The Sentry auth token is empty', 'secrets.SENTRY_AUTH_TOKEN'],
  },
  {
    title: 'a DSN',
    inputs: () => ({ auth_token: 'https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/42' }),
    code: 'token-is-dsn',
    says: ['The auth token is a DSN', 'Release: Admin'],
  },
  {
    title: 'a token with a line break inside',
    inputs: () => ({ auth_token: `sntryi_${hex('1').slice(0, 20)}\n${hex('1').slice(20)}` }),
    code: 'token-malformed',
    says: ['has whitespace or a line break inside', 'Copy the token from Sentry again'],
  },
  {
    title: 'a GitHub token',
    inputs: () => ({ auth_token: 'ghp_16C7e42F292c6912E7710c838347Ae178B4a' }),
    code: 'token-malformed',
    says: ['is a GitHub token', 'auth_token needs a token made in Sentry'],
  },
  {
    title: 'a revoked token',
    inputs: () => ({ auth_token: TOKENS.revoked }),
    code: 'token-rejected',
    says: [/revoked, expired or mistyped.*Invalid token/s, '/settings/acme/developer-settings/'],
  },
  {
    title: 'an organization token that the server does not know',
    inputs: () => ({ auth_token: makeOrgToken({ url: sandbox.url, org: 'acme', secret: 'never issued' }) }),
    code: 'token-rejected',
    says: ['does not accept the organization token', '/settings/acme/auth-tokens/'],
  },
  {
    title: 'a user token without project:releases or org:ci',
    inputs: () => ({ auth_token: TOKENS.readOnly }),
    code: 'scope-missing',
    says: ['lacks the scope project:releases (or org:ci). It has org:read, project:read', 'cannot be changed'],
  },
  {
    title: 'an integration token without project:releases or org:ci',
    inputs: () => ({ auth_token: TOKENS.readOnlyIntegration }),
    code: 'scope-missing',
    says: ['It has event:read', 'set the permission Release to Admin'],
  },
  {
    title: 'an organization token of another organization',
    inputs: () => ({ auth_token: otherOrgToken }),
    code: 'org-mismatch',
    says: ['belongs to globex, but the organization given is acme', 'Remove org (or SENTRY_ORG)'],
  },
  {
    title: 'an integration token of another organization',
    inputs: () => ({ auth_token: TOKENS.other }),
    code: 'org-mismatch',
    says: ['has no access to organization acme', 'made in another organization'],
  },
  {
    title: 'an unknown project',
    inputs: () => ({ auth_token: TOKENS.integration, projects: 'web, wbe' }),
    code: 'project-unknown',
    says: ['Organization acme has no project "wbe"', 'Check projects or SENTRY_PROJECT'],
  },
  {
    title: 'an unknown organization',
    inputs: () => ({ auth_token: TOKENS.integration, org: 'acmee' }),
    code: 'org-unknown',
    says: ['Sentry has no organization acmee', 'Check org or SENTRY_ORG'],
  },
  {
    title: 'no organization',
    inputs: () => ({ auth_token: TOKENS.integration, org: '' }),
    code: 'org-missing',
    says: ['No Sentry organization was given', 'SENTRY_ORG'],
  },
  {
    title: 'no project',
    inputs: () => ({ auth_token: TOKENS.integration, projects: '' }),
    code: 'project-missing',
    says: ['No Sentry project was given', 'SENTRY_PROJECT'],
  },
  {
    title: 'an address that is no base URL',
    inputs: () => ({ auth_token: TOKENS.integration, url: `${sandbox.url}/settings/acme/` }),
    code: 'url-invalid',
    says: ['has more than a host', 'Give only http://127.0.0.1'],
  },
];

it.each(rows)('$title: says so with the next step, before anything is written', async ({ inputs, env, code, says }) => {
  const result = await act(inputs(), env);
  const message = errorOf(result);
  for (const text of says) expect(message).toMatch(text instanceof RegExp ? text : literally(text));
  expect(result.exitCode).toBe(1);
  expect(result.outputs).toMatchObject({ result: 'failed' });
  expect(result.report).toMatchObject({ result: 'failed', problems: [{ severity: 'error', code }] });
  expect(result.summary).toContain('[!CAUTION]');
  expect(result.writes).toEqual([]);
});

function literally(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}

describe('a token that is good', () => {
  const good: readonly [string, () => string][] = [
    ['of an internal integration', () => TOKENS.integration],
    ['of an older integration (64 hex)', () => TOKENS.older],
    ['of a user', () => TOKENS.user],
    ['with whitespace and line breaks around it', () => ` \n${TOKENS.integration}\r\n`],
  ];
  it.each(good)('%s makes the release', async (_, token) => {
    const result = await act({ auth_token: token(), sourcemaps: '' });
    expect(result.annotations.filter(({ severity }) => severity !== 'notice')).toEqual([]);
    expect(result.exitCode).toBe(0);
    expect(result.writes.length).toBeGreaterThan(0);
  });

  it('of an organization brings its organization and server along', async () => {
    const own = await startSandbox();
    const token = own.tokens.find(({ kind }) => kind === 'org')?.token ?? '';
    const issued = await act({ auth_token: token, org: '', url: '', sourcemaps: '' });
    await own.close();
    expect(issued.annotations).toEqual([]);
    expect(issued.report).toMatchObject({ result: 'success', sentry: { org: 'acme', url: own.url } });
  });

  it('with more scopes than needed gets one notice on least privilege', async () => {
    const result = await act({ auth_token: TOKENS.powerful, sourcemaps: '' });
    expect(result.annotations).toEqual([
      expect.objectContaining({ severity: 'notice', message: expect.stringContaining('org:admin, member:write') }),
    ]);
  });

  it('without org:read is told that commits come another way', async () => {
    const result = await act({ auth_token: TOKENS.noRead, sourcemaps: '' });
    expect(result.annotations).toEqual([
      expect.objectContaining({ severity: 'notice', message: expect.stringContaining('no org:read') }),
    ]);
    expect(result.exitCode).toBe(0);
  });
});

describe('runs that get no secrets', () => {
  const fork = {
    pull_request: {
      head: { sha: 'a'.repeat(40), repo: { full_name: 'someone/web', fork: true } },
      base: { repo: { full_name: 'acme/web' } },
    },
  };

  it('end green with a notice that names the fork, when asked to', async () => {
    const result = await act({ on_missing_token: 'skip' }, { GITHUB_EVENT_NAME: 'pull_request' }, fork);
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ result: 'skipped' });
    expect(result.annotations).toEqual([
      expect.objectContaining({ severity: 'notice', message: expect.stringContaining('pull request from a fork') }),
    ]);
    expect(result.requests).toBe(0);
  });

  it('fail with the fork named, when not', async () => {
    const result = await act({}, { GITHUB_EVENT_NAME: 'pull_request' }, fork);
    expect(errorOf(result)).toContain('pull request from a fork');
  });

  it('name Dependabot', async () => {
    const result = await act({ on_missing_token: 'skip' }, { GITHUB_ACTOR: 'dependabot[bot]' });
    expect(result.annotations[0]?.message).toContain('Dependabot');
  });
});
