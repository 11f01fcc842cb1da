import { ActionError } from '../../../src/errors.js';
import { resolveTarget, type Target } from '../../../src/token/target.js';
import { parseToken } from '../../../src/token/token.js';
import { HEX, orgToken, recordingLog } from './helpers.js';

interface Given {
  readonly token?: string;
  readonly url?: string;
  readonly org?: string;
  readonly projects?: readonly string[];
}

function resolve(given: Given, log = recordingLog()): Target {
  const { token = HEX, url, org, projects = ['web'] } = given;
  return resolveTarget({ url, org, projects }, parseToken(token), log);
}

function failure(given: Given): ActionError {
  try {
    resolve(given);
  } catch (error) {
    if (error instanceof ActionError) return error;
  }
  throw new Error('was accepted');
}

const ACME = { org: 'acme', url: 'https://sentry.io', region_url: 'https://de.sentry.io' };

describe('the server', () => {
  it('is sentry.io unless something names another', () => {
    expect(resolve({ org: 'o' }).baseUrl).toBe('https://sentry.io');
    expect(resolve({ org: 'o', url: 'https://sentry.example.com/' }).baseUrl).toBe('https://sentry.example.com');
  });

  it('is the one inside an organization token, and another setting is named', () => {
    const log = recordingLog();
    expect(resolve({ token: orgToken(ACME), url: 'https://sentry.example.com' }, log).baseUrl).toBe(
      'https://sentry.io',
    );
    expect(log.text('warning')).toContain('belongs to https://sentry.io, so https://sentry.example.com');
  });

  it.each(['https://sentry.io', 'https://sentry.io/', 'HTTPS://Sentry.IO:443/'])('%s is no other setting', (url) => {
    const log = recordingLog();
    expect(resolve({ token: orgToken(ACME), url }, log).baseUrl).toBe('https://sentry.io');
    expect(log.lines).toEqual([]);
  });

  it('a region that the user asks for is kept, without a warning', () => {
    const log = recordingLog();
    const target = resolve({ token: orgToken(ACME), url: 'https://de.sentry.io' }, log);
    expect(target).toMatchObject({ baseUrl: 'https://de.sentry.io', webUrl: 'https://sentry.io' });
    expect(log.lines).toEqual([]);
  });

  it('is the given one when the token names none', () => {
    expect(resolve({ token: orgToken({ org: 'acme', url: null }), url: 'https://s.example' }).baseUrl).toBe(
      'https://s.example',
    );
  });

  it.each([
    ['sentry.example.com', 'Perhaps https://sentry.example.com is meant'],
    ['ftp://sentry.example.com', 'Give the whole address'],
    ['https://', 'looks like'],
    ['https://sentry.io/settings/acme/', 'Give only https://sentry.io'],
    ['https://sentry.io/?x=1', 'Give only https://sentry.io'],
    ['http://sentry.io', 'Use https://sentry.io'],
    ['http://us.sentry.io.', 'Use https://us.sentry.io'],
    ['https://user:s3cr3t@sentry.example.com', 'The token is all that is needed'],
  ])('%s is refused with the way out', (url, hint) => {
    const error = failure({ org: 'o', url });
    expect(error).toMatchObject({ code: 'url-invalid', hint: expect.stringContaining(hint) });
    expect(error.message).not.toContain('s3cr3t');
  });
});

describe('the organization', () => {
  it('is the one inside the token', () => {
    expect(resolve({ token: orgToken(ACME) }).org).toBe('acme');
    expect(resolve({ token: orgToken(ACME), org: 'ACME' }).org).toBe('acme');
    expect(resolve({ token: orgToken(ACME), org: '4501234' }).org).toBe('acme');
  });

  it('given as another one is an error: the release would land where nobody looks', () => {
    expect(failure({ token: orgToken(ACME), org: 'other' })).toMatchObject({
      code: 'org-mismatch',
      message: expect.stringMatching(/acme.*other/),
      hint: expect.stringContaining('Remove org'),
    });
  });

  it('inside a token cannot leave its place in a path', () => {
    expect(resolve({ token: orgToken({ ...ACME, org: '../x' }), org: 'acme' }).org).toBe('acme');
  });

  it('and the projects must be known', () => {
    expect(failure({}).code).toBe('org-missing');
    expect(failure({ org: 'o', projects: [] }).code).toBe('project-missing');
  });
});

describe('the token goes', () => {
  const allows = (given: Given, ...urls: string[]) =>
    urls.map((url) => resolve({ org: 'o', ...given }).allows(new URL(url)));

  it('to the origin of the base URL, port and scheme included', () => {
    const given = { url: 'https://sentry.example.com' };
    expect(allows(given, 'https://sentry.example.com/x', 'https://sentry.example.com:443/')).toEqual([true, true]);
    expect(
      allows(
        given,
        'http://sentry.example.com/',
        'https://sentry.example.com:8443/',
        'https://sentry.example.com.evil.io/',
        'https://evil.io/sentry.example.com',
        'https://x.sentry.example.com/',
        'https://sentry.io/',
      ),
    ).toEqual([false, false, false, false, false, false]);
  });

  it('to every region of sentry.io over https, and to nothing that only looks like one', () => {
    expect(allows({}, 'https://sentry.io/', 'https://us.sentry.io/', 'https://de.sentry.io/x')).toEqual([
      true,
      true,
      true,
    ]);
    expect(
      allows(
        {},
        'http://us.sentry.io/',
        'https://us.sentry.io:444/',
        'https://evil-sentry.io/',
        'https://sentry.io.evil.com/',
        'https://sentry.io@evil.com/',
      ),
    ).toEqual([false, false, false, false, false]);
  });

  it('not to an address with a user name in it', () => {
    expect(allows({}, 'https://user@sentry.io/')).toEqual([false]);
  });

  it('to the region named inside the token, if that is encrypted', () => {
    const self = { org: 'acme', url: 'https://sentry.example.com' };
    const target = (region_url: string) => resolve({ token: orgToken({ ...self, region_url }) });
    expect(target('https://eu.example.com').allows(new URL('https://eu.example.com/x'))).toBe(true);
    expect(target('http://eu.example.com').allows(new URL('http://eu.example.com/x'))).toBe(false);
    expect(target('nonsense').allows(new URL('https://eu.example.com/x'))).toBe(false);
  });
});

it('a doubt about the token is shown; looks of their own are fine on servers of their own', () => {
  const log = recordingLog();
  resolve({ token: 'sntryi_short', org: 'o' }, log);
  expect(log.text('warning')).toContain('part of it may be missing');
  const other = recordingLog();
  resolve({ token: 'f00f', org: 'o', url: 'https://bugsink.example.com' }, other);
  expect(other.lines).toEqual([]);
  resolve({ token: 'f00f', org: 'o' }, other);
  expect(other.text('warning')).toContain('does not look like');
});
