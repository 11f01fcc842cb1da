import { planSourceMaps } from '../../../src/sourcemaps/plan.js';
import { makeTree, recordingLog, removeTrees, sourceMapInputs } from './workspace.js';

afterAll(removeTrees);

it('counts no file that is not injected', async () => {
  const page = `<link rel="stylesheet" href="a.css" integrity="${HASH}"><script src="a.css" integrity="${HASH}"></script>`;
  expect(
    await diagnosed({ 'dist/a.css': 'a{}', 'dist/b.js': 'b()', 'dist/index.html': page }, true, ['dist', 'dist/a.css']),
  ).toEqual([]);
});

async function diagnosed(
  files: Readonly<Record<string, string>>,
  inject = true,
  patterns: readonly string[] = ['dist'],
) {
  const root = makeTree(files);
  const inputs = { workspace: root, workingDirectory: root, dryRun: false };
  const plan = await planSourceMaps(
    { ...inputs, sourcemaps: sourceMapInputs(patterns, { inject }) },
    recordingLog().log,
  );
  return plan.diagnoses
    .filter(({ kind }) => kind === 'integrity-hash')
    .map(({ file, message }) => `${file}: ${message}`);
}

const HASH = 'sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC';

describe('hashes that injection breaks', () => {
  it.each([
    ['a script tag', `<script src="/app.js" integrity="${HASH}"></script>`],
    ['attributes in any order, quotes and case', `<SCRIPT\n Integrity='${HASH}'\n defer SRC=app.js></SCRIPT>`],
    ['a modulepreload link', `<link rel="modulepreload" href="./app.js?v=1" integrity="${HASH}">`],
    ['an absolute address', `<script src="https://cdn.example.com/shop/app.js" integrity="${HASH}"></script>`],
    ['an encoded path', `<script src="%61pp.js" integrity="${HASH}"></script>`],
    ['an import map', `<script type="importmap">{"integrity":{"/app.js":"${HASH}"}}</script>`],
  ])('are found in %s', async (_, html) => {
    const [line] = await diagnosed({ 'dist/app.js': 'a()', 'dist/index.html': html });
    expect(line).toMatch(/^dist\/index\.html: holds hashes of dist\/app\.js, .* Compute the hashes after this step/);
  });

  it('are found in the table of Angular’s service worker', async () => {
    const table = JSON.stringify({ hashTable: { '/main.js': 'abc', '/x.css': 'def' } });
    const [line] = await diagnosed({ 'dist/browser/main.js': 'a()', 'dist/browser/ngsw.json': table });
    expect(line).toMatch(/^dist\/browser\/ngsw\.json: holds hashes of dist\/browser\/main\.js, .* ngsw-config/);
  });

  it.each([
    ['of a file pattern', ['dist/app.js']],
    ['of a glob', ['dist/*.js']],
  ])('are found beside the scripts %s', async (_, patterns) => {
    const files = { 'dist/app.js': 'a()', 'dist/index.html': `<script src="app.js" integrity="${HASH}"></script>` };
    expect(await diagnosed(files, true, patterns)).toHaveLength(1);
  });

  it.each([
    ['there is no hash', 'a()', '<script src="app.js"></script>', true],
    ['the hash is of another file', 'a()', `<script src="other.js" integrity="${HASH}"></script>`, true],
    ['nothing is injected', 'a()', `<script src="app.js" integrity="${HASH}"></script>`, false],
    [
      'the script has an id already',
      'a()\n//# debugId=11111111-2222-4333-8444-555555555555\n',
      `<script src="app.js" integrity="${HASH}"></script>`,
      true,
    ],
    ['the page is broken', 'a()', `<script integrity="${HASH}`, true],
  ])('are not seen where %s', async (_, code, html, inject) => {
    expect(await diagnosed({ 'dist/app.js': code, 'dist/index.html': html }, inject)).toEqual([]);
  });

  it('are looked for in the right one of several scripts of a name', async () => {
    const html = `<script src="/b/app.js" integrity="${HASH}"></script>`;
    const files = { 'dist/a/app.js': 'a()', 'dist/b/app.js': 'b()', 'dist/a/index.html': html };
    expect((await diagnosed(files))[0]).toContain('hashes of dist/b/app.js,');
  });

  it('cost no time on a hostile page', async () => {
    const html = `${'<script '.repeat(50_000)}${'integrity=sha1 '.repeat(50_000)}`;
    expect(await diagnosed({ 'dist/app.js': 'a()', 'dist/index.html': html })).toEqual([]);
  }, 5000);

  it('are looked up, not searched: forty thousand hashes and a thousand scripts of one name', async () => {
    const scripts = Array.from({ length: 1_000 }, (_, index) => [`dist/${index}/index.js`, 'a()'] as const);
    const tags = Array.from({ length: 40_000 }, (_, index) => `<script integrity=sha1 src=/x/${index}/index.js>`);
    const from = performance.now();
    const [line] = await diagnosed({ ...Object.fromEntries(scripts), 'dist/index.html': tags.join('') });
    expect(line).toMatch(/^dist\/index\.html: holds hashes of dist\/0\/index\.js, dist\/1\/index\.js, .* and 997 more/);
    expect(performance.now() - from).toBeLessThan(4_000);
  });

  it('name paths of any length: two megabytes of dots, which would take hours to normalize, are passed over', async () => {
    const table = JSON.stringify({ hashTable: { [`/${'../'.repeat(600_000)}main.js`]: 'abc', '/main.js': 'def' } });
    expect(await diagnosed({ 'dist/main.js': 'a()', 'dist/ngsw.json': table })).toHaveLength(1);
  });
});
