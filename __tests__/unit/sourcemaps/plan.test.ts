import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describePairs, filesOf, pairOthers } from '../../../src/sourcemaps/pair-others.js';
import { planSourceMaps } from '../../../src/sourcemaps/plan.js';
import { processUnit } from '../../../src/sourcemaps/process.js';
import { type PairedPlan, planPaired } from '../../support/paired.js';
import { MAP, makeTree, recordingLog, removeTrees, sourceMapInputs } from './workspace.js';

afterAll(removeTrees);

const TREE = {
  'dist/a.js': '//# sourceMappingURL=a.js.map',
  'dist/a.js.map': MAP,
  'dist/b/a.js': '//# sourceMappingURL=../m/a.js.map',
  'dist/b/plain.js': 'p()',
  'dist/c/inline.js': `//# sourceMappingURL=data:application/json;base64,${Buffer.from(MAP).toString('base64')}`,
  'dist/m/a.js.map': MAP,
  'dist/m/orphan.js.map': MAP,
  'dist/link': { link: 'b' },
  'dist/x.js': { link: '../lib/x.js' },
  'dist/y.js': { link: '../lib/x.js' },
  'dist/up': { link: '..' },
  'dist/gone': { link: 'nowhere.js' },
  'lib/x.js': '//# sourceMappingURL=x.js.map',
  'lib/x.js.map': MAP,
  'lib/z/a.js': '//# sourceMappingURL=a.map',
} as const;

function pairs(plan: PairedPlan): string[] {
  return plan.units.map(({ js, map, unpaired }) => `${js?.name ?? ''}=${map?.name ?? unpaired?.kind ?? ''}`);
}

describe('the plan', () => {
  const root = makeTree(TREE);
  const inputs = { workspace: root, workingDirectory: root, dryRun: true };

  it('holds units in the order of the archive, with every file once', async () => {
    const plan = await planPaired({ ...inputs, sourcemaps: sourceMapInputs(['dist', 'lib']) }, recordingLog().log);
    expect(pairs(plan)).toEqual([
      'dist/a.js=dist/a.js.map',
      'dist/b/a.js=dist/m/a.js.map',
      'dist/b/plain.js=no-map',
      'dist/c/inline.js=',
      '=dist/m/orphan.js.map',
      'dist/x.js=lib/x.js.map',
      'lib/z/a.js=no-map',
    ]);
    expect(plan.files).toBe(10);
    expect(plan.bytes).toBe(plan.units.reduce((sum, { js, map }) => sum + (js?.size ?? 0) + (map?.size ?? 0), 0));
    expect(describePairs(plan.units)).toBe(
      '6 scripts: 3 with a map, 1 with the map inside, 2 without, 1 map without a script',
    );
  });

  it('passes the options on, bound to the workspace', async () => {
    const change = { stripPrefix: ['/home/'], stripCommonPrefix: true, inject: false };
    const plan = await planPaired({ ...inputs, sourcemaps: sourceMapInputs(['lib'], change) }, recordingLog().log);
    expect(plan.options).toEqual({
      inject: false,
      dryRun: true,
      stripPrefix: ['/home/'],
      stripCommonPrefix: true,
      workspace: root,
      workingDirectory: root,
    });
  });

  it('takes the scan of the other files from whoever runs it, workers for instance', async () => {
    const plan = planSourceMaps({ ...inputs, sourcemaps: sourceMapInputs(['dist']) }, recordingLog().log);
    const unlike = new Map(plan.foreseen.map(({ js }) => [js, { inline: false }]));
    const asked: string[] = [];
    const others = { ...plan, foreseen: [], others: [...filesOf(plan.foreseen), ...plan.others] };
    await pairOthers(others, { unlike, inline: new Set() }, async (scripts) => {
      asked.push(...scripts.map(({ name }) => name));
      return scripts.map(() => ({ inline: true, reference: 'data:,' }));
    });
    expect(asked.sort()).toEqual(['dist/a.js', 'dist/b/a.js', 'dist/b/plain.js', 'dist/c/inline.js', 'dist/x.js']);
  });

  it('tells of a map without a debug id that its script was left out, and of no other map', async () => {
    const tree = {
      'd/a.js': 'a()\n//# sourceMappingURL=a.js.map',
      'd/a.js.map': MAP,
      'd/b.js': 'b()',
      'd/b.js.map': MAP.replace('{', '{"debugId":"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",'),
      'd/c.css': 'c{}',
      'd/c.css.map': MAP,
      'd/gone.js.map': MAP,
    };
    const folder = makeTree(tree);
    const place = { workspace: folder, workingDirectory: folder, dryRun: true };
    const { log } = recordingLog();
    const told = async (patterns: readonly string[]) => {
      const plan = await planPaired({ ...place, sourcemaps: sourceMapInputs(patterns) }, log);
      const all = plan.units.flatMap((unit) => processUnit(unit, plan.options).diagnoses);
      return all.filter(({ severity }) => severity !== 'info').map(({ file, message }) => `${file} ${message}`);
    };
    expect(await told(['d/*.map'])).toEqual([
      'd/a.js.map has no debug id, and its script d/a.js exists but is not among the files: add it to sourcemaps, or see ignore and ! patterns.',
    ]);
    expect(await told(['d'])).toEqual([]);
  });

  it('tells which hidden folders a pattern did not search', async () => {
    const web = makeTree({ 'a.js': 'a', '.next/b.js': 'b', '.git/c.js': 'c' });
    const { log, lines } = recordingLog();
    const sourcemaps = sourceMapInputs(['.']);
    await planPaired({ sourcemaps, workspace: web, workingDirectory: web, dryRun: true }, log);
    expect(lines[0]).toBe('info: .: 1 file (hidden folders are searched only when named: .next)');
  });

  it('survives structuredClone, as workers need', async () => {
    const plan = await planPaired({ ...inputs, sourcemaps: sourceMapInputs(['dist']) }, recordingLog().log);
    expect(structuredClone(plan)).toEqual(plan);
  });

  it('is the same whatever order the file system lists entries in', async () => {
    const sourcemaps = sourceMapInputs(['dist', 'lib/*', '!orphan.js.map']);
    const expected = await planPaired({ ...inputs, sourcemaps }, recordingLog().log);
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.infiniteStream(fc.nat(1000)), async (_, random) => {
        const list = (folder: string) => {
          const keyed = readdirSync(folder, { withFileTypes: true }).map((entry) => ({
            entry,
            key: random.next().value,
          }));
          return keyed.sort((a, b) => a.key - b.key).map(({ entry }) => entry);
        };
        expect(await planPaired({ ...inputs, sourcemaps }, recordingLog().log, { list })).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});
