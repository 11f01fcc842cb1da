import { attack } from './attack.js';

/** Attack: text from outside that the runner would carry out if it were printed as it is. */

const COMMANDS = '\n::set-env name=PWNED::1\n::add-mask::a\n##[set-output name=pwned;]1\n::stop-commands::x\n';
const MAP = '{"version":3,"sources":["a.ts"],"sourcesContent":["a"],"names":[],"mappings":"AAAA"}';

const ours = new Set(['add-mask', 'debug', 'notice', 'warning', 'error', 'group', 'endgroup', 'set-output']);

it.each([
  [
    'an error of the server',
    { faults: [{ match: { method: 'POST' }, do: { status: 400, body: { detail: COMMANDS } } }] },
  ],
  ['an HTML page of a proxy', { faults: [{ do: { status: 403, body: `<html>${COMMANDS}</html>` } }] }],
  [
    'names of files',
    { files: { 'dist/a\n::add-mask::b.js': 'foo()', 'dist/x##[error]y.js': 'bar()', 'dist/app.js': 'baz()' } },
  ],
  [
    'the content of a map',
    {
      files: {
        'dist/app.js': `foo()\n//# sourceMappingURL=${encodeURIComponent(COMMANDS)}.map\n`,
        'dist/app.js.map': MAP.replace('"a.ts"', JSON.stringify(COMMANDS)),
      },
    },
  ],
  ['the name of an environment', { inputs: { environment: 'prod ::error::x' } }],
  ['the title of a pull request', { event: { pull_request: { title: COMMANDS, head: { ref: COMMANDS } } } }],
])('%s is printed, but never as a command', async (_name, options) => {
  const { result } = await attack(options);
  expect(result.masks).not.toContain('a');
  expect(result.masks).not.toContain('b.js');
  expect(result.outputs).not.toHaveProperty('pwned');
  expect(result.envFile).toEqual({});
  expect([...new Set(result.commands.map(({ command }) => command))].filter((name) => !ours.has(name))).toEqual([]);
});

it('a release name with a line break is refused before any request', async () => {
  const { result, sandbox } = await attack({ inputs: { release: `1.0${COMMANDS}` } });
  expect(result.exitCode).toBe(1);
  expect(sandbox.requests).toEqual([]);
  expect(result.outputs).not.toHaveProperty('pwned');
});
