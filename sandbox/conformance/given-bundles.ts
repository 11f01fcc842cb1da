import { bundleBytes, type MadeBundle, type MadeFile, pairOfFiles } from './bundle.js';
import type { Phrase } from './given.js';
import { assembleNow } from './job.js';
import { expandId, listOf, NUMBER, numberOf } from './words.js';
import type { World } from './world.js';

const ANY_ID = '5f1c7d1e-0b0c-4a55-9f0e-2f6e3f1a9c77';
const UUID = '[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}';

function change(world: World, more: Partial<MadeBundle>): void {
  world.bundle = { files: pairOfFiles(ANY_ID), ...world.bundle, ...more };
}

/** Bundles that are there before the request. */
function upload(world: World, bundles: readonly MadeBundle[], links: { version?: string; dist?: string }): void {
  world.steps.push(async (live) => {
    for (const bundle of bundles) await assembleNow(live, bundleBytes(bundle), { projects: ['foo'], ...links });
  });
}

/** What `one bundle with 2 files, release 1.0 dist none` says. */
function readBundles(world: World, count: number, text: string): boolean {
  let rest = ` ${text} `;
  const take = (form: RegExp) => {
    const match = form.exec(rest);
    if (match !== null) rest = rest.replace(match[0], ' ');
    return match?.slice(1);
  };
  const pair = take(/\(([^,()]+), ?([^,()]+)\)/);
  const version = (pair?.[0] ?? take(/ release (\S+?)(?=[\s,])/)?.[0])?.trim();
  const dist = (pair?.[1] ?? take(/ dist (\S+?)(?=[\s,])/)?.[0])?.trim();
  const files = Number(take(/ (\d+) files?\b/)?.[0] ?? 0);
  const missing = take(/ one (?:of them )?missing in the zip\b/) !== undefined;
  const ids = listOf(
    take(/ (?:debug[- ]ids?|ids?|holds?) ((?:(?:[0-9a-f]\.\.|[0-9a-f-]{32,36})(?:, | and )?)+)/i)?.[0] ?? '',
  ).map(expandId);
  const urls = listOf(
    take(/ (?:contain|contains|containing|holds?|with) ((?:~|https?:|\/)\S+(?:(?:, | and )\S+)*)/)?.[0] ?? '',
  );
  if (
    !/^(?:\s|,|\b(?:exist|exists|of|for|with|holds?|is|are|on|foo|and|uploaded|contain|contains|no|none|there|project|to|the|same|debug id|a)\b)*$/.test(
      rest,
    )
  ) {
    return false;
  }
  const made = madeFiles({ ids, urls, files, missing });
  const bundles = [...Array(count).keys()].map((n) => ({ debugId: seriesId(n), files: made }));
  upload(world, bundles, {
    ...(version === undefined || version === 'none' ? {} : { version }),
    ...(dist === undefined || dist === 'none' ? {} : { dist }),
  });
  return true;
}

let series = 0;

/** A bundle id nobody else has. */
function seriesId(n: number): string {
  series += 1;
  return `00000000-0000-4000-8000-${String(series * 100 + n).padStart(12, '0')}`;
}

function madeFiles(said: {
  ids: readonly string[];
  urls: readonly string[];
  files: number;
  missing: boolean;
}): MadeFile[] {
  const byId = said.ids.flatMap((id, index) => pairOfFiles(id, `app${index}`));
  const byUrl = said.urls.map((url) => ({ url, type: 'minified_source', debugId: ANY_ID }));
  const found: MadeFile[] = [...byId, ...byUrl];
  if (found.length === 0 && said.files === 0) found.push(...pairOfFiles(ANY_ID));
  while (found.length < said.files) {
    found.push({ url: `~/file${found.length}.js`, type: 'minified_source', debugId: ANY_ID });
  }
  return found.map((file, index) => ({ ...file, inZip: !(said.missing && index === found.length - 1) }));
}

/** `(1.0,android),(2.0,ios)`. */
function pairs(text: string): { version: string | undefined; dist: string | undefined }[] {
  return [...text.matchAll(/\(([^,()]*),\s*([^()]*)\)/g)].map(([, version = '', dist = '']) => ({
    version: nameOrNone(version),
    dist: nameOrNone(dist),
  }));
}

function nameOrNone(word: string): string | undefined {
  const trimmed = word.trim();
  return ['', 'none', 'null', 'no dist', '""'].includes(trimmed) ? undefined : trimmed;
}

function repeatRuns(world: World, count: number): void {
  const { version, dist } = world.subject.request;
  const run = { version: textOf(version), dist: textOf(dist) };
  world.runs = Array.from({ length: count }, () => run);
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

export const BUNDLE_PHRASES: readonly Phrase[] = [
  {
    form: new RegExp(
      `^zip with manifest\\.debug_id ?= ?(${UUID}), one minified_source and one source_map sharing debug-id (${UUID})$`,
    ),
    apply: (world, [debugId = '', shared = '']) => change(world, { debugId, files: pairOfFiles(shared) }),
  },
  {
    form: new RegExp(`^zip with one minified_source and one source_map sharing debug-id (${UUID})$`),
    apply: (world, [shared = '']) => change(world, { files: pairOfFiles(shared) }),
  },
  {
    form: new RegExp(`^(?:the )?(?:same )?job run (${NUMBER}) times$`, 'i'),
    apply: (world, [n = '']) => repeatRuns(world, numberOf(n)),
  },
  {
    form: /^(?:job )?run for ((?:\([^()]*\)(?:,? ?(?:and )?)?)+)$/i,
    apply: (world, [text = '']) => {
      world.runs = pairs(text);
    },
  },
  {
    form: /^(?:job )?run without release,? then with (\S+)$/i,
    apply: (world, [version = '']) => {
      world.runs = [
        { version: undefined, dist: undefined },
        { version, dist: undefined },
      ];
    },
  },
  {
    form: /^(?:job )?run with (\S+),? then with(?:out release| (\S+))$/i,
    apply: (world, [first = '', second = '']) => {
      world.runs = [
        { version: first, dist: undefined },
        { version: second === '' ? undefined : second, dist: undefined },
      ];
    },
  },
  { form: /^chunks concatenate to another sha1$/i, apply: (world) => change(world, {}) },
  { form: /^content is the text (.+)$/i, apply: (world, [raw = '']) => change(world, { raw }) },
  { form: /^(?:content|bundle) is (?:not a zip|no zip)$/i, apply: (world) => change(world, { raw: 'no zip' }) },
  {
    form: /^manifest(?:'s)? files (?:is|are) (?:\{\}|empty)$|^empty manifest$/i,
    apply: (world) => change(world, { files: [] }),
  },
  {
    form: /^(?:zip with )?(?:no manifest(?:\.json)?|manifest(?:\.json)? (?:is )?missing|zip without manifest(?:\.json)?)$/i,
    apply: (world) => change(world, { manifest: null }),
  },
  {
    form: /^manifest(?:\.json)? is (?:not|no|invalid) (?:JSON|json)$/i,
    apply: (world) => change(world, { manifest: '{not json' }),
  },
  { form: /^manifest(?:\.json)? is an? (?:array|list)$/i, apply: (world) => change(world, { manifest: '[]' }) },
  {
    form: /^manifest files is an? (?:array|list)$/i,
    apply: (world) => change(world, { manifest: '{"files":["a"]}' }),
  },
  {
    form: /^manifest entries without debug ids$/i,
    apply: (world) => change(world, { files: pairOfFiles(undefined) }),
  },
  {
    form: /^no release anywhere$|^no release in (?:the )?(?:request|manifest)(?: nor (?:the )?(?:request|manifest))?$/i,
    apply: () => undefined,
  },
  { form: /^manifest\.release ?= ?(\S+)$/i, apply: (world, [release = '']) => change(world, { release }) },
  { form: /^manifest\.dist ?= ?(\S+)$/i, apply: (world, [dist = '']) => change(world, { dist }) },
  { form: /^request (?:version|dist) \S+$|^no version in the request$/i, apply: () => undefined },
  {
    form: /^(?:one|a) (?:of (?:two|the|its) )?chunks? (?:is )?(?:no longer owned|vanished|gone)$/i,
    apply: (world) => {
      change(world, {});
      world.chunkVanishes = true;
    },
  },
  { form: /^SYSB prefix(?: before the zip)?$/i, apply: (world) => change(world, { prefixed: true }) },
  {
    form: /^manifest names a path that is not in the zip$/i,
    apply: (world) => change(world, { files: pairOfFiles(ANY_ID).map((file) => ({ ...file, inZip: false })) }),
  },
  {
    form: /^(?:manifest )?debug[- ]ids? (?:in|are|is) upper[- ]?case$/i,
    apply: (world) => change(world, { files: pairOfFiles(ANY_ID.toUpperCase()) }),
  },
  {
    form: new RegExp(`^(${NUMBER}) older bundles? with the same bundle id exist$`, 'i'),
    apply: (world, [count = '']) => {
      change(world, { debugId: ANY_ID });
      olderDuplicates(world, numberOf(count));
    },
  },
  {
    form: new RegExp(
      `^(${NUMBER}) bundles? exists? for \\(([^,]+), ?([^)]+)\\), (?:second|third|fourth|another|one more) uploaded$`,
      'i',
    ),
    apply: (world, [count = '', version = '', dist = '']) => {
      change(world, { debugId: ANY_ID });
      const bundles = [...Array(numberOf(count)).keys()].map((n) => ({
        debugId: seriesId(n),
        files: pairOfFiles(seriesId(n)),
      }));
      upload(world, bundles, { version, dist });
    },
  },
  { form: /^(?:nothing (?:is |was )?uploaded|no bundles?(?: exists?| uploaded)?)$/i, apply: () => undefined },
  { form: /^(?:dist|release|version) of \d+ char(?:acter)?s$/i, apply: () => undefined },
  { form: /^(?:manifest )?(?:has |with )?debug ids(?: without release| only)?$/i, apply: (world) => change(world, {}) },
  {
    form: /^(?:no manifest\.debug_id|manifest\.debug_id (?:is )?missing|manifest without debug_id)$/i,
    apply: (world) => change(world, { files: pairOfFiles(ANY_ID) }),
  },
  {
    form: /^(?:manifest |files )?(?:entry|entries) (?:without url|has no url)$/i,
    apply: (world) => change(world, { files: pairOfFiles(ANY_ID).map((file) => ({ ...file, url: undefined })) }),
  },
  {
    form: /^(?:manifest |files )?(?:entry|entries) (?:of|with) (?:an )?unknown type$/i,
    apply: (world) => change(world, { files: pairOfFiles(ANY_ID).map((file) => ({ ...file, type: 'unknown' })) }),
  },
  {
    form: /^(?:manifest )?debug[- ]ids? (?:is |are )?(?:not parsable|unparsable|invalid|malformed)$/i,
    apply: (world) => change(world, { files: pairOfFiles('no-debug-id') }),
  },
  {
    form: /^(?:manifest )?debug[- ]ids? with (?:an )?age(?: suffix)?$/i,
    apply: (world) => change(world, { files: pairOfFiles(`${ANY_ID}-1`) }),
  },
  {
    form: /^same bundle id(?:,| and| with|) (?:other|new|different) debug ids?$/i,
    apply: (world) => {
      upload(world, [{ debugId: ANY_ID, files: pairOfFiles(seriesId(0)) }], { version: '0.9' });
      change(world, { debugId: ANY_ID, files: pairOfFiles(seriesId(0)) });
    },
  },
  { form: /^bundle ((?:of|with|for|uploaded) .+)$/i, apply: (world, [text = '']) => readBundles(world, 1, text) },
  { form: /^bundle \w+ (holds .+)$/i, apply: (world, [text = '']) => readBundles(world, 1, text) },
  {
    form: new RegExp(`^(${NUMBER}) bundles? (.+)$`, 'i'),
    apply: (world, [n = '', text = '']) => readBundles(world, numberOf(n), text),
  },
];

/** Such rows come from races in the server, never from the endpoint: they are put into the state. */
function olderDuplicates(world: World, count: number): void {
  upload(world, [{ debugId: ANY_ID, files: pairOfFiles(ANY_ID, 'older') }], { version: '0.9' });
  world.steps.push(async (live) => {
    const [first] = live.org.bundles;
    if (first === undefined) throw new Error('the older bundle was not made');
    for (let n = 1; n < count; n += 1) {
      live.org.bundles.push({ ...first, id: first.id + 1000 + n, checksum: String(n).repeat(40).slice(0, 40) });
    }
  });
}
