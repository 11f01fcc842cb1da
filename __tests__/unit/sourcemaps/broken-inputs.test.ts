import { inject, removeFolders, TEXT_REFERENCE } from './inject-support.js';

afterAll(removeFolders);

const JS = `foo();\n${TEXT_REFERENCE}`;
const BASE = { version: 3, sources: ['a'], names: [], mappings: 'AAAA' };
const json = (change: object) => JSON.stringify({ ...BASE, ...change });

describe('a broken map is reported with the reason, and neither it nor its script is touched', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['empty file', '', 'it is empty'],
    ['text', 'hello', 'no JSON object'],
    ['list', '[]', 'no JSON object'],
    ['JSON of something else', '{"name":"x"}', 'no source map'],
    ['cut', '{"version":3,"sources":[],', 'malformed JSON at byte 26'],
    ['cut in a string', '{"version":3,"sources":["a', 'malformed JSON at byte 26'],
    ['text behind it', `${json({})} x`, 'malformed JSON at byte'],
    ['missing comma', '{"version":3 "mappings":""}', 'malformed JSON at byte 13'],
    ['trailing comma', '{"version":3,}', 'malformed JSON at byte 13'],
    ['control character in a string', '{"version":3,"mappings":"","x":"a\nb"}', 'malformed JSON at byte 33'],
    ['bad escape', '{"version":3,"mappings":"","x":"\\q"}', 'malformed JSON at byte 32'],
    ['bad unicode escape', '{"version":3,"mappings":"","x":"\\u00zz"}', 'malformed JSON at byte 32'],
    ['bad number', '{"version":3,"mappings":"","x":01}', 'malformed JSON at byte 31'],
    ['bad word', '{"version":3,"mappings":"","x":nil}', 'malformed JSON at byte 31'],
    ['very deep', `{"version":3,"x":${'['.repeat(5000)}`, 'malformed JSON at byte'],
    ['invalid UTF-8', Buffer.from([...Buffer.from('{"version":3,"file":"'), 0xff, 0x22, 0x7d]), 'not valid UTF-8'],
    ['version as text', json({ version: '3' }), 'its version is "3", not the number 3'],
    ['other version', json({ version: 2 }), 'its version is 2, not the number 3'],
    ['sources no list', json({ sources: 'a' }), 'its sources are no list'],
    ['sources with a number', json({ sources: [1] }), 'neither text nor null'],
    ['names no list', json({ names: {} }), 'its names are no list'],
    ['contents with a number', json({ sourcesContent: [1] }), 'neither text nor null'],
    ['mappings no text', json({ mappings: 5 }), 'its mappings are no text'],
    ['bad base64', json({ mappings: 'A!AA' }), 'a byte 0x21, no base64 digit, in line 1'],
    ['bad base64 far down', json({ mappings: 'AAAA;;AA=A' }), 'no base64 digit, in line 3'],
    ['two fields', json({ mappings: 'AA' }), 'break off in line 1'],
    ['three fields', json({ mappings: 'AAA;AAAA' }), 'wrong number of fields in line 1'],
    ['six fields', json({ mappings: 'AAAAAA', names: ['x'] }), 'wrong number of fields'],
    ['cut number', json({ mappings: 'AAAg' }), 'break off'],
    ['endless number', json({ mappings: 'gggggggggggggggB' }), 'a number is cut or too big'],
    ['source that is not there', json({ mappings: 'ACAA' }), 'points to source #1, but it has 1'],
    ['source below zero', json({ mappings: 'ADAA' }), 'points to source #-1'],
    ['name that is not there', json({ mappings: 'AAAAA' }), 'points to name #0, but it has 0'],
    ['no sources at all', '{"version":3,"mappings":"AAAA"}', 'points to source #0, but it has 0'],
    ['sections no list', json({ sections: {} }), 'its sections are no list'],
    ['section no object', json({ sections: [1] }), 'its section #0 is no object'],
    ['section without offset', json({ sections: [{ map: BASE }] }), 'its section #0 has no offset'],
    ['offset below zero', json({ sections: [{ offset: { line: -1, column: 0 }, map: BASE }] }), 'is no position'],
    [
      'broken map in a section',
      json({ sections: [{ offset: { line: 0, column: 0 }, map: { ...BASE, mappings: '?' } }] }),
      'no base64',
    ],
    [
      'bad escape in mappings beside sections',
      '{"version":3,"mappings":"\\q","sections":[]}',
      'malformed JSON at byte 25',
    ],
    [
      'bad escape in mappings before null',
      '{"version":3,"mappings":"\\q","mappings":null}',
      'malformed JSON at byte 25',
    ],
    ['bad escape in earlier mappings', '{"version":3,"mappings":"\\q","mappings":""}', 'malformed JSON at byte 25'],
    ['sections without end', nested(60), 'nested too deep'],
  ])('%s', (_title, map, reason) => {
    const injected = inject(JS, map);
    expect(injected.result.artifacts).toEqual([]);
    expect(injected.result.diagnoses).toEqual([
      expect.objectContaining({
        kind: 'map-broken',
        file: 'app.js.map',
        severity: 'error',
        message: expect.stringContaining(reason),
      }),
    ]);
    expect(injected.js).toBe(JS);
    expect(injected.folder.read('app.js.map')).toEqual(Buffer.from(map));
    expect(injected.folder.list()).toEqual(['app.js', 'app.js.map']);
  });

  it.each([
    ['no base64', 'data:application/json;base64,*', 'no valid base64'],
    ['nothing in it', 'data:application/json;base64,', 'no valid base64'],
    ['no comma', 'data:application/json', 'no comma'],
    ['no JSON', 'data:application/json,hello', 'no JSON object'],
  ])('inline: %s', (_title, url, reason) => {
    const js = `foo();\n//# sourceMappingURL=${url}\n`;
    const injected = inject(js);
    expect(injected.js).toBe(js);
    expect(injected.result.artifacts).toEqual([]);
    expect(injected.result.diagnoses[0]).toMatchObject({
      kind: 'map-broken',
      message: expect.stringContaining(reason),
    });
  });

  it('a broken map that was only guessed by name does not keep its script back', () => {
    const injected = inject('foo();\n', '{"version":3,');
    expect(injected.kinds).toEqual(['no-map', 'map-broken']);
    expect(injected.result.artifacts.map(({ name }) => name)).toEqual(['app.js']);
    expect(injected.js).toContain(`//# debugId=${injected.debugId}`);
    expect(injected.map).toBe('{"version":3,');
  });
});

describe('oddities that other tools let pass are no reason to refuse', () => {
  it.each([
    ['no version', '{"sources":["a"],"names":[],"mappings":"AAAA"}'],
    ['version null', json({ version: null })],
    ['version 3.0', json({}).replace(':3,', ':3.0,')],
    ['no names', '{"version":3,"sources":["a"],"mappings":"AAAA"}'],
    ['no mappings', '{"version":3,"sources":["a"],"names":[]}'],
    ['mappings null', json({ mappings: null })],
    ['source null', json({ sources: [null] })],
    ['no sections in the list', json({ sections: [] })],
    ['section without map', json({ sections: [{ offset: { line: 0, column: 0 }, map: null }] })],
    ['negative columns and lines', json({ mappings: 'DADA' })],
    ['numbers as names', json({ names: [1, null] })],
    ['file that is no text', json({ file: {} })],
  ])('%s', (_title, map) => {
    const injected = inject(JS, map);
    expect(injected.kinds).toContain('injected');
    expect(JSON.parse(injected.map)).toMatchObject({ debugId: injected.debugId });
  });
});

describe('scripts that are no text', () => {
  it('one that is not UTF-8 is reported and left alone', () => {
    const bytes = Buffer.from([0x61, 0xff, 0xfe]);
    const injected = inject(bytes, BASE);
    expect(injected.result.artifacts).toEqual([]);
    expect(injected.kinds).toEqual(['script-broken']);
    expect(injected.folder.read('app.js')).toEqual(bytes);
  });

  it('Hermes bytecode is uploaded as an empty entry with the id of its map, and never changed', () => {
    const id = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
    const bytes = Buffer.from('c61fbc03c103191f00112233', 'hex');
    const injected = inject(bytes, { ...BASE, debugId: id });
    const [script, map] = injected.result.artifacts;
    expect(script).toMatchObject({ headers: { 'debug-id': id }, pieces: [] });
    expect(map).toMatchObject({ type: 'source_map', headers: { 'debug-id': id } });
    expect(injected.folder.read('app.js')).toEqual(bytes);
  });

  it('a RAM bundle is named and left out', () => {
    const bytes = Buffer.from('e5d10bfb00000000', 'hex');
    const injected = inject(bytes);
    expect(injected.kinds).toEqual(['unsupported-bundle']);
    expect(injected.result.artifacts).toEqual([]);
    expect(injected.folder.read('app.js')).toEqual(bytes);
  });
});

function nested(depth: number): string {
  let map: object = BASE;
  for (let left = depth; left > 0; left--) map = { version: 3, sections: [{ offset: { line: 0, column: 0 }, map }] };
  return JSON.stringify(map);
}
