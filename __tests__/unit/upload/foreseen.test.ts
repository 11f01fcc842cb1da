import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AssembleAnswer, AssembleRequest } from '../../../src/sentry/types.js';
import { planSourceMaps } from '../../../src/sourcemaps/plan.js';
import { processUnit } from '../../../src/sourcemaps/process.js';
import type { Unit } from '../../../src/sourcemaps/types.js';
import type { ProcessUnit } from '../../../src/upload/pack.js';
import { uploadSourceMaps } from '../../../src/upload/upload.js';
import { sourceMapInputs } from '../../support/inputs.js';
import { itOnPosix } from '../../support/platform.js';
import { depsFor, type Files, recordingLog, removeBuilds, request, writeBuild } from './support/build.js';
import { FakeServer } from './support/fake-server.js';
import { readZip } from './support/zip-reader.js';

afterEach(removeBuilds);

const MAP = '{"version":3,"sources":["s.ts"],"sourcesContent":["s"],"names":[],"mappings":"AAAA"}';

/** `a.js` and `b.js` name each other's map, `c.js` none, `d.js` its own; `lone.css.map` has no script. */
const CROSSED: Files = {
  'a.js': 'a()\n//# sourceMappingURL=b.js.map',
  'a.js.map': MAP.replace('s.ts', 'of-b.ts'),
  'b.js': 'b()\n//# sourceMappingURL=a.js.map',
  'b.js.map': MAP.replace('s.ts', 'of-a.ts'),
  'c.js': 'c()',
  'c.js.map': MAP.replace('s.ts', 'of-c.ts'),
  'd.js': 'd()\n//# sourceMappingURL=d.js.map?v=1',
  'd.js.map': MAP.replace('s.ts', 'of-d.ts'),
  'inline.js': `i()\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(MAP).toString('base64')}`,
  'lone.css.map': MAP.replace('s.ts', 'of-css.ts'),
  'plain.js': 'p()',
};

function setup(files: Files, server = new FakeServer()) {
  const folder = writeBuild(files);
  const inputs = { workspace: folder, workingDirectory: folder, dryRun: false };
  const plan = planSourceMaps({ ...inputs, sourcemaps: sourceMapInputs(['.']) }, recordingLog());
  let units: readonly Unit[] = [];
  const reads: string[] = [];
  const watched: ProcessUnit = (unit, options, allocate) => {
    const result = processUnit(unit, options, allocate);
    if (unit.js !== undefined) reads.push(unit.js.name);
    return result;
  };
  const deps = depsFor(server, 0, {
    processUnit: watched,
    onPaired: (all) => {
      units = all;
    },
  });
  const pairs = () => Object.fromEntries(units.map(({ js, map }) => [js?.name ?? '', map?.name]));
  return { folder, plan, deps, server, reads, pairs };
}

/** What the bundle says a script's map is: the map with the same debug id, and the header by which older servers look it up. */
function mapOf(archive: Buffer, script: string): readonly (string | undefined)[] {
  const files = readZip(archive);
  const manifest = JSON.parse(files.find(({ name }) => name === 'manifest.json')?.data.toString() ?? '') as {
    files: Record<string, { url: string; type: string; headers: Record<string, string> }>;
  };
  const entries = Object.values(manifest.files);
  const headers = entries.find(({ url }) => url === `~/${script}`)?.headers ?? {};
  const map = entries.find((entry) => entry.type === 'source_map' && entry.headers['debug-id'] === headers['debug-id']);
  return [map?.url, headers['sourcemap']];
}

describe('scripts that say something else than their names', () => {
  it('get the map that their comment means, and every file is uploaded once', async () => {
    const { plan, deps, server, pairs, reads } = setup(CROSSED);
    const record = await uploadSourceMaps(plan, request, deps);
    expect(pairs()).toEqual({
      'a.js': 'b.js.map',
      'b.js': 'a.js.map',
      'c.js': 'c.js.map',
      'd.js': 'd.js.map',
      'inline.js': undefined,
      '': 'lone.css.map',
      'plain.js': undefined,
    });
    const [archive] = server.archives;
    const names = readZip(archive ?? Buffer.alloc(0)).map(({ name }) => name.replace('files/_/_/', ''));
    expect(names.toSorted()).toEqual([...Object.keys(CROSSED), 'manifest.json'].toSorted());
    expect(['a.js', 'b.js', 'c.js', 'd.js'].map((script) => mapOf(archive ?? Buffer.alloc(0), script))).toEqual([
      ['~/b.js.map', 'b.js.map'],
      ['~/a.js.map', 'a.js.map'],
      ['~/c.js.map', 'c.js.map'],
      ['~/d.js.map', 'd.js.map'],
    ]);
    expect(record).toMatchObject({ files: 11, pairs: 4 });
    // Read twice is only what was not as foreseen.
    expect(reads).toEqual(['a.js', 'b.js', 'c.js', 'd.js', 'inline.js', 'plain.js', 'a.js', 'b.js', 'c.js']);
  });

  it('are packed again as they were when the server forgets their chunks', async () => {
    const server = new FakeServer();
    const { plan, deps, reads } = setup(CROSSED, server);
    let polls = 0;
    server.finalState = 'assembling';
    const forget = ({ checksum }: AssembleRequest): AssembleAnswer | undefined => {
      if (checksum.startsWith('0000')) return undefined;
      polls++;
      if (polls === 5) server.finalState = 'ok';
      if (polls !== 2) return undefined;
      server.chunks.clear();
      return { state: 'created', missingChunks: [], detail: undefined };
    };
    server.script.push(...Array.from({ length: 12 }, () => forget));
    await uploadSourceMaps(plan, { ...request, waitMs: 60_000 }, deps);
    const whole = server.archives.at(-1) ?? Buffer.alloc(0);
    expect(readZip(whole).length).toBe(12);
    expect(mapOf(whole, 'a.js')).toEqual(['~/b.js.map', 'b.js.map']);
    expect(reads.filter((name) => name === 'a.js')).toHaveLength(4);
  });

  it('are left as they are when they are only looked at', async () => {
    const { folder, plan } = setup(CROSSED);
    const before = statSync(join(folder, 'a.js'));
    const [first] = plan.foreseen;
    if (first === undefined) throw new Error('nothing is foreseen');
    expect(processUnit(first, plan.options)).toEqual({
      artifacts: [],
      diagnoses: [],
      unlike: { reference: 'b.js.map', inline: false },
    });
    expect(statSync(join(folder, 'a.js')).ino).toBe(before.ino);
    expect(readFileSync(join(folder, 'a.js.map'), 'utf8')).toBe(CROSSED['a.js.map']);
  });

  itOnPosix('that cannot be read are told of and left out, and the others go up', async () => {
    const { plan, deps, server } = setup(CROSSED);
    const foreseen = plan.foreseen.map((unit) =>
      unit.js.name === 'd.js' ? { ...unit, js: { ...unit.js, path: `${unit.js.path}/no-folder` } } : unit,
    );
    const record = await uploadSourceMaps({ ...plan, foreseen }, request, deps);
    expect(record.diagnoses).toContainEqual({
      kind: 'unreadable',
      file: 'd.js',
      severity: 'error',
      message: expect.stringContaining('ENOTDIR'),
    });
    expect(record.debugIds.map(({ name }) => name)).not.toContain('d.js');
    expect(server.archives).toHaveLength(1);
  });
});
