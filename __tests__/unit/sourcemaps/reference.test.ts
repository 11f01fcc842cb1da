import { findDebugId, findSnippetId, parseDebugId } from '../../../src/sourcemaps/debug-id.js';
import { findReference, findReferenceInTail } from '../../../src/sourcemaps/reference.js';

const ID = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';

function referenceOf(code: string): string | undefined {
  return findReference(Buffer.from(code))?.reference;
}

describe('the reference is taken from the last real comment', () => {
  it.each([
    ['line comment', 'x();\n//# sourceMappingURL=a.js.map\n', 'a.js.map'],
    ['old sign', 'x();\n//@ sourceMappingURL=a.js.map', 'a.js.map'],
    ['block form', 'x();\n/*# sourceMappingURL=a.js.map */', 'a.js.map'],
    ['block form without a space at the end', 'x();\n/*# sourceMappingURL=a.js.map*/\n', 'a.js.map'],
    ['no blank after the sign', 'x();\n//#sourceMappingURL=a.js.map\n', 'a.js.map'],
    ['several blanks after the sign', 'x();\n//# \t sourceMappingURL=a.js.map\n', 'a.js.map'],
    ['the last of several', '//# sourceMappingURL=a.map\n//# sourceMappingURL=b.map\n', 'b.map'],
    ['code after it', '//# sourceMappingURL=a.map\nfoo();\n', 'a.map'],
    ['same line as code', 'foo();//# sourceMappingURL=a.map\n', 'a.map'],
    ['same line as code, with slashes in the value', 'foo();//# sourceMappingURL=/s/a.map\n', '/s/a.map'],
    ['CRLF', 'x();\r\n//# sourceMappingURL=a.map\r\n', 'a.map'],
    ['lone CR', 'x();\r//# sourceMappingURL=a.map\r', 'a.map'],
    ['U+2028 as line end', 'x();\n//# sourceMappingURL=a.map\u2028y()', 'a.map'],
    ['byte order mark', '\ufeff//# sourceMappingURL=a.map', 'a.map'],
    ['indented', 'x();\n  //# sourceMappingURL=a.map', 'a.map'],
    ['value ends at white space', '//# sourceMappingURL=a.map b', 'a.map'],
    ['query and fragment kept', '//# sourceMappingURL=a.map?v=1#f', 'a.map?v=1#f'],
    ['non-ASCII', '//# sourceMappingURL=é/日.map', 'é/日.map'],
    [
      'after a template that holds another',
      'const w = `\n//# sourceMappingURL=w.map\n`;\n//# sourceMappingURL=a.map',
      'a.map',
    ],
    [
      'before a template that holds another',
      '//# sourceMappingURL=a.map\nconst w = `\n//# sourceMappingURL=w.map\n`;',
      'a.map',
    ],
    ['before a string that holds another', '//# sourceMappingURL=a.map\ns = "//# sourceMappingURL=w.map";', 'a.map'],
    ['before a regular expression', '//# sourceMappingURL=a.map\ns = /[//# sourceMappingURL=w]/;', 'a.map'],
    ['after a regular expression with a backtick', 'a = /`/;\n//# sourceMappingURL=a.map\nb = /`/;', 'a.map'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a script that holds a template
    ['inside a substitution of a template', 'a = `${x //# sourceMappingURL=a.map\n}`', 'a.map'],
  ])('%s', (_title, code, expected) => {
    expect(referenceOf(code)).toBe(expected);
  });

  it.each([
    ['no comment', 'foo();'],
    ['empty file', ''],
    ['empty value', '//# sourceMappingURL=\n'],
    ['double-quoted string', 'a = "//# sourceMappingURL=a.map";'],
    ['single-quoted string', "a = '//# sourceMappingURL=a.map ';"],
    ['string with a continued line', "a = '\\\n//# sourceMappingURL=a.map\\\n';"],
    ['template', 'a = `\n//# sourceMappingURL=a.map\n`;'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a script that holds a template
    ['nested template', 'a = `${b + `\n//# sourceMappingURL=a.map\n`}`;'],
    ['block comment', '/*\n//# sourceMappingURL=a.map\n*/'],
    ['inside another line comment', 'foo(); // see //# sourceMappingURL=a.map'],
    ['regular expression', 'a = /[//# sourceMappingURL=a.map]/;'],
    ['no sign', '// sourceMappingURL=a.map'],
    ['text before the key', '//# x sourceMappingURL=a.map'],
  ])('not from: %s', (_title, code) => {
    expect(referenceOf(code)).toBeUndefined();
  });

  it('gives only the head of a data URL', () => {
    const found = findReference(Buffer.from('x()\n//# sourceMappingURL=data:application/json;base64,e30=\n'));
    expect(found).toMatchObject({ reference: 'data:application/json;base64,', inline: true });
  });

  it('gives byte offsets of the value', () => {
    const code = Buffer.from('é();\n//# sourceMappingURL=ü.map\n');
    const found = findReference(code);
    expect(code.subarray(found?.comment.valueStart, found?.comment.valueEnd).toString()).toBe('ü.map');
    expect(code.subarray(found?.comment.start, found?.comment.end).toString()).toBe('//# sourceMappingURL=ü.map');
  });

  it('finds a comment far from the end of a big file', () => {
    const code = `//# sourceMappingURL=a.map\n${'foo(/[`]/);\n'.repeat(20_000)}`;
    expect(referenceOf(code)).toBe('a.map');
  });
});

describe('the end of a file alone', () => {
  it('is enough when nothing behind the comment could close what holds it', () => {
    const tail = Buffer.from('oo();\n//# sourceMappingURL=a.map\n');
    expect(findReferenceInTail(tail)).toMatchObject({ reference: 'a.map' });
  });

  it.each([
    ['no comment in it', 'foo();'],
    ['a backtick behind', 'o()\n//# sourceMappingURL=a.map\n`;'],
    ['a comment that closes behind', 'o()\n//# sourceMappingURL=a.map\n*/'],
    ['a line whose start is not in it', ' //# sourceMappingURL=a.map'],
    ['the comment cut', 'pingURL=a.map\n'],
  ])('is not enough: %s', (_title, tail) => {
    expect(findReferenceInTail(Buffer.from(tail))).toBe('unsure');
  });
});

describe('the debug id is taken from the last real comment', () => {
  it.each([
    ['lower case', `x();\n//# debugId=${ID}\n`, ID],
    ['upper case', `//# debugId=${ID.toUpperCase()}\n`, ID],
    ['without hyphens', `//# debugId=${ID.replaceAll('-', '')}\n`, ID],
    ['in a string', `var s="//# debugId=${ID} ";`, undefined],
    ['not an id', '//# debugId=hello\n', undefined],
    ['old sign', `//@ debugId=${ID}\n`, undefined],
    ['an id, then text that is none', `//# debugId=${ID}\n//# debugId=nope\n`, undefined],
  ])('%s', (_title, code, expected) => {
    expect(findDebugId(Buffer.from(code))).toBe(expected);
  });

  it('reads ids with hyphens in the right places only', () => {
    expect(parseDebugId('aaaa-aaaabbbb-4ccc-8ddd-eeeeeeeeeeee')).toBeUndefined();
    expect(parseDebugId(`${ID}0`)).toBeUndefined();
  });
});

describe('the id of a runtime snippet that is there is found', () => {
  it.each([
    ['marker of a bundler plugin', `e._sentryDebugIds=1,e._sentryDebugIdIdentifier="sentry-dbid-${ID}"`, ID],
    ['assignment alone', `(e._sentryDebugIds=e._sentryDebugIds||{})[n]="${ID}"`, ID],
    ['pretty assignment', `e._sentryDebugIds[stack] = '${ID}';`, ID],
    [
      'the SDK that only reads the registry',
      'const map = GLOBAL_OBJ._sentryDebugIds; for (const k in map) use(map[k]);',
      undefined,
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a script that holds a template
    ['a plugin that builds the marker', 'e._sentryDebugIds;`sentry-dbid-${id}`', undefined],
  ])('%s', (_title, code, expected) => {
    expect(findSnippetId(Buffer.from(code))).toBe(expected);
  });
});
