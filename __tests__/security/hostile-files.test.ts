import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAY_AT_EXIT, saidAtExit } from './at-exit.js';
import { attack } from './attack.js';
import { idOfWholeMap, idOfWholeScript, outcomeOf } from './whole-files.js';

/** Attack: scripts and maps made to hang, to crash, or to be left half-written. */

const GOOD_MAP = '{"version":3,"sources":["a"],"sourcesContent":["a"],"names":[],"mappings":"AAAA"}';
const reference = '\n//# sourceMappingURL=app.js.map\n';

const FILES: Readonly<Record<string, readonly [string | Uint8Array, string | Uint8Array]>> = {
  'a map of 100,000 levels': [
    `a()${reference}`,
    `{"version":3,"x":${'['.repeat(100_000)}${']'.repeat(100_000)},"sources":[],"mappings":""}`,
  ],
  'sections within sections without end': [
    `a()${reference}`,
    `${'{"version":3,"sections":[{"offset":{"line":0,"column":0},"map":'.repeat(10_000)}${GOOD_MAP}${'}]}'.repeat(10_000)}`,
  ],
  'a million open templates': ['`${'.repeat(1_000_000) + reference, GOOD_MAP],
  'a million comments that end nowhere': ['/*'.repeat(1_000_000) + reference, GOOD_MAP],
  'slashes that may be divisions or not': ['a/'.repeat(1_000_000) + reference, GOOD_MAP],
  'a million references': [`//# sourceMappingURL=x${'\n//# sourceMappingURL=app.js.map'.repeat(200_000)}\n`, GOOD_MAP],
  'segments that count to infinity': [`a()${reference}`, GOOD_MAP.replace('AAAA', '/'.repeat(1_000_000))],
  'a data: URL of four million digits': [
    `a()\n//# sourceMappingURL=data:application/json;base64,${'A'.repeat(4_000_000)}\n`,
    GOOD_MAP,
  ],
  'a source of a megabyte that is named 20,000 times': [
    `a()//${'x'.repeat(1 << 20)}${reference}`,
    GOOD_MAP.replace('"sources":["a"],"sourcesContent":["a"]', `"sources":[${'"app.js",'.repeat(19_999)}"app.js"]`),
  ],
  'a folder of a megabyte before each of 10,000 sources': [
    `a()${reference}`,
    GOOD_MAP.replace(
      '"sources":["a"]',
      `"sourceRoot":"${'a/'.repeat(1 << 19)}","sources":[${'"a",'.repeat(9_999)}"a"]`,
    ),
  ],
  'bytes that are no text': [Buffer.from([0xff, 0xfe, 0x00, 0x80]), Buffer.from([0xff, 0xff])],
};

const GOOD = 'good();\n';

it.each(Object.keys(FILES))('%s cost bounded time and leave whole files, which do what they did', async (name) => {
  const [script, map] = FILES[name] ?? ['', ''];
  const { result } = await attack({
    files: { 'dist/app.js': script, 'dist/app.js.map': map, 'dist/good.js': GOOD },
    inputs: { timeout: '60s', strip_common_prefix: 'true' },
    look({ workspace }) {
      const folder = join(workspace, 'dist');
      expect(readdirSync(folder).sort()).toEqual(['app.js', 'app.js.map', 'good.js']);
      const after = (file: string) => readFileSync(join(folder, file));
      const ids = [
        idOfWholeScript(Buffer.from(script), after('app.js')),
        idOfWholeMap(Buffer.from(map), after('app.js.map')),
      ];
      expect(ids[1]).toBe(ids[1] === undefined ? undefined : ids[0]);
      expect(idOfWholeScript(Buffer.from(GOOD), after('good.js'))).toBeDefined();
      expect(outcomeOf(after('app.js'))).toBe(outcomeOf(Buffer.from(script)));
      expect(outcomeOf(after('good.js'))).toBe('calls good');
    },
  });
  expect(result.timedOut).toBe(false);
  expect(result.durationMs).toBeLessThan(30_000);
  expect(result.log).not.toContain('Unexpected failure');
  // The good file goes its way: one bad file does not take the others down.
  expect(result.exitCode).toBe(0);
});

it('a map and a script with keys that name the prototype are injected as any other, and change nothing else', async () => {
  const keys = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},';
  const files = { 'dist/app.js': `a()${reference}`, 'dist/app.js.map': GOOD_MAP.replace('{', `{${keys}`) };
  const { result } = await attack({
    files,
    nodeArgs: SAY_AT_EXIT,
    look({ workspace }) {
      const after = (file: keyof typeof files) => readFileSync(join(workspace, file));
      const id = idOfWholeMap(Buffer.from(files['dist/app.js.map']), after('dist/app.js.map'));
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
      expect(idOfWholeScript(Buffer.from(files['dist/app.js']), after('dist/app.js'))).toBe(id);
    },
  });
  expect(saidAtExit(result).flatMap(({ prototype }) => prototype)).toEqual([]);
});

describe('the judge of this test refuses', () => {
  const id = '11111111-2222-5333-8444-555555555555';
  const end = `//# debugId=${id}\n`;
  it.each([
    ['a script that lost its end', 'one();\ntwo();\n', `/*${id}*/\none();\n${end}`],
    ['a script that lost its start', 'one();\ntwo();\n', `/*${id}*/\ntwo();\n${end}`],
    ['a script with nothing at its end', 'one();\n', `/*${id}*/\none();\n`],
    ['a script in another order', 'one();\ntwo();\n', `two();\n/*${id}*/\none();\n${end}`],
    ['a script without its snippet', 'one();\n', `one();\n${end}`],
    ['an empty script', 'one();\n', ''],
  ])('%s', (_what, before, after) => {
    expect(() => idOfWholeScript(Buffer.from(before), Buffer.from(after))).toThrow('changed');
  });

  it.each([
    ['half a map', GOOD_MAP.slice(0, 40)],
    ['a map without its sources', GOOD_MAP.replace('"sources":["a"],', '')],
    ['a map with half of its mappings', GOOD_MAP.replace('AAAA', ';AA')],
  ])('%s', (_what, after) => {
    expect(() => idOfWholeMap(Buffer.from(GOOD_MAP), Buffer.from(after))).toThrow();
  });
});
