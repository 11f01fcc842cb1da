import { onWindows } from '../support/platform.js';
import { attack } from './attack.js';

/** Attack: text from outside that the runner would carry out if it were printed as it is. */

const COMMANDS = '\n::set-env name=PWNED::1\n::add-mask::a\n##[set-output name=pwned;]1\n::stop-commands::x\n';
const MAP = '{"version":3,"sources":["a.ts"],"sourcesContent":["a"],"names":[],"mappings":"AAAA"}';

/** Text that is a command in both of its forms, wherever a line of the log begins with it or holds it. */
const LINE = '##[add-path]x';

const ours = new Set(['add-mask', 'debug', 'notice', 'warning', 'error', 'group', 'endgroup']);

/** So many that the last are printed as plain lines, not as annotations any more. Windows has no names with `\n` and `:`. */
const manyNames = Object.fromEntries(
  Array.from({ length: 14 }, (_, index) => [
    onWindows ? `dist/${index} ${LINE}.js` : `dist/${index}\n::add-path::${index}\n ${LINE}.js`,
    'foo()',
  ]),
);

let masks: readonly string[] = [];
beforeAll(async () => {
  masks = (await attack({})).result.masks;
});

it.each<[string, Parameters<typeof attack>[0]]>([
  [
    'an error of the server',
    { faults: [{ match: { method: 'POST' }, do: { status: 400, body: { detail: COMMANDS + LINE } } }] },
  ],
  ['an HTML page of a proxy', { faults: [{ do: { status: 403, body: `<html>${COMMANDS}${LINE}</html>` } }] }],
  ['a line of names of files', { files: manyNames }],
  [
    'the content of a map',
    {
      files: {
        'dist/app.js': `foo()\n//# sourceMappingURL=${encodeURIComponent(COMMANDS)}.map\n`,
        'dist/app.js.map': MAP.replace('"a.ts"', JSON.stringify(COMMANDS)),
      },
    },
  ],
  ['the name of a release and of an environment', { inputs: { release: LINE, environment: `::add-path::${LINE}` } }],
  ['the title of a pull request', { event: { pull_request: { title: COMMANDS, head: { ref: COMMANDS } } } }],
  [
    'any of it when the job is debugged',
    { inputs: { release: LINE }, files: manyNames, env: () => ({ RUNNER_DEBUG: '1', ACTIONS_STEP_DEBUG: 'true' }) },
  ],
])('%s is printed, but never as a command', async (_name, options) => {
  const { result } = await attack(options);
  const strange = result.commands.filter(({ command }) => !ours.has(command));
  expect(strange).toEqual([]);
  expect(result.masks).toEqual(masks);
  expect(result.outputs).not.toHaveProperty('pwned');
  expect(result.envFile).toEqual({});
  expect(result.pathFile).toEqual([]);
});

it('names of files reach an annotation whole: they add no property to it and end none', async () => {
  const colons = onWindows ? '' : '::';
  const names = ['dist/a,title=pwned.js', `dist/b${colons}c.js`, `dist/100%0A${colons}error${colons}d.js`];
  const { result } = await attack({ files: Object.fromEntries(names.map((name) => [name, 'foo()'])) });
  const files = result.annotations.map(({ file }) => file).filter((file) => file !== undefined);
  expect(files.sort()).toEqual(names.sort());
  expect(result.annotations.map(({ title }) => title)).not.toContain('pwned.js');
});

it('a release name with a line break is refused before any request', async () => {
  const { result, sandbox } = await attack({ inputs: { release: `1.0${COMMANDS}` } });
  expect(result.exitCode).toBe(1);
  expect(sandbox.requests).toEqual([]);
  expect(result.outputs).not.toHaveProperty('pwned');
});
