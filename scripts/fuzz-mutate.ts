/** Random damage for the fuzzer: reproducible from a seed. */

export interface Random {
  /** An integer in `[0, limit)`. */
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
}

/** A small generator (mulberry32): the same seed gives the same run on every machine. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    pick: (list) => {
      const item = list[below(list.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
  };
}

/** Texts that change what stands around them. */
const TOKENS = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ',',
    ':',
    '`',
    "'",
    '/*',
    '*/',
    '//',
    '\n',
    '\r\n',
    '\0',
    '\u2028',
    '\ufeff',
    '${',
    '/',
  ],
  ...[
    'null',
    '1e999',
    '-1',
    '"mappings":',
    '"sections":[',
    '"debugId":"',
    '\\u0041',
    '\\ud800',
    ';',
    ';;;;',
    'AAAA,',
    'gggggggggg',
  ],
  ...[
    '//# sourceMappingURL=a.js.map',
    '//# debugId=aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
    '"use strict"',
    '#!x\n',
    '<!--',
    '-->',
  ],
].map((text) => Buffer.from(text));

/** One to four changes: bytes flipped, removed, doubled, moved in from another file, tokens put in, the end cut off. */
export function mutate(bytes: Buffer, other: Buffer, random: Random): Buffer {
  let result: Buffer = Buffer.from(bytes);
  for (let left = 1 + random.below(4); left > 0; left--) result = mutateOnce(result, other, random);
  return result;
}

function mutateOnce(bytes: Buffer, other: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + random.below(12));
  const [head, range, tail] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  switch (random.below(7)) {
    case 0: {
      const flipped = Buffer.from(range);
      if (flipped.length > 0) flipped[0] = (flipped[0] ?? 0) ^ (1 << random.below(8));
      return Buffer.concat([head, flipped, tail]);
    }
    case 1:
      return Buffer.concat([head, tail]);
    case 2:
      return Buffer.concat([head, range, range, tail]);
    case 3: {
      const from = random.below(other.length + 1);
      return Buffer.concat([head, other.subarray(from, from + random.below(40)), tail]);
    }
    case 4:
      return Buffer.from(head);
    case 5: {
      const digit = Buffer.from(random.pick([...'ACDEIgB9+/;,"0{}']));
      return Buffer.concat([head, digit, range.subarray(1), tail]);
    }
    default:
      return Buffer.concat([head, random.pick(TOKENS), range, tail]);
  }
}

export interface SeedPair {
  readonly js: Buffer;
  readonly map: Buffer | undefined;
}

const PLAIN = {
  version: 3,
  file: 'a.js',
  sources: ['src/a.ts', null, 'ü.ts'],
  sourcesContent: ['let a = "x\\n" // \u2028', null, 'b'],
  names: ['a', 'b', 1],
  mappings: 'AAAA,IAAIA;ACAJ,CAAC;;EADDC,gBAAA,AAAA;',
  ignoreList: [0],
};
const INDEXED = {
  version: 3,
  sections: [
    { offset: { line: 0, column: 0 }, map: PLAIN },
    { offset: { line: 1, column: 4 }, map: { version: 3, sections: [{ offset: { line: 0, column: 1 }, map: PLAIN }] } },
    { offset: { line: 9, column: 0 }, url: 'more.map' },
  ],
};
const SCRIPTS = [
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a script that holds a template
  '"use client"; \'use strict\'\n/*! c */ var a = `x${`//# sourceMappingURL=b.map\n`}`, r = /[/`]/.test("\'");\nif (a) /re/.exec(a);\n',
  '#!/usr/bin/env node\r\n// c\r\n"use strict";var é = 1;\r\n',
  '!function(){return class A extends (class{}) { static { } get x() { return 1 / 2 } }}();',
  '// only comments\n',
  'export const a = () => {};\nexport default async function* f() { yield /x/ }\n',
];

/** What the damage starts from: scripts of every shape with plain, indexed, pretty, guarded and inline maps. */
export function seedPairs(): SeedPair[] {
  const maps = [
    JSON.stringify(PLAIN),
    JSON.stringify(PLAIN, null, 2),
    `)]}'\n${JSON.stringify(INDEXED)}`,
    `\ufeff${JSON.stringify(INDEXED, null, '\t')}`,
    JSON.stringify({ ...PLAIN, debug_id: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee' }).replace('AAAA', '\\u0041AAA'),
  ];
  const paired = SCRIPTS.flatMap((code) =>
    maps.map((map) => ({ js: Buffer.from(`${code}//# sourceMappingURL=a.js.map\n`), map: Buffer.from(map) })),
  );
  const inline = Buffer.from(JSON.stringify(PLAIN)).toString('base64');
  const alone = SCRIPTS.flatMap((code) => [
    code,
    `${code}//# sourceMappingURL=data:application/json;base64,${inline}\n`,
    `${code}//# sourceMappingURL=data:application/json,${encodeURIComponent(JSON.stringify(INDEXED))}\n`,
  ]);
  return [...paired, ...alone.map((js) => ({ js: Buffer.from(js), map: undefined }))];
}
