import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attack } from './attack.js';

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
  'bytes that are no text': [Buffer.from([0xff, 0xfe, 0x00, 0x80]), Buffer.from([0xff, 0xff])],
};

it.each(Object.keys(FILES))('%s cost bounded time and leave whole files', async (name) => {
  const [script, map] = FILES[name] ?? ['', ''];
  const { result } = await attack({
    files: { 'dist/app.js': script, 'dist/app.js.map': map, 'dist/good.js': 'good();\n' },
    inputs: { timeout: '60s' },
    look({ workspace }) {
      const folder = join(workspace, 'dist');
      expect(readdirSync(folder).sort()).toEqual(['app.js', 'app.js.map', 'good.js']);
      const after = readFileSync(join(folder, 'app.js'));
      // Untouched, or injected as a whole: the original is in there, in order, and the id at the end.
      if (!after.equals(Buffer.from(script)))
        expect(after.toString('latin1')).toMatch(/\/\/# debugId=[0-9a-f-]{36}\r?\n$/);
    },
  });
  expect(result.timedOut).toBe(false);
  expect(result.durationMs).toBeLessThan(30_000);
  expect(result.log).not.toContain('Unexpected failure');
  // The good file goes its way: one bad file does not take the others down.
  expect(result.exitCode).toBe(0);
});
