import { fileURLToPath } from 'node:url';
import { debugIdsOf, Folder, injectFolder } from '../../../scripts/inject-run.js';
import { readVectors, runVector } from '../../../scripts/vectors.js';

/** Inputs with the ids sentry-cli 3.8.0 gave them. `npm run vectors -- FILE` runs any other file of this form. */
const VECTORS = readVectors(fileURLToPath(new URL('../../fixtures/inject-vectors.json', import.meta.url)));

describe('debug ids are those of sentry-cli', () => {
  it.each(VECTORS.filter(({ deviation }) => deviation === undefined))('$name', async (vector) => {
    expect((await runVector(vector)).differences).toEqual([]);
  });
});

/** Injects the files of a vector and hands the folder over. */
async function deviate(name: string) {
  const vector = VECTORS.find((candidate) => candidate.name === name);
  if (vector === undefined) throw new Error(`no vector ${name}`);
  const files = Object.entries(vector.files).map(([file, { inBase64 }]) => [file, Buffer.from(inBase64, 'base64')]);
  const folder = new Folder(Object.fromEntries(files));
  folders.push(folder);
  const before = folder.snapshot();
  const run = await injectFolder(folder.root);
  return { folder, run, before, ids: debugIdsOf(run) };
}

const folders: Folder[] = [];
afterAll(() => {
  for (const folder of folders) folder.remove();
});

describe('where the action does better than sentry-cli', () => {
  it('a percent-encoded reference finds its map', async () => {
    const { ids } = await deviate('percent_encoded');
    expect(ids.get('my app.js.map')).toBe(ids.get('my app.js'));
  });

  it('one map named by two scripts belongs to neither, and each script has the id of its own bytes, run after run', async () => {
    const { ids, run, folder, before } = await deviate('two_js_same_map');
    const again = await deviate('two_js_same_map');
    expect([...again.ids]).toEqual([...ids]);
    expect(run.diagnoses.filter(({ severity }) => severity === 'warning').length).toBeGreaterThan(0);
    // Whichever script the map was given to, it was moved at most once.
    const map = JSON.parse(folder.text('app.js.map')) as { mappings: string };
    const old = JSON.parse(Buffer.from(before.get('app.js.map') ?? '', 'base64').toString()) as { mappings: string };
    expect([old.mappings, `;${old.mappings}`]).toContain(map.mappings);
  });

  it('a debug id inside a string is no debug id', async () => {
    const { ids, folder } = await deviate('js_debugid_in_string');
    expect(ids.get('app.js')).not.toBe('aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee');
    expect(folder.text('app.js')).toContain(`//# debugId=${ids.get('app.js')}\n`);
    expect(ids.get('app.js.map')).toBe(ids.get('app.js'));
  });

  it('a percent-encoded inline map is moved and gets the id', async () => {
    const { ids, folder } = await deviate('inline_urlencoded');
    const url = /sourceMappingURL=data:application\/json,(\S+)/.exec(folder.text('app.js'))?.[1] ?? '';
    const map = JSON.parse(decodeURIComponent(url)) as { debugId: string; mappings: string };
    expect(map.debugId).toBe(ids.get('app.js'));
    expect(map.mappings.startsWith(';')).toBe(true);
  });

  it('an inline map behind code on its line is moved too', async () => {
    const { ids, folder } = await deviate('inline_not_line_start');
    const url = /base64,(\S+)/.exec(folder.text('app.js'))?.[1] ?? '';
    const map = JSON.parse(Buffer.from(url, 'base64').toString()) as { debugId: string; mappings: string };
    expect(map.debugId).toBe(ids.get('app.js'));
    expect(map.mappings.startsWith(';')).toBe(true);
  });

  it('a byte order mark before the map is kept', async () => {
    const { ids, folder } = await deviate('map_bom');
    expect(folder.read('app.js.map').subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(ids.get('app.js.map')).toBe(ids.get('app.js'));
  });

  it.each([
    ['map_malformed_json', 'map-broken', 'malformed JSON at byte'],
    ['map_version_string', 'map-broken', 'its version is "3"'],
    ['js_invalid_utf8_no_map', 'script-broken', 'not valid UTF-8'],
  ])('%s is reported by name and left alone', async (name, kind, reason) => {
    const { run, folder, before } = await deviate(name);
    expect(run.diagnoses).toContainEqual(
      expect.objectContaining({ kind, severity: 'error', message: expect.stringContaining(reason) }),
    );
    expect(folder.snapshot()).toEqual(before);
  });

  it('node_modules is neither injected nor uploaded', async () => {
    const { ids, folder, before } = await deviate('hidden_and_dirs');
    expect(ids.has('node_modules/m/y.js')).toBe(false);
    expect(folder.snapshot().get('node_modules/m/y.js')).toBe(before.get('node_modules/m/y.js'));
  });
});
