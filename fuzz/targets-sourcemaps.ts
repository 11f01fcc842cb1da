import { isDeepStrictEqual } from 'node:util';
import { findDebugId } from '../src/sourcemaps/debug-id.js';
import { applyEdits } from '../src/sourcemaps/edits.js';
import { decodeInlineMap } from '../src/sourcemaps/inline-map.js';
import { findInsertion } from '../src/sourcemaps/insertion.js';
import { readMapDocument } from '../src/sourcemaps/map-document.js';
import { editMap } from '../src/sourcemaps/map-edit.js';
import { MapFault } from '../src/sourcemaps/map-fault.js';
import { findReference, findReferenceInTail } from '../src/sourcemaps/reference.js';
import { injectScript } from '../src/sourcemaps/script-edit.js';
import { scanComments } from '../src/sourcemaps/tokenizer.js';
import { allowed, type FuzzTarget, JSON_TOKENS, must } from './target.js';

const ID = '11111111-2222-5333-8444-555555555555';
const JS = [
  '#!/usr/bin/env node\n// a\n/* b */\n"use strict";\'use client\'\nfoo();\n//# sourceMappingURL=a.js.map\n',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a script that holds a template
  'var a=1;function f(){return `x${`y${1}`}z`}var r=/[/\\]]\\//g;a/b/c;\n//# sourceMappingURL=a.js.map',
  'export default class A{static{}#x=1;get y(){return this.#x}}\r\n//@ sourceMappingURL=my%20app.js.map?x#y\r\n',
  `x();/*# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozfQ== */\n//# debugId=${ID}`,
  '\ufeff"use strict"\n+1',
  '<!-- html comment\n--> another\nif(a)/re/.test(b);x=a\n/b/c',
];
const JS_TOKENS = [
  '`',
  '${',
  '}',
  '"',
  "'",
  '/',
  '*/',
  '/*',
  '//',
  '\\',
  '\n',
  '\r\n',
  '\u2028',
  '//# sourceMappingURL=',
  '//# debugId=',
]
  .concat([
    ID,
    '(',
    ')',
    '{',
    '[',
    ']',
    '=>',
    'return ',
    'class ',
    '#!',
    '<!--',
    '-->',
    'await ',
    'yield ',
    '++',
    'async ',
    '"use strict"',
    ';',
  ])
  .concat(['data:application/json,', 'data:application/json;base64,', '%7B', 'sentry-dbid-']);
const MAPS = [
  '{"version":3,"file":"app.js","sources":["a.ts","b.ts"],"sourcesContent":["x\\n",null],"names":["foo","bar"],"mappings":"AAAA,IAAIA,CAAC;ACAD,CCAC;;AAEA"}',
  '{"version":3,"sections":[{"offset":{"line":0,"column":0},"map":{"version":3,"sources":["a"],"names":[],"mappings":"AAAA"}},{"offset":{"line":2,"column":4},"url":"x.map"}]}',
  ')]}\'\n{\n  "version": 3,\n  "sources": [],\n  "mappings": "A;C,D",\n  "debug_id": "x",\n  "x_unknown": {"a": [1, 2.5e3, "\\u00e9"]}\n}\n',
  '{"version":3,"mappings":"AAAA","mappings":null,"sections":[]}',
  `{"version":3,"sources":["a"],"mappings":"IAAA,FAAA,AAAA;AAAA","rangeMappings":"A;B","debugId":"${ID}"}`,
];
const MAP_TOKENS = [...JSON_TOKENS, '\\u0041', '\\', 'true', '1e9', '-1', '3', '"version":3', '"mappings":'].concat([
  '"sections":',
  '"offset":',
  '"line":',
  '"column":',
  '"map":',
  'AAAA',
  ';',
  'gB',
  '//////////',
  '"debugId":',
  '"debug_id":',
  '"sources":[]',
]);

/** Comments found are inside the text, in order; what is found fast is what is found slowly. */
const tokenizer: FuzzTarget = {
  name: 'tokenizer',
  seeds: JS,
  dictionary: JS_TOKENS,
  run(input) {
    let last = 0;
    let comments = 0;
    const sane = scanComments(input, (start, end) => {
      must(start >= last && end >= start && end <= input.length, 'comments are ranges in order');
      last = end;
      comments += 1;
    });
    const reference = findReference(input);
    const tail = findReferenceInTail(input);
    if (sane && tail !== 'unsure') must(isDeepStrictEqual(tail, reference), 'the tail tells what the whole file tells');
    return `${sane} ${comments} ${reference?.inline ?? 'none'} ${tail === 'unsure'}`;
  },
};

/** Injection is found again, and a file that was injected has the id that was given. */
const injection: FuzzTarget = {
  name: 'injection',
  seeds: JS,
  dictionary: JS_TOKENS,
  run(input) {
    const insertion = findInsertion(input, findReference(input)?.comment.start);
    must(insertion.at >= 0 && insertion.at <= input.length, 'the place is inside the file');
    const { edits } = injectScript(input, ID, insertion);
    const output = Buffer.concat(applyEdits(input, edits));
    must(withoutInsertions(output, edits).equals(input), 'nothing is lost or changed');
    if (isSane(input) && isSane(output)) must(findDebugId(output) === ID, 'the id is found again');
    return `${insertion.kind} ${edits.length}`;
  },
};

/** Of broken code nobody knows what is a comment. */
function isSane(code: Buffer): boolean {
  return scanComments(code, () => undefined);
}

function withoutInsertions(
  output: Buffer,
  edits: readonly { start: number; end: number; bytes: Uint8Array }[],
): Buffer {
  let removed = output;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    must(edit.start === edit.end, 'only insertions');
    removed = Buffer.concat([removed.subarray(0, edit.start), removed.subarray(edit.start + edit.bytes.length)]);
  }
  return removed;
}

/** What is read is JSON; what is written is the same JSON but for the id and the mappings. */
const maps: FuzzTarget = {
  name: 'map editor',
  seeds: MAPS,
  dictionary: MAP_TOKENS,
  run(input) {
    try {
      const document = readMapDocument(input);
      const shift = { kind: 'line', line: 0 } as const;
      const output = Buffer.concat(applyEdits(input, editMap(document, ID, shift)));
      const before = parse(input);
      const after = parse(output);
      must(after['debugId'] === ID && after['debug_id'] === ID, 'both spellings of the id are set');
      must(isDeepStrictEqual(rest(before), rest(after)), 'every other key keeps its value');
      must(
        readMapDocument(output).lastLine === (document.lastLine < 0 ? -1 : document.lastLine + 1),
        'lines move by one',
      );
      return `read ${document.members.size} ${document.sections?.length ?? 0} ${document.lastLine}`;
    } catch (thrown) {
      return allowed(thrown, [MapFault]);
    }
  },
};

function parse(bytes: Buffer): Record<string, unknown> {
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  return JSON.parse(/^[)\]}']/.test(text) ? text.slice(text.search(/[\r\n]/)) : text) as Record<string, unknown>;
}

function rest(map: Record<string, unknown>): unknown {
  const { debugId: _1, debug_id: _2, mappings: _3, sections: _4, rangeMappings: _5, ...others } = map;
  return others;
}

const inline: FuzzTarget = {
  name: 'inline maps',
  seeds: [
    'a()\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,eyJ2ZXJzaW9uIjozfQ==',
    'a()\n//# sourceMappingURL=data:application/json,%7B%22version%22%3A3%7D',
  ],
  dictionary: JS_TOKENS,
  run(input) {
    const reference = findReference(input);
    if (reference?.inline !== true) return 'not inline';
    try {
      decodeInlineMap(input, reference);
      return 'decoded';
    } catch (thrown) {
      return allowed(thrown, [MapFault]);
    }
  },
};

export const SOURCEMAP_TARGETS: readonly FuzzTarget[] = [tokenizer, injection, maps, inline];
