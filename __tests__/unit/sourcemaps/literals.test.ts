import { findDebugId } from '../../../src/sourcemaps/debug-id.js';
import { endOfRegularExpression } from '../../../src/sourcemaps/literals.js';

const end = (code: string) => endOfRegularExpression(Buffer.from(code), 0);

it.each([
  ['/a/', 3],
  ['/\\//', 4],
  ['/[/]/', 5],
  ['/[\\]/]/', 7],
])('the regular expression %s ends behind its slash', (code, expected) => {
  expect(end(code)).toBe(expected);
});

it.each(['/a', '/a\n/', '/\\\n/', '/\\\r\n/', '/\\\u2028/', '/\\', '/[/'])(
  '%j is none: its line ends first',
  (code) => {
    expect(end(code)).toBe(-1);
  },
);

it('a comment behind a slash and a backslash that end a line is found', () => {
  const id = '11111111-2222-5333-8444-555555555555';
  expect(findDebugId(Buffer.from(`/\\\n//# debugId=${id}\n`))).toBe(id);
});
