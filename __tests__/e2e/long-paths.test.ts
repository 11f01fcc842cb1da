import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attack } from '../security/attack.js';
import { idOfWholeMap, idOfWholeScript } from '../security/whole-files.js';

/** Windows' own limit was 260 characters for a path, and is 255 bytes for a name here: neither is ours. */

const FOLDER = `dist/${Array.from({ length: 12 }, (_, index) => `a-folder-of-about-forty-characters-${index}`).join('/')}`;
const NAME = `${'x'.repeat(240)}.js`;
const SOURCE = 'the source of a long path';

it('scripts, maps and sources with paths above 260 characters are read, injected and uploaded as any other', async () => {
  const map = '{"version":3,"sources":["app.ts"],"names":[],"mappings":"AAAA"}';
  const files = {
    [`${FOLDER}/app.js`]: 'a();\n//# sourceMappingURL=app.js.map\n',
    [`${FOLDER}/app.js.map`]: map,
    [`${FOLDER}/app.ts`]: SOURCE,
    [`${FOLDER}/${NAME}`]: 'b();\n',
  };
  expect(join(FOLDER, 'app.js').length).toBeGreaterThan(400);
  let uploaded = '';
  const { result } = await attack({
    files,
    inputs: { wait: 'true' },
    look({ workspace, sandbox }) {
      const read = (name: string) => readFileSync(join(workspace, FOLDER, name));
      const id = idOfWholeScript(Buffer.from(files[`${FOLDER}/app.js`] ?? ''), read('app.js'));
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
      expect(idOfWholeMap(Buffer.from(map), read('app.js.map'))).toBe(id);
      expect(idOfWholeScript(Buffer.from('b();\n'), read(NAME))).toBeDefined();
      const bundles = [...sandbox.state.organizations.values()].flatMap(({ bundles: all }) => all);
      uploaded = bundles.map(({ archive }) => readFileSync(archive.path, 'latin1')).join('\n');
    },
  });
  expect(result.exitCode).toBe(0);
  expect(result.annotations.map(({ title }) => title)).toEqual(['No source map']);
  for (const text of [SOURCE, `${FOLDER}/app.js`.slice('dist/'.length), NAME]) expect(uploaded).toContain(text);
});

it('maps with paths above 260 characters are deleted after the upload', async () => {
  const files = {
    [`${FOLDER}/app.js`]: 'a();\n//# sourceMappingURL=app.js.map\n',
    [`${FOLDER}/app.js.map`]: '{"version":3,"sources":["a"],"sourcesContent":["a"],"names":[],"mappings":"AAAA"}',
  };
  const { result } = await attack({
    files,
    inputs: { delete_after_upload: 'true', wait: 'true' },
    look({ workspace }) {
      expect(() => readFileSync(join(workspace, FOLDER, 'app.js.map'))).toThrow('ENOENT');
      expect(readFileSync(join(workspace, FOLDER, 'app.js'), 'utf8')).toContain('a();');
    },
  });
  expect(result.exitCode).toBe(0);
});
