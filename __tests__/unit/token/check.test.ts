import { ActionError } from '../../../src/errors.js';
import type { ProjectProbe } from '../../../src/sentry/types.js';
import { checkToken } from '../../../src/token/check.js';
import { resolveTarget } from '../../../src/token/target.js';
import { parseToken } from '../../../src/token/token.js';
import { HEX, orgToken, recordingLog } from './helpers.js';

const INTEGRATION = `sntryi_${HEX}`;

interface Given {
  readonly token?: string;
  readonly url?: string;
  readonly projects?: readonly string[];
  readonly scopes?: readonly string[] | undefined;
  readonly root?: ActionError;
  readonly probe?: (project: string) => ProjectProbe | Promise<ProjectProbe>;
}

function check(given: Given, log = recordingLog()) {
  const { token = INTEGRATION, url, projects = ['web'] } = given;
  const target = resolveTarget({ url, org: 'acme', projects }, parseToken(token), log);
  const scopes = 'scopes' in given ? given.scopes : ['project:releases', 'org:read'];
  const api = {
    root: async () => {
      if (given.root) throw given.root;
      return { scopes, user: undefined };
    },
    probeProject: async (project: string) => given.probe?.(project) ?? 'ok',
  };
  return checkToken(api, target, projects, log);
}

async function failure(given: Given): Promise<ActionError> {
  try {
    await check(given);
  } catch (error) {
    if (error instanceof ActionError) return error;
  }
  throw new Error('was accepted');
}

const rejected = new ActionError('server-rejected', 'GET /api/0/ was answered 401: Invalid token', { status: 401 });

it('a token with the two least scopes passes without a word', async () => {
  const log = recordingLog();
  expect(await check({ projects: ['web', 'api'] }, log)).toEqual({
    detail: 'integration token for acme at https://sentry.io (project:releases, org:read); sees web, api',
    scopes: ['project:releases', 'org:read'],
    canListRepositories: true,
  });
  expect(log.lines).toEqual([]);
});

describe('a token that is not accepted', () => {
  it.each([
    [INTEGRATION, 'the integration token', 'https://sentry.io/settings/acme/developer-settings/'],
    [
      orgToken({ org: 'acme', url: 'https://sentry.io' }),
      'the organization token',
      'https://sentry.io/settings/acme/auth-tokens/',
    ],
    [`sntryu_${HEX}`, 'the user token', 'https://sentry.io/settings/account/api/auth-tokens/'],
    [HEX, 'the token', 'https://sentry.io/settings/acme/developer-settings/'],
  ])('%s: says which, what the server said, and where to make a new one', async (token, name, page) => {
    const error = await failure({ token, root: rejected });
    expect(error.code).toBe('token-rejected');
    expect(error.message).toContain(`Sentry does not accept ${name}: it is revoked, expired or mistyped.`);
    expect(error.message).toContain('Invalid token');
    expect(error.hint).toContain(page);
  });

  it('on another server is sent to that server’s pages', async () => {
    const error = await failure({ url: 'https://sentry.example.com', root: rejected });
    expect(error.hint).toContain('https://sentry.example.com/settings/acme/developer-settings/');
  });

  it('that names another region is told of it', async () => {
    const token = orgToken({ org: 'acme', url: 'https://sentry.io', region_url: 'https://de.sentry.io' });
    expect((await failure({ token, root: rejected })).hint).toContain('names the region https://de.sentry.io');
  });

  it('is told the same when only the projects answer', async () => {
    const error = await failure({
      root: new ActionError('server-rejected', '404', { status: 404 }),
      probe: () => Promise.reject(rejected),
    });
    expect(error.code).toBe('token-rejected');
  });
});

describe('scopes', () => {
  it.each([
    [['org:ci']],
    [['project:releases', 'org:read']],
    [['project:write', 'org:read']],
    [['project:admin', 'org:read']],
  ])('%j may write releases', async (scopes) => {
    const log = recordingLog();
    await check({ scopes }, log);
    expect(log.lines).toEqual([]);
  });

  it('that are missing are named, with those the token has and where to set them', async () => {
    const error = await failure({ scopes: ['org:read', 'event:read'] });
    expect(error).toMatchObject({ code: 'scope-missing' });
    expect(error.message).toContain('lacks the scope project:releases (or org:ci). It has org:read, event:read');
    expect(error.hint).toContain('Developer Settings');
    expect(error.hint).toContain('permission Release to Admin');
    expect((await failure({ scopes: [] })).message).toContain('It has no scope at all');
  });

  it('of a user token cannot be changed, so a new one is needed', async () => {
    expect((await failure({ token: `sntryu_${HEX}`, scopes: [] })).hint).toContain('cannot be changed');
  });

  it('beyond need are one notice', async () => {
    const log = recordingLog();
    await check({ scopes: ['project:releases', 'org:read', 'org:admin', 'member:write', 'project:write'] }, log);
    expect(log.lines).toHaveLength(1);
    expect(log.text('notice')).toContain('org:admin, member:write, project:write');
  });

  it('without org:read repositories cannot be listed, and commits come another way', async () => {
    const log = recordingLog();
    expect((await check({ scopes: ['project:releases'] }, log)).canListRepositories).toBe(false);
    expect(log.text('notice')).toContain('no org:read');
  });

  it('that the server does not name are one notice, and on', async () => {
    const log = recordingLog();
    expect(await check({ scopes: undefined }, log)).toMatchObject({ scopes: undefined, canListRepositories: true });
    expect(log.lines).toHaveLength(1);
    expect(log.text('notice')).toContain('does not say what the token may do');
  });

  it('a server without the root says nothing about the token', async () => {
    const log = recordingLog();
    await check({ root: new ActionError('server-rejected', '404', { status: 404 }) }, log);
    expect(log.lines).toHaveLength(1);
  });
});

describe('projects', () => {
  const only = (answers: Record<string, ProjectProbe>) => (project: string) => answers[project] ?? 'ok';

  it('that are unknown are all named, with what was asked', async () => {
    const error = await failure({
      projects: ['web', 'wbe', 'ap'],
      probe: only({ wbe: 'project-unknown', ap: 'project-unknown' }),
    });
    expect(error.code).toBe('project-unknown');
    expect(error.message).toBe('Organization acme has no project "wbe", "ap" (asked https://sentry.io)');
    expect(error.hint).toContain('https://sentry.io/organizations/acme/projects/');
  });

  it('of an unknown organization', async () => {
    const error = await failure({ probe: () => 'org-unknown' });
    expect(error).toMatchObject({ code: 'org-unknown', message: expect.stringContaining('no organization acme') });
  });

  it('all refused: the token is of another organization', async () => {
    const error = await failure({ projects: ['web', 'api'], probe: () => 'forbidden' });
    expect(error).toMatchObject({ code: 'org-mismatch', message: expect.stringContaining('"web", "api", 403') });
  });

  it('some refused: the user is in no team of theirs', async () => {
    const error = await failure({ projects: ['web', 'api'], probe: only({ api: 'forbidden' }) });
    expect(error).toMatchObject({ code: 'project-forbidden', message: expect.stringContaining('"api"') });
  });

  it('a server of which nothing may be concluded is believed', async () => {
    expect((await check({ probe: () => 'unsure' })).detail).not.toContain('sees');
  });
});

it('an outage is no verdict on the token', async () => {
  const outage = new ActionError('server-unavailable', '503', { status: 503 });
  expect(await failure({ root: outage })).toBe(outage);
});
