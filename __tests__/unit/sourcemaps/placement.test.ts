import { inject, removeFolders, SNIPPET, TEXT_REFERENCE } from './inject-support.js';

afterAll(removeFolders);

const MAP = { version: 3, sources: ['a.ts'], sourcesContent: ['a'], names: [], mappings: 'AAAA' };

/** The script after injection, with the snippet as `<S>` and the id comment left out. */
function place(js: string, map: object | undefined = MAP): string {
  const injected = inject(js, map);
  const shown = injected.js.replace(SNIPPET, '<S>');
  return shown.replace(/\/\/# debugId=[0-9a-f-]{36}\r?\n$/, '');
}

describe('the snippet stands behind hashbang, comments and all directives, before the code', () => {
  it.each([
    ['plain code', 'var a\n', '<S>\nvar a\n'],
    ['indented code', '  var a\n', '<S>\n  var a\n'],
    ['byte order mark', '\ufeffvar a\n', '\ufeff<S>\nvar a\n'],
    ['hashbang', '#!/usr/bin/env node\nvar a\n', '#!/usr/bin/env node\n<S>\nvar a\n'],
    ['byte order mark and directive', '\ufeff"use strict";\nvar a\n', '\ufeff"use strict";\n<S>\nvar a\n'],
    ['line comment', '// c\nvar a\n', '// c\n<S>\nvar a\n'],
    ['block comment', '/* c\n c */\nvar a\n', '/* c\n c */\n<S>\nvar a\n'],
    ['block comment on the line of code', '/*! c */var a\n', '/*! c */<S>var a\n'],
    ['block comment that ends on the line of code', '/*!\n c */ var a\n', '/*!\n c */ <S>var a\n'],
    ['directive', '"use strict";\nvar a\n', '"use strict";\n<S>\nvar a\n'],
    ['single-quoted directive', "'use client'\nvar a\n", "'use client'\n<S>\nvar a\n"],
    ['several directives', '"use client"\n"use strict";\n\nvar a\n', '"use client"\n"use strict";\n\n<S>\nvar a\n'],
    ['directive on the line of code', '"use strict";var a\n', '"use strict";<S>var a\n'],
    ['two directives on the line of code', '"use client";"use strict";var a\n', '"use client";"use strict";<S>var a\n'],
    [
      'comment between directives',
      '"a" // c\n/* d */"b"; /* e */\nvar a\n',
      '"a" // c\n/* d */"b"; /* e */\n<S>\nvar a\n',
    ],
    ['any string is a directive', '"hello \\" world";\nvar a\n', '"hello \\" world";\n<S>\nvar a\n'],
    ['new line inside a comment ends a directive', '"use strict" /*\n*/ var a\n', '"use strict" /*\n*/ <S>var a\n'],
    ['prefix operator on the next line', '"use strict"\n++a\n', '"use strict"\n<S>\n++a\n'],
    ['negation on the next line', '"use strict"\n!function(){}()\n', '"use strict"\n<S>\n!function(){}()\n'],
    ['name that starts like an operator', '"use strict"\ninit()\n', '"use strict"\n<S>\ninit()\n'],
    ['CRLF', '"use strict";\r\nvar a\r\n', '"use strict";\r\n<S>\r\nvar a\r\n'],
    ['U+2028 as line end', '"use strict";\u2028var a\n', '"use strict";\u2028<S>\nvar a\n'],
    ['HTML-like comment', '<!-- c\nvar a\n', '<!-- c\n<S>\nvar a\n'],
    ['no newline at the end', 'var a', '<S>\nvar a\n'],
  ])('%s', (_title, js, expected) => {
    expect(place(js)).toBe(expected);
  });

  it.each([
    ['called on', '"use strict".length\n', '<S>\n"use strict".length\n'],
    ['continued on the next line', '"use strict"\n.length\n', '<S>\n"use strict"\n.length\n'],
    ['called on the next line', '"use strict"\n(1)\n', '<S>\n"use strict"\n(1)\n'],
    ['added to on the next line', '"a"\n+ b\n', '<S>\n"a"\n+ b\n'],
    ['compared on the next line', '"a"\n!= b\n', '<S>\n"a"\n!= b\n'],
    ['in something on the next line', '"a"\nin b\n', '<S>\n"a"\nin b\n'],
    ['in a sequence', '"a", b\n', '<S>\n"a", b\n'],
    ['in parentheses', '("use strict");\n', '<S>\n("use strict");\n'],
    ['a template', '`use strict`;\n', '<S>\n`use strict`;\n'],
  ])('a string that is part of an expression is no directive: %s', (_title, js, expected) => {
    expect(place(js)).toBe(expected);
  });

  it.each([
    ['empty file', '', '<S>\n'],
    ['only a comment', '// c\n', '// c\n<S>\n'],
    ['only a comment without newline', '/* c */', '/* c */\n<S>\n'],
    ['only a directive', '"use strict"', '"use strict"\n<S>\n'],
    ['comment and reference', `// c\n${TEXT_REFERENCE}`, `// c\n<S>\n${TEXT_REFERENCE}`],
    ['directive behind the reference', `${TEXT_REFERENCE}"a"\n`, `${TEXT_REFERENCE}"a"\n<S>\n`],
  ])('a script without code keeps what it has in front: %s', (_title, js, expected) => {
    expect(place(js)).toBe(expected);
  });
});

describe('a script without a map keeps every position: the snippet stands behind its code', () => {
  it.each([
    ['plain', 'foo()\n', 'foo()\n<S>\n'],
    ['no newline at the end', 'foo()', 'foo()\n<S>\n'],
    ['before the reference', 'foo();\n//# sourceMappingURL=gone.map\n', 'foo();\n<S>\n//# sourceMappingURL=gone.map\n'],
    [
      'reference on the line of code',
      'foo();//# sourceMappingURL=gone.map',
      'foo();//# sourceMappingURL=gone.map\n<S>\n',
    ],
    [
      'code behind the reference',
      '//# sourceMappingURL=gone.map\nfoo()\n',
      '//# sourceMappingURL=gone.map\nfoo()\n<S>\n',
    ],
    ['CRLF', 'a()\r\nb()\r\n', 'a()\r\nb()\r\n<S>\r\n'],
    ['empty file', '', '<S>\n'],
  ])('%s', (_title, js, expected) => {
    expect(
      inject(js)
        .js.replace(SNIPPET, '<S>')
        .replace(/\/\/# debugId=.*\r?\n$/, ''),
    ).toBe(expected);
  });
});

it('the id comment is the last line, behind the reference', () => {
  const { js, debugId } = inject(`foo();\n${TEXT_REFERENCE}`, MAP);
  expect(js.endsWith(`${TEXT_REFERENCE}//# debugId=${debugId}\n`)).toBe(true);
});
