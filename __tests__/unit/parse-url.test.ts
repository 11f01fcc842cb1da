import { parseUrl } from '../../src/parse-url.js';

it('an address is parsed, with a base or without, and what is none is undefined', () => {
  expect(parseUrl('https://sentry.example.com/a?b#c')?.href).toBe('https://sentry.example.com/a?b#c');
  expect(parseUrl('/x', 'https://h/y/')?.href).toBe('https://h/x');
  expect(parseUrl('x', new URL('https://h/y/'))?.href).toBe('https://h/y/x');
  for (const text of ['', 'x', 'https://', 'http://a b/', 'https://[::1']) expect(parseUrl(text)).toBeUndefined();
});

// URL.canParse of Node 20 changes its mind about such texts when it has been called some ten thousand times.
it.each([
  ['https://caf\u00e9.example/\u00c8', true],
  ['https://a:b@sen\u00c8y.example.com/fi\u00e0e:///', true],
  ['http://\u00ff\u00fe:x/', false],
])('%s is an address or none however often it is asked', (text, expected) => {
  const answers = new Set<boolean>();
  for (let times = 0; times < 20_000; times += 1) answers.add(parseUrl(text) !== undefined);
  expect([...answers]).toEqual([expected]);
});
