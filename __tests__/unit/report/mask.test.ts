import fc from 'fast-check';
import { maskSecrets, secretForms } from '../../../src/report/mask.js';

it('a token is masked with and without what stands around it', () => {
  const forms = secretForms({ INPUT_AUTH_TOKEN: '  sntryi_0123456789abcdef\n' });
  expect(forms).toContain('sntryi_0123456789abcdef');
  expect(forms).toContain(Buffer.from('sntryi_0123456789abcdef').toString('base64'));
});

it('the secret part of an organization token is masked by itself', () => {
  const forms = secretForms({ SENTRY_AUTH_TOKEN: 'sntrys_eyJvcmciOiJhIn0=_c2VjcmV0+/c2VjcmV0' });
  expect(forms).toContain('c2VjcmV0+/c2VjcmV0');
  expect(forms).toContain('c2VjcmV0%2B%2Fc2VjcmV0');
});

it('a token is masked in every encoding, wherever it stands in the bytes that were encoded', () => {
  const token = 'sntryi_0123456789abcdef?>';
  const redact = (text: string) =>
    secretForms({ INPUT_AUTH_TOKEN: token }).reduce((rest, form) => rest.replaceAll(form, '*'), text);
  for (const head of ['', 'a', 'ab', 'user:']) {
    for (const encoding of ['base64', 'base64url'] as const) {
      const rest = redact(Buffer.from(`${head}${token}, and more`).toString(encoding));
      expect(Buffer.from(rest.replaceAll('*', ''), 'base64').toString('latin1')).not.toMatch(/sntry|0123|abcd/);
    }
  }
  expect(redact(Buffer.from(token).toString('hex'))).toBe('*');
  expect(redact(encodeURIComponent(token).toLowerCase())).toBe('*');
});

it('marks that no one sees are masked with the token and without: they are not sent', () => {
  for (const pasted of ['\u200bsntryi_0123456789abcdef', 'sntryi_0123456789abcdef\u200b\ufeff\n']) {
    expect(secretForms({ INPUT_AUTH_TOKEN: pasted })).toContain('sntryi_0123456789abcdef');
  }
});

it('a file of blanks in the place of a token is read in time that grows with its size', () => {
  const started = performance.now();
  secretForms({ INPUT_AUTH_TOKEN: `first${' '.repeat(100_000)}last` });
  expect(performance.now() - started).toBeLessThan(2_000);
});

it('a password of three letters is not masked as six digits, which sizes and commits have', () => {
  const plain = 'commit 616263af, 616263 bytes';
  const forms = secretForms({ https_proxy: 'http://user:abc@proxy' });
  expect(forms.filter((form) => plain.includes(form))).toEqual([]);
  expect(secretForms({ https_proxy: 'http://user:abcdef@proxy' })).toContain('616263646566');
});

it('the password of a proxy is masked raw, decoded and as a header', () => {
  const forms = secretForms({ HTTPS_PROXY: 'http://us%40er:p%3Assword@proxy:8080', http_proxy: 'bob:hunter22@proxy' });
  const lone = secretForms({ ALL_PROXY: 'us%40er:100%safe@proxy' });
  expect(lone).toContain(Buffer.from('us@er:100%safe').toString('base64'));
  expect(forms).toEqual(
    expect.arrayContaining([
      'p%3Assword',
      'p:ssword',
      Buffer.from('us@er:p:ssword').toString('base64'),
      'hunter22',
      Buffer.from('bob:hunter22').toString('base64'),
    ]),
  );
});

it('each line of a pasted key is masked, since the log has them line by line', () => {
  expect(secretForms({ INPUT_AUTH_TOKEN: 'first-line-x\r\nsecond-line' })).toEqual(
    expect.arrayContaining(['first-line-x', 'second-line']),
  );
});

it('nothing shorter than six characters is masked: it would blot out the log', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), fc.string({ maxLength: 12 }), (token, proxy) => {
      const env = { INPUT_AUTH_TOKEN: token, https_proxy: `http://u:${proxy}@h`, INPUT_GITHUB_TOKEN: '' };
      for (const form of secretForms(env)) expect(form.trim().length).toBeGreaterThanOrEqual(6);
    }),
  );
});

it('nothing secret, nothing masked', () => {
  expect(secretForms({ HTTPS_PROXY: 'http://proxy:8080', SENTRY_URL: 'https://sentry.io', PATH: '/bin' })).toEqual([]);
});

it('every form reaches the runner, the longest first', () => {
  const seen: string[] = [];
  const told = maskSecrets({ SENTRY_AUTH_TOKEN: 'sntrys_cGF5_c2VjcmV0cGFydA' }, (secret) => seen.push(secret));
  expect(told).toEqual(seen);
  expect(seen).toEqual(secretForms({ SENTRY_AUTH_TOKEN: 'sntrys_cGF5_c2VjcmV0cGFydA' }));
  expect([...seen].sort((a, b) => b.length - a.length)).toEqual(seen);
});
