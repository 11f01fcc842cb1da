import { readdirSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { read } from './repository.js';

/** What users run is dist/index.js: every package in it is known, licensed and pinned. */

const LICENSES = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'BlueOak-1.0.0'];

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly link?: boolean;
}

const bundle = read('dist/index.js');
const locked = (JSON.parse(read('package-lock.json')) as { packages: Readonly<Record<string, Locked>> }).packages;

/** Folders of node_modules from which something is in the bundle: webpack keeps the path of each module. */
function bundledFolders(): string[] {
  const paths = bundle.matchAll(/\.\/(node_modules\/(?:[^"'\s]*\/node_modules\/)?(?:@[\w.-]+\/)?[\w.-]+)\//g);
  return [...new Set([...paths].map(([, folder = '']) => folder))].sort();
}

/** The text of a file, or of all files of a folder, of the packages as npm installs them. */
function sourceOf(path: string): string {
  const whole = join('node_modules', path);
  return statSync(whole).isFile()
    ? read(whole)
    : readdirSync(whole)
        .map((name) => read(join(whole, name)))
        .join('\n');
}

interface Row {
  readonly name: string;
  readonly version: string | undefined;
  readonly license: string | undefined;
}

const bundled: readonly Row[] = bundledFolders().map((folder) => ({
  name: folder.split('node_modules/').at(-1) ?? '',
  version: locked[folder]?.version,
  license: locked[folder]?.license,
}));

const listed: readonly Row[] = [...read('THIRD_PARTY.md').matchAll(/^\| (\S+) \| (\d\S*) \| (\S+) \|/gm)].map(
  ([, name = '', version, license]) => ({ name, version, license }),
);

it('the packages in dist are those of THIRD_PARTY.md, with version and license', () => {
  expect(bundled.length).toBeGreaterThan(3);
  expect(bundled).toEqual(listed);
});

it('every package in dist may be bundled, and its license is shipped', () => {
  const notices = read('dist/licenses.txt');
  for (const { name, license } of bundled) {
    expect(LICENSES).toContain(license);
    expect(`\n${notices}`).toContain(`\n${name}\n${license}\n`);
  }
});

it('every line of dist is from our source or from one of these packages', () => {
  const origins = [...bundle.matchAll(/^;\/\/ CONCATENATED MODULE: (\S+)/gm)].map(([, path = '']) => path);
  const strange = origins.filter((path) => !/^(\.\/src\/|\.\/node_modules\/|external$)/.test(path));
  expect(origins.length).toBeGreaterThan(100);
  expect(strange).toEqual([]);
});

it('nothing in dist is loaded from elsewhere when it runs, but for what Node brings', () => {
  const imports = [...bundle.matchAll(/__WEBPACK_EXTERNAL_createRequire\(import\.meta\.url\)\("([^"]+)"\)/g)];
  const statics = [...bundle.matchAll(/^import .* from "([^"]+)";$/gm)];
  const names = [...new Set([...imports, ...statics].map(([, name = '']) => name))];
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => !isBuiltin(name))).toEqual([]);
});

it.each([
  ['mock agents', 'undici/lib/mock', /class MockAgent\b/],
  ['WebSocket', 'undici/lib/web/websocket', /class WebSocket\b/],
  ['cookies and the cache of pages', 'undici/lib/web/cache', /class CacheStorage\b/],
  ['HTTP/2', 'undici/lib/dispatcher/client-h2.js', /function parseH2Headers\b/],
  ['the OIDC client', '@actions/core/lib/oidc-utils.js', /class OidcClient\b/],
  ["a shell's answers about the platform", '@actions/core/lib/platform.js', /Get-CimInstance/],
])('dist holds nothing of what no run uses: %s', (_name, path, sign) => {
  expect(sign.test(sourceOf(path))).toBe(true);
  expect(sign.test(bundle)).toBe(false);
});

it('package.json pins exact versions', () => {
  const { dependencies, devDependencies, overrides } = JSON.parse(read('package.json')) as Readonly<
    Record<string, Readonly<Record<string, string>>>
  >;
  const all = { ...dependencies, ...devDependencies, ...overrides };
  expect(Object.keys(all).length).toBeGreaterThan(10);
  for (const [name, version] of Object.entries(all))
    expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
});

it('the lock file holds a hash of every package, and the address of no registry', () => {
  const packages = Object.entries(locked).filter(([folder]) => folder !== '');
  expect(packages.length).toBeGreaterThan(100);
  for (const [folder, { integrity, resolved }] of packages) {
    expect([folder, integrity, resolved]).toEqual([folder, expect.stringMatching(/^sha512-/), undefined]);
  }
});

it('no package runs a script when it is installed', () => {
  expect(read('.npmrc')).toContain('ignore-scripts=true');
  for (const folder of bundledFolders()) expect(locked[folder]?.hasInstallScript).toBeUndefined();
});
