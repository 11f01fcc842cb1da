import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EntryReader, parseResolveRequest, resolveStack } from '../../sandbox/resolve.js';
import { createIds, createState } from '../../sandbox/state/create.js';
import type { Bundle, BundleFile, SandboxState } from '../../sandbox/state/types.js';

const example = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'examples', 'webapp');
const assets = join(example, 'dist', 'assets');
const IDS: Record<string, string> = {
  main: '11111111-1111-5111-8111-111111111111',
  order: '22222222-2222-5222-8222-222222222222',
};

interface Entry {
  readonly url: string;
  readonly type: 'minified_source' | 'source_map';
  readonly text: string;
  readonly debugId?: string;
  readonly sourcemap?: string;
}

/** A state with one bundle, as an upload would leave it. */
function stateWith(entries: readonly Entry[], { release = 'shop@1', dist = '', project = 'web' } = {}) {
  const state = createState(
    { organizations: [{ slug: 'acme', projects: [{ slug: 'web' }, { slug: 'api' }] }] },
    createIds(),
    0,
  );
  const organization = state.organizations.get('acme');
  const linked = organization?.projects.get(project);
  if (organization === undefined || linked === undefined) throw new Error('no project');
  const files: BundleFile[] = entries.map(({ url, type, debugId, sourcemap }) => ({
    path: url.replace('~', 'files/_/_'),
    url,
    type,
    headers: new Map(sourcemap === undefined ? [] : [['sourcemap', sourcemap]]),
    debugId,
  }));
  const rows = files.flatMap(({ path, type, debugId }) =>
    debugId === undefined || type === undefined ? [] : [{ debugId, type, path }],
  );
  organization.bundles.push({
    ...({ id: 1, bundleId: 'bbbbbbbb-0000-5000-8000-000000000000', checksum: '', urls: [] } as unknown as Bundle),
    files,
    releases: [{ release, dist }],
    projects: [linked],
    debugIds: rows,
    dateUploaded: 0,
    dateModified: 0,
  });
  const texts = new Map(entries.map(({ url, text }) => [url.replace('~', 'files/_/_'), text]));
  const read: EntryReader = async (_, path) => {
    const text = texts.get(path);
    return text === undefined ? undefined : Buffer.from(text);
  };
  return { state, read };
}

/** Script and map of the example's build, with debug ids. */
function exampleEntries(): Entry[] {
  return readdirSync(assets).map((name) => {
    const chunk = name.split('-')[0] ?? '';
    const debugId = IDS[chunk];
    const type = name.endsWith('.map') ? 'source_map' : 'minified_source';
    const text = readFileSync(join(assets, name), 'utf8');
    return { url: `~/assets/${name}`, type, text, ...(debugId === undefined ? {} : { debugId }) };
  });
}

/** Runs the example until it throws. */
function realStack(): string {
  const main = readdirSync(assets).find((name) => /^main-\w+\.js$/.test(name));
  const script = `import('./dist/assets/${main}').then((m) => m.buyOneOfEach('SPRING25')).catch((e) => process.stdout.write(e.stack))`;
  return spawnSync(process.execPath, ['-e', script], { cwd: example, encoding: 'utf8' }).stdout;
}

/** 1-based line of a text in a source of the example. */
function lineOf(source: string, text: string): number {
  return (
    1 +
    readFileSync(join(example, source), 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text))
  );
}

function resolve({ state, read }: { state: SandboxState; read: EntryReader }, body: Record<string, unknown>) {
  return resolveStack(state, parseResolveRequest(body), read);
}

describe('resolving a real stack', () => {
  const stack = realStack();
  const files = [...new Set(stack.match(/file:[^:]+\.js/g))];
  const debugIds = Object.fromEntries(files.map((file) => [file, IDS[/(\w+)-\w+\.js$/.exec(file)?.[1] ?? '']]));

  it('finds file, line, function and the lines around, frame by frame, by debug id', async () => {
    const { frames, message } = await resolve(stateWith(exampleEntries()), { stack, debugIds });
    expect(message).toBe('RangeError: Coupon SPRING25 has no rate for food');
    const shown = frames
      .filter(({ original }) => original !== undefined)
      .map(({ original }) => `${original?.function} ${original?.source.replace('../../', '')}:${original?.line}`);
    expect(shown).toEqual([
      `discountRate src/checkout/coupons.ts:${lineOf('src/checkout/coupons.ts', 'throw new RangeError')}`,
      `priceLine src/checkout/pricing.ts:${lineOf('src/checkout/pricing.ts', 'const rate =')}`,
      `priceCart src/checkout/pricing.ts:${lineOf('src/checkout/pricing.ts', 'priced.push(')}`,
      `placeOrder src/checkout/order.ts:${lineOf('src/checkout/order.ts', 'priceCart(cart.lines')}`,
      `checkout src/main.ts:${lineOf('src/main.ts', 'return placeOrder')}`,
      `buyOneOfEach src/main.ts:${lineOf('src/main.ts', 'return await checkout(')}`,
    ]);
    const top = frames[0]?.original;
    expect(top?.contextLine).toContain('throw new RangeError');
    expect(top?.column).toBe((top?.contextLine ?? '').indexOf('new RangeError') + 1);
    expect(top?.preContext).toHaveLength(5);
    expect(top?.preContext.at(-1)).toContain('if (rate === undefined)');
    expect(top?.postContext[0]).toBe('  }');
  });

  it('takes the debug ids as the browser holds them, by the stack that each script took of itself', async () => {
    const held = Object.entries(debugIds).map(([file, id]) => [`Error\n    at ${file}:1:24\n    at ${file}:1:300`, id]);
    const gecko = [`@https://x/a.js:1:24\nload@https://x/loader.js:9:9`, IDS['main']];
    const body = { stack, debugIds: Object.fromEntries([...held, gecko]) };
    expect(parseResolveRequest(body).debugIds).toEqual({ ...debugIds, 'https://x/a.js': IDS['main'] });
    const { frames } = await resolve(stateWith(exampleEntries()), body);
    expect(frames[0]).toMatchObject({ via: 'debug-id', original: { function: 'discountRate' } });
  });

  it('says of the frames of the runtime that they are none of the app', async () => {
    const { frames } = await resolve(stateWith(exampleEntries()), {
      frames: [{ filename: 'node:internal/process/task_queues', lineno: 1, colno: 1 }],
    });
    expect(frames[0]).toMatchObject({ original: undefined, reason: expect.stringContaining('not of your app') });
  });

  it('goes by release and url where there is no debug id, with the reference in the script', async () => {
    const state = stateWith(exampleEntries());
    const site = stack.replaceAll(/file:\S*\/dist/g, 'https://shop.example').replaceAll('.js:', '.js?v=2:');
    const { frames } = await resolve(state, { stack: site, release: 'shop@1' });
    expect(frames[0]).toMatchObject({ via: 'release', original: { function: 'discountRate' } });
    const other = await resolve(state, { stack: site, release: 'shop@2' });
    expect(other.frames[0]?.reason).toMatch(
      /nothing that was uploaded for release shop@2 has the address ~\/assets\/order-\w+\.js$/,
    );
    const dist = await resolve(state, { stack: site, release: 'shop@1', dist: 'd' });
    expect(dist.frames[0]?.original).toBeUndefined();
  });

  it('takes the bundles of the project only, when one is named', async () => {
    const state = stateWith(exampleEntries());
    const { frames } = await resolve(state, { stack, debugIds, project: 'api' });
    expect(frames[0]?.reason).toMatch(/^nothing that was uploaded for project api has debug id /);
  });
});

describe('when a frame cannot be resolved, it says why', () => {
  const map = JSON.stringify({ version: 3, sources: ['a.ts'], names: [], mappings: 'AAAA', sourcesContent: ['x'] });
  const id = 'ABCDEF0123455678ABCDEF0123456789';
  const dashed = 'abcdef01-2345-5678-abcd-ef0123456789';
  const frame = { filename: 'https://x/a.js', lineno: 1, colno: 1 };
  const script: Entry = { url: '~/a.js', type: 'minified_source', text: 'f()', debugId: dashed };
  const mapEntry: Entry = { url: '~/a.js.map', type: 'source_map', text: map, debugId: dashed };
  const reason = async (entries: readonly Entry[], more: Record<string, unknown> = {}) => {
    const { frames } = await resolve(stateWith(entries), {
      frames: [frame],
      debugIds: { [frame.filename]: id },
      ...more,
    });
    return frames[0]?.reason ?? `resolved to ${frames[0]?.original?.source}`;
  };

  it.each<[string, readonly Entry[], Record<string, unknown>, RegExp]>([
    ['nothing (a debug id in capitals, without dashes)', [script, mapEntry], {}, /^resolved to a\.ts$/],
    ['an id nobody uploaded', [], {}, /^nothing that was uploaded has debug id abcdef01-.*of another build/],
    [
      'an id that is none',
      [script],
      { debugIds: { [frame.filename]: 'x' } },
      /^"x" was given as its debug id, but is none/,
    ],
    ['neither id nor release', [script], { debugIds: {} }, /^no debug id was given for this file, and no release/],
    [
      'the id of another file only',
      [script],
      { debugIds: { 'https://x/b.js': id } },
      /for this file \(those given are for https:\/\/x\/b\.js\), and no release/,
    ],
    ['no script in the bundle', [mapEntry], {}, /has the map with debug id .*, but not the script/],
    ['no map', [script], {}, /was uploaded without a map/],
    [
      'a map that is not in the bundle',
      [{ ...script, sourcemap: 'b.map' }],
      {},
      /names the map b\.map, but that was not uploaded/,
    ],
    ['a broken map', [script, { ...mapEntry, text: '{' }], {}, /a\.js\.map cannot be read/],
    [
      'no mapping there',
      [script, { ...mapEntry, text: map.replace('AAAA', '') }],
      {},
      /knows nothing of line 1, column 1/,
    ],
  ])('%s', async (_, entries, more, expected) => {
    expect(await reason(entries, more)).toMatch(expected);
  });

  it('an entry of the manifest that is not in the archive, or cannot be read there', async () => {
    const { state } = stateWith([script, mapEntry]);
    const body = { frames: [frame], debugIds: { [frame.filename]: id } };
    const { frames } = await resolve({ state, read: async () => undefined }, body);
    expect(frames[0]?.reason).toContain('the upload is incomplete');
    const damaged = await resolve({ state, read: () => Promise.reject(new Error('cut off')) }, body);
    expect(damaged.frames[0]?.reason).toBe('the upload is damaged at files/_/_/a.js: cut off');
  });

  it('reads indexed maps, inline maps, and maps behind a guard line', async () => {
    const sections = JSON.stringify({
      version: 3,
      sections: [{ offset: { line: 0, column: 0 }, map: JSON.parse(map) }],
    });
    expect(await reason([script, { ...mapEntry, text: sections }])).toBe('resolved to a.ts');
    expect(await reason([script, { ...mapEntry, text: `)]}'\n${map}` }])).toBe('resolved to a.ts');
    const base64 = `data:application/json;charset=utf-8;base64,${Buffer.from(map).toString('base64')}`;
    const plain = `data:application/json,${encodeURIComponent(map)}`;
    for (const url of [base64, plain]) {
      expect(await reason([{ ...script, text: `f()\n//# sourceMappingURL=${url}` }])).toBe('resolved to a.ts');
    }
  });
});

describe('a resolve request', () => {
  it.each<[unknown, RegExp]>([
    [[], /JSON object/],
    [{}, /"stack"/],
    [{ frames: [{ filename: 'a', lineno: 0, colno: 1 }] }, /frames\[0\]/],
    [{ stack: '', debugIds: [] }, /"debugIds"/],
    [{ stack: '', org: 1 }, /"org" must be a string/],
  ])('is refused with a reason: %j', (body, expected) => {
    expect(() => parseResolveRequest(body)).toThrow(expected);
  });

  it('takes stacks of V8, Firefox and Safari', () => {
    const stack = [
      'Error: x',
      ' at async Promise.all (index 0)',
      '    at new Foo (https://h/a.js:1:2)',
      '    at async https://h/b.js:3:4',
      'go@https://h/c.js:5:6',
      'https://h/d@2.js:7:8',
    ].join('\n');
    expect(parseResolveRequest({ stack }).frames).toMatchObject([
      { filename: 'https://h/a.js', function: 'Foo', lineno: 1, colno: 2 },
      { filename: 'https://h/b.js', function: undefined, lineno: 3, colno: 4 },
      { filename: 'https://h/c.js', function: 'go', lineno: 5, colno: 6 },
      { filename: 'https://h/d@2.js', function: undefined, lineno: 7, colno: 8 },
    ]);
  });
});
