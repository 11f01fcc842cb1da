import fc from 'fast-check';
import { pairFiles } from '../../../src/sourcemaps/pair.js';
import { findSiblings } from '../../../src/sourcemaps/siblings.js';
import type { ScriptScan, SourceFile, Unit } from '../../../src/sourcemaps/types.js';
import type { Probe } from '../../../src/sourcemaps/unpaired.js';

/** `name → reference` for scripts (empty: none; `inline`: a data URL), `name → null` for maps. */
type Table = Readonly<Record<string, string | null>>;

const DATA_URL = 'data:application/json;base64,';

function file(name: string, kind: 'js' | 'map'): SourceFile {
  return { path: `/w/${name}`, name, url: `~/${name}`, size: 1, mtimeMs: 1, kind };
}

function pair(table: Table, probe?: Probe) {
  const files = Object.keys(table).map((name) => file(name, table[name] === null ? 'map' : 'js'));
  return pairOf(files, table, probe);
}

function pairOf(files: readonly SourceFile[], table: Table, probe?: Probe) {
  const scans = new Map<SourceFile, ScriptScan>();
  for (const script of files) {
    const reference = table[script.name];
    if (typeof reference !== 'string') continue;
    if (reference === 'inline') scans.set(script, { reference: DATA_URL, inline: true });
    else scans.set(script, reference === '' ? { inline: false } : { reference, inline: false });
  }
  return pairFiles(files, scans, { urlSuffix: '', ...(probe === undefined ? {} : { probe }) });
}

/** `script=map`, `script=` without one, `=map` for a map alone. */
function pairs(units: readonly Unit[]): string[] {
  return units.map(({ js, map }) => `${js?.name ?? ''}=${map?.name ?? ''}`);
}

describe('which map belongs to a script', () => {
  it.each<[string, Table, string[]]>([
    ['the one its reference names', { 'a.js': 'x.map', 'x.map': null }, ['a.js=x.map']],
    ['relative to the script’s folder', { 'd/a.js': '../m/x.map', 'm/x.map': null }, ['d/a.js=m/x.map']],
    ['./ means nothing', { 'd/a.js': './a.js.map', 'd/a.js.map': null }, ['d/a.js=d/a.js.map']],
    ['query and fragment are cut', { 'a.js': 'a.js.map?v=1#x', 'a.js.map': null }, ['a.js=a.js.map']],
    [
      'percent-encoding is undone',
      { 'my app.js': 'my%20app.js.map', 'my app.js.map': null },
      ['my app.js=my app.js.map'],
    ],
    ['text as it stands counts too', { '100%.js': '100%.js.map', '100%.js.map': null }, ['100%.js=100%.js.map']],
    ['an encoded name that exists so', { 'a.js': 'a%20b.map', 'a%20b.map': null }, ['a.js=a%20b.map']],
    ['encoded slashes', { 'a.js': 'm%2Fa.map', 'm/a.map': null }, ['a.js=m/a.map']],
    [
      'brackets as in Next.js',
      { '[id]-1.js': '%5Bid%5D-1.js.map', '[id]-1.js.map': null },
      ['[id]-1.js=[id]-1.js.map'],
    ],
    ['backslashes of a Windows build', { 'd/a.js': '..\\m\\a.map', 'm/a.map': null }, ['d/a.js=m/a.map']],
    ['a path on the site, by URL', { 's/a.js': '/m/a.map', 'm/a.map': null }, ['s/a.js=m/a.map']],
    ['a path on the site, by name', { 's/a.js': '/t/a.js.map', 's/a.js.map': null }, ['s/a.js=s/a.js.map']],
    ['a remote address, by name', { 'a.js': 'https://cdn.example.com/a.js.map', 'a.js.map': null }, ['a.js=a.js.map']],
    ['a file: address is remote as well', { 'a.js': 'file:///etc/passwd', 'a.js.map': null }, ['a.js=a.js.map']],
    ['a protocol-relative address too', { 'a.js': '//cdn/a.js.map', 'a.js.map': null }, ['a.js=a.js.map']],
    ['a drive letter too', { 'a.js': 'C:\\build\\a.js.map', 'a.js.map': null }, ['a.js=a.js.map']],
    ['an empty reference is none', { 'a.js': '?x', 'a.js.map': null }, ['a.js=a.js.map']],
    ['an inline map wins over one beside', { 'a.js': 'inline', 'a.js.map': null }, ['a.js=', '=a.js.map']],
    ['a missing reference is not replaced by a guess', { 'a.js': 'b.map', 'a.js.map': null }, ['a.js=', '=a.js.map']],
  ])('%s', (_, table, expected) => {
    expect(pairs(pair(table).units)).toEqual(expected);
  });

  it.each<[string, Table, string[]]>([
    [
      'foo.map before foo.min.js.map, as sentry-cli',
      { 'foo.min.js': '', 'foo.map': null, 'foo.min.js.map': null },
      ['foo.min.js=foo.map', '=foo.min.js.map'],
    ],
    ['foo.js.map', { 'foo.js': '', 'foo.js.map': null }, ['foo.js=foo.js.map']],
    ['foo.map', { 'foo.js': '', 'foo.map': null }, ['foo.js=foo.map']],
    ['foo.js.map for foo.min.js', { 'foo.min.js': '', 'foo.js.map': null }, ['foo.min.js=foo.js.map']],
    ['foo.min.map for foo.min.js', { 'foo.min.js': '', 'foo.min.map': null }, ['foo.min.js=foo.min.map']],
    ['foo.abc.map for foo.abc.js', { 'foo.abc.js': '', 'foo.abc.map': null }, ['foo.abc.js=foo.abc.map']],
    ['not bar.map', { 'foo.js': '', 'bar.map': null }, ['=bar.map', 'foo.js=']],
    ['not in another folder', { 'a/foo.js': '', 'b/foo.js.map': null }, ['a/foo.js=', '=b/foo.js.map']],
    [
      'not one that another script refers to',
      { 'foo.js': '', 'x.js': 'foo.js.map', 'foo.js.map': null },
      ['foo.js=', 'x.js=foo.js.map'],
    ],
    [
      'not one that two scripts would guess',
      { 'foo.js': '', 'foo.min.js': '', 'foo.map': null },
      ['foo.js=', '=foo.map', 'foo.min.js='],
    ],
  ])('guesses by name: %s', (_, table, expected) => {
    expect(pairs(pair(table).units)).toEqual(expected);
  });

  it.each<[string, Table, string[]]>([
    ['one other folder', { 'code/a.js': 'a.js.map', 'maps/a.js.map': null }, ['code/a.js=maps/a.js.map']],
    ['anywhere in the path', { 'd/code/x/a.js': 'a.map', 'd/maps/x/a.map': null }, ['d/code/x/a.js=d/maps/x/a.map']],
    ['not two other folders', { 'code/x/a.js': 'a.map', 'maps/y/a.map': null }, ['code/x/a.js=', '=maps/y/a.map']],
    ['not another depth', { 'code/a.js': 'a.map', 'code/maps/a.map': null }, ['code/a.js=', '=code/maps/a.map']],
    ['not another name', { 'code/a.js': 'a.map', 'code/b.map': null }, ['code/a.js=', '=code/b.map']],
    [
      'not when there are two',
      { 'code/a.js': 'a.map', 'm/a.map': null, 'n/a.map': null },
      ['code/a.js=', '=m/a.map', '=n/a.map'],
    ],
    [
      'the script beside the map has it',
      { 'code/a.js': 'a.js.map', 'maps/a.js': 'a.js.map', 'maps/a.js.map': null },
      ['code/a.js=', 'maps/a.js=maps/a.js.map'],
    ],
    [
      'not for scripts without a reference',
      { 'code/a.js': '', 'maps/a.js.map': null },
      ['code/a.js=', '=maps/a.js.map'],
    ],
  ])('looks in sibling folders: %s', (_, table, expected) => {
    expect(pairs(pair(table).units)).toEqual(expected);
  });

  it('finds in sibling folders what a search through all maps finds', () => {
    const folders = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 });
    const name = folders.map((parts) => [...parts, 'x.map'].join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 20 }), name, (names, wanted) => {
        const maps = names
          .filter((other) => other !== wanted)
          .sort()
          .map((other) => file(other, 'map'));
        const parts = wanted.split('/');
        const searched = maps.filter((map) => {
          const others = map.name.split('/');
          return others.length === parts.length && parts.filter((part, index) => part !== others[index]).length === 1;
        });
        expect(findSiblings(() => maps)(wanted)).toEqual(searched);
      }),
    );
  });

  it.each([
    ['a map that they all name', (index: number) => ({ [`s${index}.js`]: 'app.js.map', 'app.js.map': null })],
    [
      'maps of their name, none beside them',
      (index: number) => ({ [`a${index}/x.js`]: 'x.js.map', [`b${index}/c/x.js.map`]: null }),
    ],
    [
      'maps of their name, each in a sibling folder of all',
      (index: number) => ({ [`a${index}/x.js`]: 'x.js.map', [`b${index}/x.js.map`]: null }),
    ],
  ])('takes no time by the square of how many scripts there are: %s', (_, entries) => {
    const table: Table = Object.assign({}, ...Array.from({ length: 6_000 }, (_item, index) => entries(index)));
    const from = performance.now();
    expect(pair(table).units.length).toBeGreaterThanOrEqual(6_000);
    expect(performance.now() - from).toBeLessThan(3_000);
  });

  it.each<[string, Table, string[]]>([
    [
      'to the script of its name',
      { 'a.js': 'z.js.map', 'z.js': 'z.js.map', 'z.js.map': null },
      ['a.js=', 'z.js=z.js.map'],
    ],
    ['to the script of a usual name', { 'a.js': 'z.map', 'z.js': 'z.map', 'z.map': null }, ['a.js=', 'z.js=z.map']],
    [
      'else to the lower URL',
      { 'b.js': 'z.map', 'c.js': 'z.map', 'a.js': 'y.map', 'z.map': null },
      ['a.js=', 'b.js=z.map', 'c.js='],
    ],
  ])('gives a map to one script: %s', (_, table, expected) => {
    expect(pairs(pair(table).units)).toEqual(expected);
  });

  it('knows a map by another path of the same file', () => {
    const map = file('maps/a.js.map', 'map');
    const script = file('d/a.js', 'js');
    const { units } = pairOf([script, map], { 'd/a.js': 'a.js.map' }, (name) =>
      name === 'd/a.js.map' ? map : undefined,
    );
    expect(pairs(units)).toEqual(['d/a.js=maps/a.js.map']);
  });
});

describe('why a script has no map', () => {
  it.each<[string, Table, string, string, RegExp]>([
    [
      'no reference',
      { 'a.js': '' },
      'a.js',
      'no-map',
      /no sourceMappingURL comment, and no map beside it has its name\.$/,
    ],
    ['a missing file', { 'a.js': 'b.map' }, 'a.js', 'no-map', /says its source map is "b\.map", but no such file/],
    [
      'a remote address',
      { 'a.js': 'https://x.y/a.map?key=1' },
      'a.js',
      'no-map',
      /at "https:\/\/x\.y\/a\.map"; addresses are never fetched/,
    ],
    ['a path on the site', { 'a.js': '/m/a.map' }, 'a.js', 'no-map', /no file has that URL.*See url_prefix/],
    [
      'a way out of the workspace',
      { 'd/a.js': '../../x.map' },
      'd/a.js',
      'no-map',
      /refers to "\.\.\/\.\.\/x\.map", which leads out of the workspace/,
    ],
    ['an encoded way out', { 'a.js': '..%2F..%2Fetc%2Fpasswd' }, 'a.js', 'no-map', /no such file|leads out/],
    [
      'several candidates',
      { 'c/a.js': 'a.map', 'm/a.map': null, 'n/a.map': null },
      'c/a.js',
      'ambiguous-map',
      /none is taken: m\/a\.map, n\/a\.map\./,
    ],
    [
      'a map of another script',
      { 'a.js': 'z.js.map', 'z.js': 'z.js.map', 'z.js.map': null },
      'a.js',
      'map-taken',
      /refers to z\.js\.map, but that belongs to z\.js/,
    ],
    [
      'a guess that belongs to another',
      { 'f.js': '', 'x.js': 'f.map', 'f.map': null },
      'f.js',
      'map-taken',
      /have the map f\.map, but that belongs to x\.js/,
    ],
    [
      'a guess that two share',
      { 'f.js': '', 'f.min.js': '', 'f.map': null },
      'f.js',
      'map-taken',
      /have the map f\.map, but so would f\.min\.js\. Put/,
    ],
  ])('is said: %s', (_, table, name, kind, message) => {
    const unit = pair(table).units.find(({ js }) => js?.name === name);
    expect(unit?.map).toBeUndefined();
    expect(unit?.unpaired).toMatchObject({ kind, file: name, severity: 'warning' });
    expect(unit?.unpaired?.message).toMatch(message);
  });

  it.each<[string, Table, string]>([
    ['of the same name elsewhere', { 'a/x.js': '', 'z/q/x.js.map': null }, 'z/q/x.js.map'],
    ['beside it, that the reference misses', { 'x.js': 'y.map', 'x.js.map': null }, 'x.js.map'],
    ['with a name like it', { 'main-abc1.js': 'main-abc1.js.map', 'main-abc2.js.map': null }, 'main-abc2.js.map'],
  ])('with the nearest candidate: %s', (_, table, nearest) => {
    const unit = pair(table).units.find(({ js }) => js !== undefined);
    expect(unit?.unpaired?.message).toContain(`The nearest map is ${nearest}.`);
  });

  it('is that the file is there but not in the set', () => {
    const { units } = pair({ 'a.js': 'a.js.map', 'b.js': '' }, (name) =>
      name === 'a.js.map' || name === 'b.js.map' ? 'on-disk' : undefined,
    );
    for (const unit of units)
      expect(unit.unpaired?.message).toMatch(/exists but is not among the files: add it to sourcemaps/);
  });

  it('keeps an endless reference short', () => {
    const [unit] = pair({ 'a.js': 'x'.repeat(100_000) }).units;
    expect(unit?.unpaired?.message.length).toBeLessThan(500);
  });

  it('leaves a script out that could not be read, and names it', () => {
    const script = file('a.js', 'js');
    const { units, diagnoses } = pairFiles([script], new Map([[script, { inline: false, failure: 'EACCES' }]]), {
      urlSuffix: '',
    });
    expect(units).toEqual([]);
    expect(diagnoses).toMatchObject([
      { kind: 'unreadable', file: 'a.js', severity: 'error', message: expect.stringContaining('EACCES') },
    ]);
  });
});

describe('the sourcemap header', () => {
  it.each<[string, Table, string | undefined]>([
    [
      'is the reference as written, without query and fragment',
      { 'my app.js': 'my%20app.js.map?x#y', 'my app.js.map': null },
      'my%20app.js.map',
    ],
    ['is the guessed file name', { 'd/foo.js': '', 'd/foo.map': null }, 'foo.map'],
    [
      'is the guessed file name for remote addresses',
      { 'foo.js': 'https://x.y/z.map', 'foo.js.map': null },
      'foo.js.map',
    ],
    ['stays when the map is missing', { 'foo.js': 'z.map' }, 'z.map'],
    ['is absent when nothing is known', { 'foo.js': '' }, undefined],
    ['is absent for inline maps', { 'foo.js': 'inline' }, undefined],
  ])('%s', (_, table, expected) => {
    expect(pair(table).units.find(({ js }) => js !== undefined)?.reference).toBe(expected);
  });
});

describe('the order of units', () => {
  it('is that of the script’s URL in bytes; a map alone stands by its own URL', () => {
    const table = { 'b.js': '', 'a.map': null, '😀.js': '', '\uFF5E.js': '', 'B.js': '', 'c.map': null };
    expect(pairs(pair(table).units)).toEqual(['B.js=', '=a.map', 'b.js=', '=c.map', '\uFF5E.js=', '😀.js=']);
  });

  it('and everything else is the same for every order of the files', () => {
    const folder = fc.constantFrom('', 'a/', 'b/', 'a/c/');
    const script = fc.tuple(folder, fc.constantFrom('x.js', 'y.js', 'x.min.js')).map((parts) => parts.join(''));
    const map = fc.tuple(folder, fc.constantFrom('x.map', 'x.js.map', 'y.js.map')).map((parts) => parts.join(''));
    const reference = fc.constantFrom(
      '',
      'inline',
      'x.map',
      'x.js.map',
      '../b/x.js.map',
      '/a/x.map',
      'https://h/x.map',
      '../../../x',
    );
    const table = fc
      .tuple(fc.dictionary(script, reference, { maxKeys: 8 }), fc.dictionary(map, fc.constant(null), { maxKeys: 6 }))
      .map(([scripts, maps]): Table => ({ ...scripts, ...maps }));
    const shuffled = table.chain((entries) =>
      fc.tuple(
        fc.constant(entries),
        fc.shuffledSubarray(Object.keys(entries), { minLength: Object.keys(entries).length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([entries, order]) => {
        const sorted = Object.keys(entries).sort();
        const files = new Map(sorted.map((name) => [name, file(name, entries[name] === null ? 'map' : 'js')]));
        const run = (names: readonly string[]) =>
          pairOf(
            names.flatMap((name) => files.get(name) ?? []),
            entries,
          );
        const expected = run(sorted);
        expect(run(order)).toEqual(expected);
        const maps = expected.units.flatMap(({ map }) => map?.name ?? []);
        expect(maps.slice().sort()).toEqual(sorted.filter((name) => entries[name] === null));
      }),
      { numRuns: 300 },
    );
  });
});
