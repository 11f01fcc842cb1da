import { runInNewContext } from 'node:vm';
import { encode, type SourceMapMappings } from '@jridgewell/sourcemap-codec';
import { FlattenMap, originalPositionFor, type SectionedSourceMapInput } from '@jridgewell/trace-mapping';
import fc from 'fast-check';
import { inject, injectAgain, removeFolders, SNIPPET, withoutInjection } from './inject-support.js';

afterAll(removeFolders);

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 100);

/** Programs: a prologue of every kind, then code. All of it runs, so that a broken one shows. */
const eol = fc.constantFrom('\n', '\r\n');
const piece = (end: string) =>
  fc.constantFrom(
    `// comment "use strict"${end}`,
    `/* block ${end} block */`,
    '/*! licence é😀 */ ',
    `'use strict'${end}`,
    '"use strict";',
    `"use client";${end}`,
    '"with \\" quote \\u0041";',
    end,
    '  ',
    '\t',
  );
const statement = (end: string) =>
  fc.constantFrom(
    'var a=1;',
    `let b = \`//# sourceMappingURL=x.map${end}\${1}\`;`,
    `out.push(/[/]\`'"/.test("x"));${end}`,
    'out.push("é😀");',
    `function f(){ return this === undefined }${end}`,
    `/* //# debugId=aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee */${end}`,
    end,
  );
const program = eol.chain((end) =>
  fc
    .tuple(
      fc.constantFrom('', '\ufeff', `#!/usr/bin/env node${end}`),
      fc.array(piece(end), { maxLength: 5 }),
      fc.array(statement(end), { maxLength: 6 }),
      fc.constantFrom(`${end}//# sourceMappingURL=app.js.map${end}`, '', '//# sourceMappingURL=app.js.map'),
    )
    .map(([start, prologue, body, reference]) => {
      const code = body.filter((text, index) => !text.startsWith('let ') || body.indexOf(text) === index).join('');
      return `${start}${prologue.join('')}${code};out.push((function(){return this===undefined})());${reference}`;
    }),
);

const SOURCES = ['a.ts', 'b.ts', 'c.ts'];
const segment = fc.oneof(
  fc.tuple(fc.nat(60)),
  fc.tuple(fc.nat(60), fc.nat(2), fc.nat(50), fc.nat(50)),
  fc.tuple(fc.nat(60), fc.nat(2), fc.nat(50), fc.nat(50), fc.nat(1)),
);
/** Segments in any order, some twice: maps in the wild are like that. */
const mappings = fc.array(fc.array(segment, { maxLength: 5 }), { maxLength: 9 });
const plainMap = mappings.map((lines) => ({
  version: 3,
  file: 'app.js',
  sources: SOURCES,
  sourcesContent: SOURCES,
  names: ['x', 'y'],
  mappings: encode(lines as SourceMapMappings),
  x_unknown: { kept: [1, 'é'] },
  ignoreList: [1],
}));
const indexedMap = fc
  .array(fc.tuple(fc.nat(4), fc.nat(40), plainMap, fc.boolean()), { minLength: 1, maxLength: 4 })
  .map((parts) => {
    const sorted = [...parts].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const sections = sorted.map(([line, column, map, nested], index) => {
      const offset = index === 0 ? { line: 0, column: 0 } : { line, column };
      const inner = nested ? { version: 3, sections: [{ offset: { line: 0, column: 0 }, map }] } : map;
      return { offset, map: inner };
    });
    return { version: 3, sections };
  });

const LINE_END = /\r\n|[\n\r\u2028\u2029]/g;

/** Zero-based line and UTF-16 column of every character, and of the end. */
function positionsOf(text: string): { line: number; column: number }[] {
  const starts = [0, ...[...text.matchAll(LINE_END)].map((match) => match.index + match[0].length)];
  const positions: { line: number; column: number }[] = [];
  for (let at = 0, line = 0; at <= text.length; at++) {
    while ((starts[line + 1] ?? Number.POSITIVE_INFINITY) <= at) line++;
    positions.push({ line, column: at - (starts[line] ?? 0) });
  }
  return positions;
}

/** Every character of the old script resolves to the same place through the old map and, where it is now, the new one. */
function expectSamePositions(before: string, oldMap: object, after: string, newMap: object): void {
  const bom = before.startsWith('\ufeff') ? 1 : 0;
  const [old, now] = [before.slice(bom), after.slice(bom)];
  const snippet = SNIPPET.exec(now);
  const at = snippet?.index ?? 0;
  const rest = old.slice(at);
  const inserted = now.indexOf(rest, at + (snippet?.[0].length ?? 0)) - at;
  const oldTrace = new FlattenMap(oldMap as SectionedSourceMapInput);
  const newTrace = new FlattenMap(newMap as SectionedSourceMapInput);
  const oldPositions = positionsOf(old);
  const newPositions = positionsOf(now);
  for (let index = 0; index < old.length; index++) {
    const from = oldPositions[index] ?? { line: 0, column: 0 };
    const to = newPositions[index >= at ? index + inserted : index] ?? { line: 0, column: 0 };
    const expected = originalPositionFor(oldTrace, { line: from.line + 1, column: from.column });
    const actual = originalPositionFor(newTrace, { line: to.line + 1, column: to.column });
    if (JSON.stringify(actual) !== JSON.stringify(expected)) {
      throw new Error(
        `${JSON.stringify(from)} → ${JSON.stringify(to)}: ${JSON.stringify(actual)}, was ${JSON.stringify(expected)}`,
      );
    }
  }
}

function run(js: string): unknown {
  const out: unknown[] = [];
  runInNewContext(js.replace(/^\ufeff/, ''), { out });
  return out;
}

describe('for any program and any map', () => {
  it('every position resolves to the same source position after injection', () => {
    fc.assert(
      fc.property(program, fc.oneof(plainMap, indexedMap), (js, map) => {
        const injected = inject(js, map);
        expect(injected.kinds).toContain('injected');
        expectSamePositions(js, map, injected.js, JSON.parse(injected.map) as object);
        injected.folder.remove();
      }),
      { numRuns: RUNS },
    );
  });

  it('the same holds for inline maps of every encoding', () => {
    const encodings = [
      (map: string) => `data:application/json;base64,${Buffer.from(map).toString('base64')}`,
      (map: string) => `data:application/json;charset=utf-8;base64,${Buffer.from(map).toString('base64')}`,
      (map: string) => `data:application/json;base64,${Buffer.from(map).toString('base64url')}`,
      (map: string) => `data:application/json,${encodeURIComponent(map)}`,
      (map: string) => `data:application/json;charset=utf-8,${encodeURIComponent(map)}`,
    ];
    const decode = (js: string) => {
      const [, base64, value] = /sourceMappingURL=data:[^,]*?(;base64)?,(\S+)/.exec(js) ?? [];
      return JSON.parse(
        base64 ? Buffer.from(value ?? '', 'base64').toString() : decodeURIComponent(value ?? ''),
      ) as object;
    };
    fc.assert(
      fc.property(program, fc.oneof(plainMap, indexedMap), fc.constantFrom(...encodings), (code, map, toUrl) => {
        const js =
          code.replace(/(\r?\n)?\/\/# sourceMappingURL=app.js.map(\r?\n)?$/, '') +
          `\n//# sourceMappingURL=${toUrl(JSON.stringify(map))}\n`;
        const injected = inject(js);
        const visible = (text: string) => text.replace(/data:\S+/, 'data:');
        expectSamePositions(visible(js), map, visible(injected.js), decode(injected.js));
        injected.folder.remove();
      }),
      { numRuns: RUNS },
    );
  });

  it('the program does the same, in the same mode, and nothing but the snippet and the id comment is added', () => {
    fc.assert(
      fc.property(program, fc.option(plainMap, { nil: undefined }), (js, map) => {
        const injected = inject(js, map);
        expect(run(injected.js)).toEqual(run(js));
        const stripped = withoutInjection(injected.js);
        // What may remain is one line break: behind a last line without one, or of the snippet's own line.
        expect(stripped.replace(LINE_END, '')).toBe(js.replace(LINE_END, ''));
        expect((stripped.match(LINE_END) ?? []).length - (js.match(LINE_END) ?? []).length).toBeLessThanOrEqual(2);
        injected.folder.remove();
      }),
      { numRuns: RUNS },
    );
  });

  it('a second injection changes nothing and gives the same artifacts', () => {
    fc.assert(
      fc.property(program, fc.option(fc.oneof(plainMap, indexedMap), { nil: undefined }), (js, map) => {
        const first = inject(js, map);
        const files = first.folder.snapshot();
        const second = injectAgain(first.folder);
        expect(first.folder.snapshot()).toEqual(files);
        const plain = (result: typeof first.result) =>
          result.artifacts.map(({ url, headers, pieces }) => [url, headers, Buffer.concat(pieces).toString()]);
        expect(plain(second.result)).toEqual(plain(first.result));
        first.folder.remove();
      }),
      { numRuns: RUNS },
    );
  });

  it('what the map says besides positions and id is untouched', () => {
    fc.assert(
      fc.property(program, plainMap, fc.constantFrom(undefined, 2, '\t'), (js, map, indent) => {
        const injected = inject(js, JSON.stringify(map, null, indent));
        const {
          debugId,
          debug_id,
          mappings: moved,
          ...rest
        } = JSON.parse(injected.map) as typeof map & Record<string, string>;
        const { mappings: old, ...before } = map;
        expect(rest).toEqual(before);
        expect([debugId, debug_id]).toEqual([injected.debugId, injected.debugId]);
        expect(moved.length).toBeGreaterThanOrEqual(old.length);
        injected.folder.remove();
      }),
      { numRuns: RUNS },
    );
  });
});
