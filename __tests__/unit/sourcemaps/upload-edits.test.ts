import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Folder } from '../../../scripts/inject-run.js';
import { processUnit } from '../../../src/sourcemaps/process.js';
import type { EditOptions } from '../../../src/sourcemaps/types.js';
import { itWithLinks, makeLinks } from '../../support/platform.js';
import { editOptions, sourceFile } from './inject-support.js';

const SECRET = 'TOP-SECRET-BYTES';
const JS = 'foo();\n//# sourceMappingURL=app.js.map\n';

interface Uploaded {
  readonly map: Record<string, unknown>;
  readonly raw: string;
  readonly disk: Record<string, unknown>;
  readonly kinds: readonly string[];
  readonly told: string;
}

const folders: Folder[] = [];
afterAll(() => {
  for (const folder of folders) folder.remove();
});

/** A workspace `w` in a folder that also holds what must not be reached; the map is `w/dist/app.js.map`. */
function upload(map: object | string, files: Record<string, string>, change: Partial<EditOptions> = {}): Uploaded {
  const folder = new Folder({ 'secret.txt': SECRET, 'w-evil/secret.txt': SECRET });
  folders.push(folder);
  const workspace = realpathSync(ensure(join(folder.root, 'w')));
  const text = (typeof map === 'string' ? map : JSON.stringify(map)).replaceAll('$ROOT', forward(folder.root));
  folder.write('w/dist/app.js', JS);
  folder.write('w/dist/app.js.map', text);
  const links = new Map<string, string>();
  for (const [name, content] of Object.entries(files)) {
    if (content.startsWith('-> ')) links.set(join(workspace, name), content.slice(3).replaceAll('$ROOT', folder.root));
    else folder.write(`w/${name}`, content);
  }
  makeLinks(links);
  const unit = { js: sourceFile(folder, 'w/dist/app.js'), map: sourceFile(folder, 'w/dist/app.js.map') };
  const options = editOptions(folder, { workspace, workingDirectory: workspace, ...change });
  const result = processUnit(unit, options);
  const raw = Buffer.concat(result.artifacts[1]?.pieces ?? []).toString();
  return {
    raw,
    map: JSON.parse(raw) as Record<string, unknown>,
    disk: JSON.parse(folder.text('w/dist/app.js.map')) as Record<string, unknown>,
    kinds: result.diagnoses.map(({ kind }) => kind),
    told: result.diagnoses.map(({ message }) => message).join('\n'),
  };
}

/** As it stands in a map, where a backslash would be an escape. */
const forward = (path: string) => path.replaceAll('\\', '/');

function ensure(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}

const mapOf = (sources: unknown[], more: object = {}) => ({ version: 3, sources, names: [], mappings: '', ...more });

describe('missing content is read from the workspace, for the upload alone', () => {
  it.each([
    ['relative to the map first', '../src/a.ts', { 'src/a.ts': 'map', 'a.ts': 'x' }, 'map'],
    ['then to the working directory', 'src/a.ts', { 'src/a.ts': 'cwd' }, 'cwd'],
    ['with percent-encoding', '../src/a%20b.ts', { 'src/a b.ts': 'decoded' }, 'decoded'],
    ['by an absolute path inside', '$ROOT/w/src/a.ts', { 'src/a.ts': 'absolute' }, 'absolute'],
    ['by a file URL inside', 'file://$ROOT/w/src/a.ts', { 'src/a.ts': 'url' }, 'url'],
    ['with a name that only starts like a parent', '../..a.ts', { '..a.ts': 'dots' }, 'dots'],
  ])('%s', (_title, source, files, expected) => {
    const { map, disk } = upload(mapOf([source]), files as Record<string, string>);
    expect(map['sourcesContent']).toEqual([expected]);
    expect(disk['sourcesContent']).toBeUndefined();
  });

  itWithLinks('through a link that stays inside', () => {
    const { map } = upload(mapOf(['../link.ts']), { 'src/a.ts': 'linked', 'link.ts': '-> src/a.ts' });
    expect(map['sourcesContent']).toEqual(['linked']);
  });

  it('with sourceRoot in front', () => {
    const { map } = upload(mapOf(['a.ts'], { sourceRoot: '../src/' }), { 'src/a.ts': 'root' });
    expect(map['sourcesContent']).toEqual(['root']);
  });

  it('into the gaps of a list that is too short or holds null; what is there stays as written', () => {
    const text =
      '{"version":3,"sources":["a.ts","b.ts","c.ts",null],"names":[],"mappings":"","sourcesContent":["\\u0041", null ]}';
    const { map, raw, kinds } = upload(text, { 'b.ts': 'b"\n', 'c.ts': 'c', 'a.ts': 'wrong' });
    expect(map['sourcesContent']).toEqual(['A', 'b"\n', 'c', null]);
    expect(raw).toContain('["\\u0041", "b\\"\\n","c",null ]');
    expect(kinds).toContain('map-without-content');
  });

  it('in the maps of sections', () => {
    const { map } = upload(
      { version: 3, sections: [{ offset: { line: 0, column: 0 }, map: mapOf(['a.ts']) }] },
      { 'a.ts': 'in' },
    );
    expect(map).toMatchObject({ sections: [{ map: { sourcesContent: ['in'] } }] });
  });
});

describe('a map cannot make the upload carry what is outside the workspace', () => {
  it.each([
    ['absolute path', '$ROOT/secret.txt', {}],
    ['parents', '../../secret.txt', {}],
    ['many parents', '../../../../../../../../../../../../etc/passwd', {}],
    ['encoded parents', '..%2f..%2fsecret.txt', {}],
    ['file URL', 'file://$ROOT/secret.txt', {}],
    ['file URL with parents', 'file://$ROOT/w/../secret.txt', {}],
    ['file URL in capitals', 'FILE://$ROOT/secret.txt', {}],
    ['file URL of another host', 'file://host/secret.txt', {}],
    ['a folder that starts like the workspace', '../../w-evil/secret.txt', {}],
    ['other scheme', 'webpack:///../../secret.txt', {}],
    ['http', 'http://localhost/secret.txt', {}],
    ['git configuration with its token', '../.git/config', { '.git/config': SECRET }],
    ['environment file', '../.env', { '.env': SECRET }],
    ['environment file of a mode', '../.env.production', { '.env.production': SECRET }],
    ['npm credentials', '../.npmrc', { '.npmrc': SECRET }],
    ['private key', '../id_ed25519', { id_ed25519: SECRET }],
    ['folder', '../src', { 'src/a.ts': SECRET }],
    ['device', '/dev/zero', {}],
    ['NUL byte', '../a\0.ts', {}],
    ['binary file', '../a.ts', { 'a.ts': `${SECRET}\0` }],
    ['empty name', '', {}],
  ])('%s', refused);

  itWithLinks.each([
    ['link to a file', '../link.ts', { 'link.ts': '-> $ROOT/secret.txt' }],
    ['link to a folder', '../link/secret.txt', { link: '-> $ROOT' }],
    ['chain of links', '../one.ts', { 'one.ts': '-> two.ts', 'two.ts': '-> ../secret.txt' }],
    ['link to credentials', '../a.ts', { '.npmrc': SECRET, 'a.ts': '-> .npmrc' }],
  ])('%s', refused);

  function refused(_title: string, source: string, files: object): void {
    const { raw, map, kinds } = upload(mapOf([source]), files as Record<string, string>);
    expect(raw).not.toContain(SECRET);
    expect(raw).not.toContain('root:');
    expect(map['sourcesContent']).toBeUndefined();
    expect(kinds).toContain('map-without-content');
  }

  it('nor through sourceRoot', () => {
    const { raw } = upload(mapOf(['secret.txt'], { sourceRoot: '$ROOT' }), {});
    expect(raw).not.toContain(SECRET);
    expect(upload(mapOf(['secret.txt'], { sourceRoot: pathToFileURL('/').href }), {}).raw).not.toContain(SECRET);
  });
});

describe('a map cannot make the upload grow without bounds', () => {
  it('by naming one big file many times', () => {
    const big = 'x'.repeat(8 << 20);
    const { map, kinds, told } = upload(mapOf(new Array(1_000).fill('../big.ts')), { 'big.ts': big });
    const contents = map['sourcesContent'] as (string | null)[];
    expect(contents.map((text) => text?.length ?? 0)).toEqual([
      ...new Array(8).fill(big.length),
      ...new Array(992).fill(0),
    ]);
    expect(kinds).toContain('map-without-content');
    // It is there: it was only not read once more.
    expect(told).not.toContain('not in the workspace');
  });

  it.each([{}, { stripPrefix: ['a'] }, { stripCommonPrefix: true }])(
    'by a sourceRoot of megabytes before each of many sources: %j',
    (strip) => {
      const from = performance.now();
      const sources = Array.from({ length: 10_000 }, (_, index) => `${index}.ts`);
      const { map, raw } = upload(mapOf(sources, { sourceRoot: 'a/'.repeat(500_000) }), {}, strip);
      expect(map['sources']).toEqual(sources);
      expect(raw.length).toBeLessThan(2_000_000);
      expect(performance.now() - from).toBeLessThan(5_000);
    },
  );

  it('nor cost time by looking for many sources in a folder that takes long to work out', () => {
    const from = performance.now();
    const sources = Array.from({ length: 30_000 }, (_, index) => `${index}.ts`);
    const { kinds } = upload(mapOf(sources, { sourceRoot: 'a/../'.repeat(1_600) }), {});
    expect(kinds).toContain('map-without-content');
    expect(performance.now() - from).toBeLessThan(12_000);
  }, 90_000);

  it('nor cost time by the square of what its sources share', () => {
    const sources = [`/${'a/'.repeat(1_000_000)}x`, `/${'a/'.repeat(500_000)}${'b/'.repeat(500_000)}y`];
    const from = performance.now();
    const { map } = upload(mapOf(sources, { sourcesContent: ['x', 'y'] }), {}, { stripCommonPrefix: true });
    expect(map['sources']).toEqual([`${'a/'.repeat(500_000)}x`, `${'b/'.repeat(500_000)}y`]);
    expect(performance.now() - from).toBeLessThan(5_000);
  });
});

describe('prefixes are removed from the sources of the upload', () => {
  it('the first that matches, with or without its slash', () => {
    const map = mapOf(['/app/src/a.ts', '/app/b.ts', '/application/c.ts'], { sourcesContent: ['a', 'b', 'c'] });
    const { map: uploaded, disk } = upload(map, {}, { stripPrefix: ['/app/src', '/app/'] });
    expect(uploaded['sources']).toEqual(['a.ts', 'b.ts', '/application/c.ts']);
    expect(disk['sources']).toEqual(map.sources);
  });

  it('sourceRoot is part of the path', () => {
    const map = mapOf(['a.ts', '/x/b.ts'], { sourceRoot: '/app/', sourcesContent: ['a', 'b'] });
    const { map: uploaded } = upload(map, {}, { stripPrefix: ['/app'] });
    expect(uploaded).toMatchObject({ sources: ['a.ts', '/x/b.ts'], sourceRoot: '' });
  });

  it('the folder that all absolute sources share', () => {
    const map = mapOf(['/home/ci/app/src/a.ts', '/home/ci/app/lib/b.ts', 'rel.ts'], {
      sourcesContent: ['a', 'b', 'c'],
    });
    const { map: uploaded } = upload(map, {}, { stripCommonPrefix: true });
    expect(uploaded['sources']).toEqual(['src/a.ts', 'lib/b.ts', 'rel.ts']);
  });

  it('never the root alone', () => {
    const map = mapOf(['/a/x.ts', '/b/y.ts'], { sourcesContent: ['a', 'b'] });
    expect(upload(map, {}, { stripCommonPrefix: true }).map['sources']).toEqual(['/a/x.ts', '/b/y.ts']);
  });

  it('unknown keys and formatting stay', () => {
    const text =
      '{"version":3,"x_y":[ 1 ],"sources":[ "/app/\\u0061.ts" ],"sourcesContent":["a"],"names":[],"mappings":""}';
    expect(upload(text, {}, { stripPrefix: ['/app'] }).raw).toContain('"x_y":[ 1 ],"sources":[ "a.ts" ],');
  });
});
