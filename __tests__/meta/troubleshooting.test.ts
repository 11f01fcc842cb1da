import { ERROR_CODES } from '../../src/errors.js';
import { type Message, messagesOf, returnsOf, transportMessages } from './messages.js';
import { filesBelow, read } from './repository.js';

const page = read('docs/troubleshooting.md');
const [whole = '', files = ''] = page.split('\n## Single files\n');
const sections = new Map(
  whole
    .split(/^### /m)
    .slice(1)
    .map((section) => [/^`([\w-]+)`/.exec(section)?.[1] ?? section, section.split(/^## /m)[0] ?? '']),
);

/** Lines of a list, `message – cause → cure`. */
const rowsOf = (section: string) =>
  [...section.matchAll(/^- `([^`]+)` – (.*)$/gm)].map(([, name = '', rest = '']) => ({ name, rest }));

/** Whether a line of the page is about a message: `…` in it stands for anything. */
function isAbout(row: string, { text }: Pick<Message, 'text'>): boolean {
  const source = row.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  // What ends in something that may be nothing has lost the space before it.
  return [text, `${text} `].some((one) => new RegExp(`^${source.join('.*')}$`).test(one));
}

/** What is handed on word for word, or put together from messages that are told themselves. */
const isHandedOn = ({ text }: Message) => /^(?:…|…: …)$/.test(text);

const exhausted = returnsOf('src/sentry/giving-up.ts', 'refusalText').map((text) => ({
  ...{ file: 'src/sentry/giving-up.ts', line: 0, code: 'retries-exhausted', text: `…${text}` },
}));
const messages = [...messagesOf(), ...transportMessages(), ...exhausted].filter((message) => !isHandedOn(message));

function undocumented(found: readonly Message[]): string[] {
  return found
    .filter(({ code, text }) => {
      const section = code === undefined ? whole : (sections.get(code) ?? '');
      return !rowsOf(section).some(({ name }) => isAbout(name, { text }));
    })
    .map(({ file, line, code, text }) => `${file}:${line} ${code}: ${text}`);
}

it('has one entry for each error code, and no other', () => {
  expect([...sections.keys()].sort()).toEqual([...ERROR_CODES].sort());
});

it('has a line for every message that the source can give', () => {
  expect(messages.length).toBeGreaterThan(120);
  expect(undocumented(messages)).toEqual([]);
});

it('a message that is new to the source is found, wherever its text comes from', () => {
  const source = `
    function stop(reason: string) { throw new ActionError('disk', \`The moon is \${reason}\`); }
    stop('full'); stop(late ? 'new' : why());
    function why() { return 'half'; }
    const text = 'It rains';
    throw new ActionError('disk', text);
    class Reader { f() { this.reject('org', 'a colour'); } }`;
  expect(undocumented(messagesOf(new Map([['src/new.ts', source]])))).toEqual([
    'src/new.ts:2 disk: The moon is full',
    'src/new.ts:2 disk: The moon is new',
    'src/new.ts:2 disk: The moon is half',
    'src/new.ts:6 disk: It rains',
    'src/new.ts:7 input-invalid: Input … is …. Allowed: a colour.',
  ]);
});

it.each([...sections])('%s: each line is about a message of this code, and names cause and cure', (code, section) => {
  const own = messages.filter((message) => message.code === code || message.code === undefined);
  const rows = rowsOf(section);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.length).toBe(section.match(/^- /gm)?.length);
  for (const { name, rest } of rows) {
    expect([name, own.some((message) => isAbout(name, message))]).toEqual([name, true]);
    // A line that could be about anything is about nothing.
    expect(name.replace(/[…\W]/g, '').length).toBeGreaterThan(5);
    expect(rest).toMatch(/^\S.*[.)] → \S.*\.$/);
  }
});

it('has a line for each kind of warning about a file', () => {
  const kinds =
    /export type DiagnosisKind =([^;]*);/.exec(read('src/sourcemaps/types.ts'))?.[1]?.match(/[\w-]+/g) ?? [];
  const silent = ['injected', 'has-id'];
  expect(
    rowsOf(files)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(kinds.filter((kind) => !silent.includes(kind)).sort());
  for (const { rest } of rowsOf(files)) expect(rest).toMatch(/^\S.*\. → \S.*\.$/);
});

it('every code is used: none is a promise that no code keeps', () => {
  const source = filesBelow('src', '.ts')
    .filter((path) => path !== 'src/errors.ts')
    .map(read)
    .join('\n');
  const unused = ERROR_CODES.filter((code) => code !== 'internal' && !source.includes(`'${code}'`));
  expect(unused).toEqual([]);
});
