import fc from 'fast-check';
import { ActionError } from '../../../src/errors.js';
import { parseToken } from '../../../src/token/token.js';
import { HEX, orgToken } from './helpers.js';

describe('the kind of a token', () => {
  it.each([
    [`sntryi_${HEX}`, 'integration'],
    [`sntryu_${HEX}`, 'user'],
    [HEX, 'hex'],
    [HEX.toUpperCase(), 'hex'],
    [orgToken({ org: 'acme', url: 'https://sentry.io' }), 'organization'],
    ['sntrya_whatever', 'opaque'],
    ['f00f', 'opaque'],
  ])('%s is told by its looks', (raw, kind) => {
    expect(parseToken(raw)).toMatchObject({ kind, value: raw });
  });
});

it('whitespace, line breaks and invisible marks around a token are dropped', () => {
  expect(parseToken(`\ufeff \n${HEX}\r\n\t\u200b`).value).toBe(HEX);
});

describe('an organization token', () => {
  it('tells its organization, server and region', () => {
    expect(
      parseToken(orgToken({ org: 'acme', url: 'https://sentry.io', region_url: 'https://de.sentry.io' })),
    ).toMatchObject({
      org: 'acme',
      url: 'https://sentry.io',
      regionUrl: 'https://de.sentry.io',
      doubt: undefined,
    });
  });

  it('may carry null or empty where it knows nothing', () => {
    expect(parseToken(orgToken({ org: 'acme', url: null, region_url: '' }))).toMatchObject({
      org: 'acme',
      url: undefined,
      regionUrl: undefined,
    });
  });

  it.each(['sntrys_', 'sntrys_abc', 'sntrys_!!!_x', 'sntrys_bnVsbA==_x', 'sntrys_e30=_', 'sntrys_a_b_c'])(
    'that cannot be read (%s) is used, with a doubt: the server goes by the whole text',
    (raw) => {
      expect(parseToken(raw)).toMatchObject({ kind: 'organization', org: undefined, doubt: expect.any(String) });
    },
  );
});

it('a token that lost its end is used, with a doubt', () => {
  expect(parseToken('sntryi_abc').doubt).toContain('10 characters');
});

describe('what is no token', () => {
  const failure = (raw: string): ActionError => {
    try {
      parseToken(raw);
    } catch (error) {
      if (error instanceof ActionError) return error;
    }
    throw new Error(`${raw} was accepted`);
  };

  it.each([
    [' \n', 'token-missing', 'is empty'],
    ['https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/42', 'token-is-dsn', 'is a DSN'],
    ['http://key:secret@sentry.example.com/7', 'token-is-dsn', 'is a DSN'],
    ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', 'token-malformed', 'is a GitHub token'],
    ['github_pat_11AAA', 'token-malformed', 'is a GitHub token'],
    [`"sntryi_${HEX}"`, 'token-malformed', 'has quotes around it'],
    [`Bearer ${HEX}`, 'token-malformed', 'begins with the word Bearer'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a user pastes
    ['${{ secrets.SENTRY_AUTH_TOKEN }}', 'token-malformed', 'is a placeholder'],
    ['$SENTRY_AUTH_TOKEN', 'token-malformed', 'is a placeholder'],
    ['***', 'token-malformed', 'is a placeholder'],
    [`SENTRY_AUTH_TOKEN=${HEX}`, 'token-malformed', 'begins with the name of the variable'],
    [`sntryi_abc\ndef`, 'token-malformed', 'has whitespace or a line break inside'],
    ['sntryi_abcé', 'token-malformed', 'not printable ASCII'],
    ['https://sentry.io/settings/', 'token-malformed', 'is an address'],
    ['x'.repeat(5000), 'token-malformed', 'has 5000 characters'],
  ])('%j says so, and what to do', (raw, code, text) => {
    expect(failure(raw)).toMatchObject({
      code,
      message: expect.stringContaining(text),
      hint: expect.stringMatching(/\.$/),
    });
  });

  it('none of its text is in the message', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9]{12,20}$/),
        fc.constantFrom('ghp_', '"', 'Bearer ', 'a b '),
        (secret, before) => {
          const error = failure(`${before}${secret}${before === '"' ? '"' : ''}`);
          expect(`${error.message}${error.hint}`).not.toContain(secret);
        },
      ),
    );
  });
});

it('any text is a token or an error that a user can read', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string().map((text) => `sntrys_${text}`),
      ),
      (raw) => {
        try {
          expect(parseToken(raw).value).toMatch(/^[\x21-\x7e]+$/);
        } catch (error) {
          expect(error).toBeInstanceOf(ActionError);
        }
      },
    ),
  );
});
