import { inject, removeFolders, SNIPPET, TEXT_REFERENCE } from './inject-support.js';

afterAll(removeFolders);

const JS = `foo();\n${TEXT_REFERENCE}`;
const INLINE_JS = `"use strict";foo();\n${TEXT_REFERENCE}`;
const BASE = { version: 3, sources: ['a'], sourcesContent: ['a'], names: [], mappings: 'AAAA' };

function mapAfter(map: string | object, js = JS): string {
  return inject(js, map).map;
}

describe('the map is edited, not written anew', () => {
  it('unknown keys, order and spacing stay', () => {
    const map =
      '{ "x_custom" : {"b":1,\t"a":[2]},\n "mappings":"AAAA" ,"version":3, "sources":["a"],"x_google_ignoreList":[0]}\n';
    const { map: edited, debugId } = inject(JS, map);
    const ids = `, "debugId":"${debugId}", "debug_id":"${debugId}"`;
    const expected = map
      .replace('"AAAA"', '";AAAA"')
      .replace('[0]}', `[0]${`,"debugId":"${debugId}","debug_id":"${debugId}"`}}`);
    expect([expected, expected.replace(/,"debugId".*"(?=})/, ids)]).toContain(edited);
  });

  it('pretty-printed maps stay pretty', () => {
    const { map, debugId } = inject(JS, JSON.stringify(BASE, null, 2));
    expect(map).toBe(JSON.stringify({ ...BASE, mappings: ';AAAA', debugId, debug_id: debugId }, null, 2));
  });

  it.each([
    ['guard line', ")]}'\n"],
    ['guard line with text', ")]}', x\r\n"],
    ['byte order mark', '\ufeff'],
    ['both', '\ufeff)]}\n'],
    ['blank space', ' \n\t'],
  ])('what stands in front of the JSON stays: %s', (_title, front) => {
    const { map, debugId } = inject(JS, front + JSON.stringify(BASE));
    expect(map).toBe(front + JSON.stringify({ ...BASE, mappings: ';AAAA', debugId, debug_id: debugId }));
  });

  it('escapes in other values stay as they were written', () => {
    const map =
      '{"version":3,"sources":["\\u00e9\\/x"],"names":[],"mappings":"AAAA","sourcesContent":["\\ud83d\\ude00"]}';
    expect(mapAfter(map)).toContain('"sources":["\\u00e9\\/x"]');
    expect(mapAfter(map)).toContain('["\\ud83d\\ude00"]');
  });

  it('keys written with escapes are known', () => {
    const map =
      '{"version":3,"s\\u006furces":["a"],"mapp\\u0069ngs":"AAAA","debug\\u0049d":"AAAAAAAABBBB4CCC8DDDEEEEEEEEEEEE"}';
    const injected = inject(JS, map);
    expect(injected.debugId).toBe('aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee');
    expect(injected.map).toContain('"mapp\\u0069ngs":";AAAA"');
  });

  it('mappings written with escapes are moved', () => {
    const map = JSON.stringify(BASE).replace('"AAAA"', '"AAAA\\u003bAACA"');
    expect(JSON.parse(mapAfter(map))).toMatchObject({ mappings: ';AAAA;AACA' });
  });

  it('of duplicate keys the last one counts, as JSON.parse has it', () => {
    const map =
      '{"version":3,"sources":[],"sources":["a"],"mappings":"!","mappings":"AAAA","debugId":"x","debugId":"y"}';
    const { map: edited, debugId } = inject(JS, map);
    expect(edited).toContain('"mappings":"!","mappings":";AAAA"');
    expect(JSON.parse(edited)).toMatchObject({ debugId, debug_id: debugId });
  });

  it('an id under either key is adopted and written under both', () => {
    const id = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
    for (const key of ['debugId', 'debug_id']) {
      const injected = inject(JS, { ...BASE, [key]: id });
      expect(injected.debugId).toBe(id);
      expect(JSON.parse(injected.map)).toMatchObject({ debugId: id, debug_id: id, mappings: ';AAAA' });
    }
  });

  it('of two different ids the one under debugId counts, and then both say it', () => {
    const [one, two] = ['aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee', 'bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee'];
    const injected = inject(JS, { ...BASE, debug_id: two, debugId: one });
    expect(injected.debugId).toBe(one);
    expect(JSON.parse(injected.map)).toMatchObject({ debugId: one, debug_id: one });
  });

  it('an id that is none is replaced', () => {
    const injected = inject(JS, { ...BASE, debugId: 'nope', debug_id: 5 });
    expect(JSON.parse(injected.map)).toMatchObject({ debugId: injected.debugId, debug_id: injected.debugId });
  });
});

describe('positions are moved by exactly what was inserted', () => {
  const width = SNIPPET.exec(inject(INLINE_JS, BASE).js)?.[0].length ?? 0;

  it.each([
    ['nothing mapped', '', ''],
    ['first line', 'AAAA', ';AAAA'],
    ['later lines', ';;AAAA', ';;;AAAA'],
    ['one-field segments', 'A,C;E', ';A,C;E'],
    ['empty segments', ',,A;,', ';,,A;,'],
  ])('a line of its own: %s', (_title, before, after) => {
    expect(JSON.parse(mapAfter({ ...BASE, mappings: before }))).toMatchObject({ mappings: after });
  });

  it('a line in front of code further down leaves the lines before it', () => {
    const js = `// one\n"use strict";\nfoo();\n${TEXT_REFERENCE}`;
    expect(JSON.parse(mapAfter({ ...BASE, mappings: 'AAAA;AAAA;AAAA' }, js))).toMatchObject({
      mappings: 'AAAA;AAAA;;AAAA',
    });
  });

  it('a map that ends before the insertion stays', () => {
    const js = `// one\n// two\nfoo();\n${TEXT_REFERENCE}`;
    expect(JSON.parse(mapAfter({ ...BASE, mappings: 'AAAA' }, js))).toMatchObject({ mappings: 'AAAA' });
  });

  it('columns are UTF-16 units: segments before the insertion stay, those at it and behind move', () => {
    const prologue = '/* é😀 */';
    const js = `${prologue}foo();\n${TEXT_REFERENCE}`;
    const at = prologue.length;
    const cols = [0, at - 1, at, at + 3];
    const moved = cols.map((column) => (column >= at ? column + width : column));
    const encode = (list: number[]) => list.map((column, index) => vlq(column - (list[index - 1] ?? 0))).join(',');
    expect(JSON.parse(mapAfter({ ...BASE, mappings: encode(cols) }, js))).toMatchObject({ mappings: encode(moved) });
  });

  it('unsorted and repeated segments move one by one', () => {
    const cols = [20, 5, 13, 13, 0, 30];
    const moved = cols.map((column) => (column >= 13 ? column + width : column));
    const encode = (list: number[]) => list.map((column, index) => vlq(column - (list[index - 1] ?? 0))).join(',');
    expect(JSON.parse(mapAfter({ ...BASE, mappings: encode(cols) }, INLINE_JS))).toMatchObject({
      mappings: encode(moved),
    });
  });

  it('range mappings move with their lines', () => {
    const map = { ...BASE, mappings: 'AAAA;AAAA', rangeMappings: 'B;B' };
    expect(JSON.parse(mapAfter(map))).toMatchObject({ mappings: ';AAAA;AAAA', rangeMappings: ';B;B' });
  });

  it('a range mapping that may reach over the snippet is named; one behind it is not', () => {
    const named = (rangeMappings: string, js: string) =>
      inject(js, { ...BASE, mappings: 'AAAA;AAAA', rangeMappings }).result.diagnoses.some(({ message }) =>
        message.includes('range mapping'),
      );
    expect(named('B;B', INLINE_JS)).toBe(true);
    expect(named('B;B', `"use strict";\n${JS}`)).toBe(true);
    expect(named(';B', `"use strict";\n${JS}`)).toBe(false);
    expect(named('B;B', JS)).toBe(false);
  });

  it('sections at and behind the insertion move as a whole, one before it moves inside', () => {
    const section = (line: number, column: number, mappings = 'A') => ({
      offset: { line, column },
      map: { ...BASE, mappings },
    });
    const offsets = (map: string) =>
      (JSON.parse(map) as { sections: { offset: object; map: { mappings: string } }[] }).sections.map(
        ({ offset, map: inner }) => [offset, inner.mappings],
      );
    const own = mapAfter({ version: 3, sections: [section(0, 0), section(0, 4), section(2, 1)] });
    expect(offsets(own)).toEqual([
      [{ line: 1, column: 0 }, 'A'],
      [{ line: 1, column: 4 }, 'A'],
      [{ line: 3, column: 1 }, 'A'],
    ]);
    const inline = mapAfter({ version: 3, sections: [section(0, 0, 'A,a'), section(0, 13), section(1, 0)] }, INLINE_JS);
    expect(offsets(inline)).toEqual([
      [{ line: 0, column: 0 }, `A,${vlq(13 + width)}`],
      [{ line: 0, column: 13 + width }, 'A'],
      [{ line: 1, column: 0 }, 'A'],
    ]);
  });

  it('sections that name a URL move too, and one that cannot be moved inside is told of', () => {
    const url = (line: number) => ({ offset: { line, column: 0 }, url: 'x.map' });
    const all = inject(JS, { version: 3, sections: [url(0), url(1)] });
    expect(JSON.parse(all.map)).toMatchObject({ sections: [url(1), url(2)] });
    expect(all.kinds).not.toContain('map-does-not-fit');
    const first = inject(`// c\nfoo();\n${TEXT_REFERENCE}`, { version: 3, sections: [url(0)] });
    expect(first.kinds).toContain('map-does-not-fit');
  });
});

function vlq(value: number): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    text += digits[(rest & 31) | (rest > 31 ? 32 : 0)];
    rest >>= 5;
  } while (rest > 0);
  return text;
}
