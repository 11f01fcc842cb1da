import { execFileSync } from 'node:child_process';
import { onWindows } from '../support/platform.js';
import { attack } from './attack.js';

/** Attack: text that makes a terminal or a page show something else than what it says: escape sequences, and turns of direction. */

const ESC = '\x1b[2K\x1b[31mgone\x1b]8;;https://evil.example\x07link';
const TURNS = 'abc\u202egnp\u2066x\u200fy\u061cz';
const BELLS = 'a\x07b\x08\x08c\x9b2Jd\x7f';
const ALL = `${ESC} ${TURNS} ${BELLS}`;

/** What must be in nothing that a person reads. Line feeds and tabs are no tricks; a carriage return writes over its line. */
const TRICK = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

const MAP = '{"version":3,"sources":["a.ts"],"sourcesContent":["a"],"names":[],"mappings":"AAAA"}';

/** Windows has no control characters in names. */
const name = onWindows ? `dist/${TURNS}.js` : `dist/${ALL.replaceAll('/', '_')}.js`;

it.each<[string, Parameters<typeof attack>[0], RegExp]>([
  [
    'an error of the server',
    { faults: [{ match: { method: 'POST' }, do: { status: 400, body: { detail: ALL } } }] },
    /gone.*abc\\u202egnp/,
  ],
  [
    'a page of a proxy',
    { faults: [{ do: { status: 403, body: `<html><title>${ALL}</title>${ALL}</html>` } }] },
    /gone/,
  ],
  ['an answer that is not JSON', { faults: [{ match: { path: '/api/0/' }, do: { status: 200, body: ALL } }] }, /gone/],
  ['the name of a file', { files: { [name]: 'a()' } }, /abc\\u202egnp/],
  [
    'what a script says its map is',
    { files: { 'dist/app.js': `a()\n//# sourceMappingURL=${ALL.replaceAll(' ', '%20')}.map\n` } },
    /app\.js/,
  ],
  [
    'a map',
    {
      files: {
        'dist/app.js': 'a()\n//# sourceMappingURL=app.js.map\n',
        'dist/app.js.map': MAP.replace('"a.ts"', JSON.stringify(ALL)).replace(',"sourcesContent":["a"]', ''),
      },
    },
    /app\.js/,
  ],
  ['a release', { inputs: { release: TURNS } }, /abc\\u202egnp/],
  ['a release that is refused for it', { inputs: { release: ESC } }, /release/i],
  ['an environment', { inputs: { environment: TURNS } }, /abc\\u202egnp/],
  [
    'the subject of a commit',
    {
      inputs: { set_commits: 'auto', commits_source: 'git' },
      prepare(workspace) {
        const git = (...args: string[]) =>
          execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args], { cwd: workspace });
        git('init', '-q');
        git('remote', 'add', 'origin', 'https://github.com/acme/webapp.git');
        for (const message of ['First', ALL]) git('commit', '-q', '--allow-empty', '-m', message);
      },
      env: () => ({ RUNNER_DEBUG: '1' }),
    },
    /ommits/,
  ],
])('%s is shown as what it is, in log, annotations and summary', async (_name, options, says) => {
  const { result } = await attack(options);
  expect(result.log).toMatch(says);
  for (const text of [result.stdout, result.stderr, result.log, result.summary]) {
    expect(TRICK.exec(onWindows ? text.replaceAll('\r\n', '\n') : text)).toBeNull();
  }
  // Annotations are decoded before they are shown.
  for (const { message, title = '', file = '' } of result.annotations) {
    expect(TRICK.exec(`${message}\n${title}\n${file}`)).toBeNull();
  }
});
