import fc from 'fast-check';
import { isInternal, isSameSite, scriptUrls } from '../../../src/verify/pages.js';

const PAGE = new URL('https://shop.example/app/index.html');
const urls = (html: string) => scriptUrls(html, PAGE).map(({ href }) => href);

it('scripts and preloaded modules are found, however they are written', () => {
  const html = `<!doctype html><head>
    <script src="/static/a.js"></script>
    <SCRIPT async type='module' SRC='b.mjs?v=1&amp;x=2'></SCRIPT>
    <script src=c.js></script>
    <link rel="modulepreload" href="./chunks/d.js">
    <link rel=preload as=script href=//cdn.example/e.js>
    <script data-src="no.js">inline("x.js")</script>
    <!-- <script src="old.js"></script> -->
    <link rel=stylesheet href=f.css><link rel=preload as=style href=g.css><link rel=preload href=font.woff2>
    <script src="/static/a.js#again"></script>
    <script title="a > b" src="h.js"></script>`;
  expect(urls(html)).toEqual([
    'https://shop.example/static/a.js',
    'https://shop.example/app/b.mjs?v=1&x=2',
    'https://shop.example/app/c.js',
    'https://shop.example/app/chunks/d.js',
    'https://cdn.example/e.js',
    'https://shop.example/app/h.js',
  ]);
});

it('the base of the page counts', () => {
  expect(urls('<base href="https://cdn.example/v2/"><script src="a.js">')).toEqual(['https://cdn.example/v2/a.js']);
});

it('only web addresses are taken', () => {
  expect(
    urls(
      '<script src="data:text/javascript,1"><script src="file:///etc/passwd"><script src="javascript:1"><script src="">',
    ),
  ).toEqual([]);
});

it('any page is read without a fault, in time that grows with its size', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (html) => void urls(`<script ${html}`)));
  const started = performance.now();
  urls('<script '.repeat(20_000));
  urls(`<script ${'a="'.repeat(40_000)}`);
  urls('<!--'.repeat(100_000));
  expect(performance.now() - started).toBeLessThan(3000);
});

it('addresses inside a network are told by their looks', () => {
  for (const host of [
    'localhost',
    '127.0.0.1',
    '10.1.2.3',
    '192.168.0.1',
    '172.20.0.1',
    '169.254.169.254',
    '[::1]',
    '[fd00::1]',
    'metadata.google.internal',
    'metadata.google.internal.',
    'localhost.',
  ]) {
    expect([host, isInternal(new URL(`http://${host}/`))]).toEqual([host, true]);
  }
  for (const host of ['shop.example', '172.32.0.1', '11.0.0.1', 'localhost.example', '[2001:db8::1]']) {
    expect([host, isInternal(new URL(`http://${host}/`))]).toEqual([host, false]);
  }
});

it.each([
  ['https://shop.example/', 'https://shop.example/home', true],
  ['http://shop.example/', 'https://shop.example/', true],
  ['https://shop.example/', 'https://www.shop.example/', true],
  ['https://www.shop.example/', 'https://shop.example/', true],
  ['https://shop.example/', 'http://shop.example/', false],
  ['https://shop.example/', 'https://login.shop.example/', false],
  ['https://shop.example/', 'https://shop.example.evil.test/', false],
  ['https://shop.example/', 'http://169.254.169.254/', false],
])('a redirect from %s to %s: followed is %s', (from, to, followed) => {
  expect(isSameSite(new URL(from), new URL(to))).toBe(followed);
});
