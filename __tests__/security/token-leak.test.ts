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
  ['in base64', (token: string) => Buffer.from(token).toString('base64')],
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
