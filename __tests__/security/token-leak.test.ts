import { secretForms } from '../../src/report/mask.js';
import { attack, TOKEN } from './attack.js';

/** Attack: a server, or who speaks for it, gives the token back in its answers, hoping that it ends up in a public log. */

it('a token that the server repeats in an error is not in the log, the summary, the outputs or the report', async () => {
  const detail = `Bad request with Authorization: Bearer ${TOKEN} and ${encodeURIComponent(TOKEN)}`;
  // The harness throws when any form of the token can be read anywhere.
  const { result } = await attack({ faults: [{ match: { method: 'POST' }, do: { status: 400, body: { detail } } }] });
  expect(result.exitCode).toBe(1);
  expect(result.log).toContain('Bad request with');
});

it.each([
  ['percent-encoded', encodeURIComponent],
  [
    'percent-encoded in lower case',
    (token: string) => encodeURIComponent(token).replace(/%../g, (code) => code.toLowerCase()),
  ],
  ['in base64', (token: string) => Buffer.from(token).toString('base64')],
  ['in base64, behind one byte', (token: string) => Buffer.from(`:${token}`).toString('base64')],
  ['in base64, behind two bytes', (token: string) => Buffer.from(`a:${token}`).toString('base64')],
  ['in base64 for addresses', (token: string) => Buffer.from(token).toString('base64url')],
  ['in hexadecimal', (token: string) => Buffer.from(token).toString('hex')],
  ['without its head', (token: string) => token.slice(token.lastIndexOf('_') + 1)],
])('an organization token that the server repeats %s is nowhere either', async (_form, encode) => {
  // With characters that change when they are encoded.
  const secret = 'k+/k+/k+/k+/k+/k+/k+/k+/k+/k+/k+/k+/k+/k+/k';
  const token = (url: string) =>
    `sntrys_${Buffer.from(JSON.stringify({ iat: 1.5, url, region_url: url, org: 'acme?>' })).toString('base64')}_${secret}`;
  const { result } = await attack({
    token,
    faults: (url) => [
      { match: { path: '/api/0/' }, do: { status: 400, body: { detail: `echo ${encode(token(url))}` } } },
    ],
  });
  expect(result.exitCode).toBe(1);
  expect(result.log).toContain('echo');
});

it('a token in base64 that the server repeats is not in the log either', async () => {
  const detail = `echo ${Buffer.from(TOKEN).toString('base64')}`;
  const { result } = await attack({ faults: [{ match: { method: 'POST' }, do: { status: 400, body: { detail } } }] });
  expect(result.exitCode).toBe(1);
  expect(result.log).not.toContain(Buffer.from(TOKEN).toString('base64'));
});

it('an older token at the place where a long error is cut is not there by half either', async () => {
  const hex = 'fedcba9876543210'.repeat(4);
  const detail = `${'word '.repeat(72)}token=${hex}`;
  const { result } = await attack({ token: () => hex, faults: [{ do: { status: 400, body: { detail } } }] });
  expect(result.log).toContain('word word');
  expect(result.log).not.toContain(hex.slice(0, 8));
});

it('a token with marks around it that no one sees is looked for as it is sent', async () => {
  const faults = [{ match: { method: 'POST' }, do: { status: 400, body: { detail: `echo ${TOKEN}` } } }];
  const { result } = await attack({ token: () => `\u200b${TOKEN}\ufeff\n`, faults, secrets: [TOKEN] });
  expect(result.log).toContain('echo [hidden]');
  expect(result.masks).toContain(TOKEN);
});

it('the token is a mask before the first line is printed', async () => {
  const lines: string[] = [];
  const { result } = await attack({ onLine: (line) => lines.push(line) });
  expect(result.masks).toContain(TOKEN);
  expect(lines[0]).toMatch(/^::add-mask::/);
  const firstPrinted = lines.findIndex((line) => !line.startsWith('::add-mask::') && line !== '');
  const early = lines.slice(0, firstPrinted).filter((line) => line.startsWith('::add-mask::'));
  expect(early.some((line) => line.includes(TOKEN))).toBe(true);
  expect(lines.filter((line) => line.startsWith('::add-mask::'))).toEqual(early);
  expect(result.masks).toEqual(expect.arrayContaining([...secretForms({ INPUT_AUTH_TOKEN: TOKEN })]));
});

it('debug logging shows no header and no token', async () => {
  const { result } = await attack({ env: () => ({ RUNNER_DEBUG: '1', ACTIONS_STEP_DEBUG: 'true' }) });
  expect(result.exitCode).toBe(0);
  expect(result.log.toLowerCase()).not.toContain('bearer');
});
