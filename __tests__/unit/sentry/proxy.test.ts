import { proxyFor } from '../../../src/sentry/proxy.js';

const https = new URL('https://sentry.test/api/0/');
const http = new URL('http://sentry.test:9000/api/0/');
const via = (url: URL, env: Record<string, string>) => proxyFor(url, env)?.href;

describe('which proxy', () => {
  it.each([
    [{ HTTPS_PROXY: 'http://proxy:3128' }, 'http://proxy:3128/'],
    [{ https_proxy: 'http://proxy:3128' }, 'http://proxy:3128/'],
    [{ https_proxy: 'http://lower:1', HTTPS_PROXY: 'http://upper:1' }, 'http://lower:1/'],
    [{ https_proxy: ' ', HTTPS_PROXY: 'http://upper:1' }, 'http://upper:1/'],
    [{ HTTPS_PROXY: 'proxy:3128' }, 'http://proxy:3128/'],
    [{ HTTPS_PROXY: 'us%40er:p%3Ass@proxy:3128' }, 'http://us%40er:p%3Ass@proxy:3128/'],
    [{ HTTPS_PROXY: 'https://proxy' }, 'https://proxy/'],
    [{ HTTP_PROXY: 'http://proxy:3128' }, undefined],
    [{}, undefined],
  ])('%j for https', (env, expected) => {
    expect(via(https, env as Record<string, string>)).toBe(expected);
  });

  it('http_proxy is for http, https_proxy is not', () => {
    expect(via(http, { HTTP_PROXY: 'p:1', HTTPS_PROXY: 'p:2' })).toBe('http://p:1/');
  });

  it.each(['127.0.0.1:9000', 'localhost:9000', '[::1]:9000', 'a.localhost'])(
    'none for the machine itself: %s',
    (host) => {
      expect(via(new URL(`http://${host}/`), { HTTP_PROXY: 'p:1' })).toBeUndefined();
    },
  );

  it('127.evil.example is not the machine itself', () => {
    expect(via(new URL('http://127.evil.example/'), { HTTP_PROXY: 'p:1' })).toBe('http://p:1/');
  });

  it.each(['socks5://proxy:1080', 'http://', '://', 'http://user:secret-word@:1'])(
    '%j is an error that does not repeat it',
    (value) => {
      let message = '';
      try {
        proxyFor(https, { HTTPS_PROXY: value });
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain('HTTPS_PROXY');
      expect(message).not.toContain('secret-word');
    },
  );
});

describe('NO_PROXY', () => {
  it.each([
    '*',
    'sentry.test',
    'SENTRY.TEST',
    '.test',
    'test',
    '*.test',
    'sentry.test:443',
    'a.b, sentry.test',
    'a.b sentry.test',
  ])('%j leaves the proxy out', (list) => {
    expect(via(https, { HTTPS_PROXY: 'p:1', NO_PROXY: list })).toBeUndefined();
    expect(via(https, { HTTPS_PROXY: 'p:1', no_proxy: list })).toBeUndefined();
  });

  it.each(['entry.test', 'sentry.test:8443', 'sentry.testing', 'my.sentry.test', '', ','])('%j does not', (list) => {
    expect(via(https, { HTTPS_PROXY: 'p:1', NO_PROXY: list })).toBe('http://p:1/');
  });

  it('takes address blocks', () => {
    const to = (host: string, block: string) =>
      via(new URL(`https://${host}/`), { HTTPS_PROXY: 'p:1', NO_PROXY: block });
    expect(to('10.1.2.3', '10.0.0.0/8')).toBeUndefined();
    expect(to('11.1.2.3', '10.0.0.0/8')).toBe('http://p:1/');
    expect(to('[fd00::1]', 'fd00::/8')).toBeUndefined();
    expect(to('10.1.2.3', '10.0.0.0/99')).toBe('http://p:1/');
    expect(to('sentry.test', '10.0.0.0/8')).toBe('http://p:1/');
  });
});
