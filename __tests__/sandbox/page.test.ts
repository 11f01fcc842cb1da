import { renderPage } from '../../sandbox/page.js';
import { bytes, count, html, list } from '../../sandbox/page-html.js';
import { ENGINE_CODE } from '../../sandbox/resolve-lookup.js';
import { createIds, createState } from '../../sandbox/state/create.js';
import { sampleView } from './page-view.js';

describe('the page', () => {
  it('shows what arrived: release, commits, deploys, bundles with files and debug ids, requests', () => {
    const page = renderPage(sampleView());
    for (const text of [
      'shop@1.4.0',
      'finalized',
      '4f1c9a2be0d3',
      'Give coffee a rate',
      'production',
      '5f1c7d1e-0b0c-5a55-9f0e-2f6e3f1a9c77',
      '~/assets/order-57Q3IVXK.js.map',
      '18.2 kB',
      'shop@1.4.0 (dist d1)',
      'acme/webapp (integrations:github)',
      '/api/0/organizations/acme/releases/',
    ]) {
      expect(page).toContain(text);
    }
  });

  it('shows the last stack before and after, with the line it comes to, and why a frame stays as it is', () => {
    const page = renderPage(sampleView());
    expect(page).toContain('at i (https://shop.example/assets/order-57Q3IVXK.js:1:161)');
    expect(page).toContain('1 of 2 frames of the app resolved');
    expect(page).toMatch(/discountRate<\/b>\s*<code class="soft">\.\.\/\.\.\/src\/checkout\/coupons\.ts:14:11/);
    expect(page).toMatch(/class="hit"><i>14<\/i> {4}throw new RangeError/);
    expect(page).toContain('no bundle holds shop@1.4.0');
  });

  it('does not count frames of the engine, which nobody has a map of, and does not call them unresolved', () => {
    const view = sampleView();
    if (view.lastStack === undefined) throw new Error('the sample has a stack');
    const [first, second] = view.lastStack.frames;
    if (first === undefined || second === undefined) throw new Error('the sample has two frames');
    const engine = { ...second, reason: ENGINE_CODE };
    const page = renderPage({ ...view, lastStack: { ...view.lastStack, frames: [first, engine] } });
    expect(page).toContain('1 of 1 frames of the app resolved');
    expect(page).toContain(`<span class="soft">${ENGINE_CODE}</span>`);
    expect(page).not.toContain('not resolved');
  });

  it('names an entry that the manifest lists and the archive lacks', () => {
    expect(renderPage(sampleView())).toMatch(/gone\.js<\/code>[\s\S]*not in the archive/);
  });

  it('escapes every value, wherever it comes from', () => {
    const evil = `"><script>alert('1')</script>&amp;`;
    const page = renderPage(sampleView(evil));
    expect(page).not.toContain('<script');
    expect(page).not.toContain(evil);
    expect(page.match(/&quot;&gt;&lt;script&gt;/g)?.length).toBeGreaterThan(8);
  });

  it('links http addresses only', () => {
    const page = renderPage(sampleView());
    expect(page).toContain('href="https://github.com/acme/webapp/actions/runs/7"');
    expect(page).not.toContain('href="javascript:');
  });

  it('is readable when nothing arrived yet', () => {
    const state = createState({ organizations: [{ slug: 'acme' }] }, createIds(), 0);
    const page = renderPage({ url: 'http://127.0.0.1:1', state, requests: [], lastStack: undefined });
    expect(page).toContain('No release yet.');
    expect(page).toContain('No bundle yet.');
    expect(page).not.toContain('Last stack');
  });

  it('shows no more rows than a browser opens at once, and says how many there are', () => {
    const view = sampleView();
    const bundle = view.state.organizations.get('acme')?.bundles[0];
    if (bundle === undefined) throw new Error('no bundle');
    bundle.files = Array.from({ length: 5000 }, (_, index) => ({
      ...{ path: `f${index}`, url: `~/f${index}.js`, type: 'minified_source', headers: new Map(), debugId: undefined },
    }));
    const page = renderPage(view);
    expect(page).toContain('5000 files');
    expect(page).toContain('… and 4800 more');
    expect(page.length).toBeLessThan(100_000);
  });
});

describe('markup', () => {
  it('takes plain text as text, and pieces as pieces', () => {
    expect(html`<b a="${'"<'}">${list(['&', "'"], (item) => html`<i>${item}</i>`)}</b>${undefined}${3}`.markup).toBe(
      '<b a="&quot;&lt;"><i>&amp;</i><i>&#39;</i></b>3',
    );
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [18_211, '18.2 kB'],
    [4_294_967_296, '4.3 GB'],
  ])('%d bytes are %s', (size, text) => {
    expect(bytes(size)).toBe(text);
    expect([count(1, 'file'), count(2, 'file')]).toEqual(['1 file', '2 files']);
  });
});
