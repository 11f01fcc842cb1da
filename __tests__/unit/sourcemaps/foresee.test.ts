import fc from 'fast-check';
import { foresee, isAsForeseen } from '../../../src/sourcemaps/foresee.js';
import { pairFiles } from '../../../src/sourcemaps/pair.js';
import { pairOthers } from '../../../src/sourcemaps/pair-others.js';
import type { ScriptScan, SourceFile, SourceMapPlan, Unit } from '../../../src/sourcemaps/types.js';

const NO_COMMENT: ScriptScan = { inline: false };
const INLINE: ScriptScan = { reference: 'data:application/json;base64,', inline: true };

function file(name: string): SourceFile {
  const kind = name.endsWith('.map') ? 'map' : 'js';
  return { path: `/nowhere/${name}`, name, url: `~/${name}`, size: 1, mtimeMs: 1, kind };
}

function named(reference: string): ScriptScan {
  return { reference, inline: false };
}

/** What the upload does: reads the foreseen scripts, and pairs the rest when it knows what they say. */
async function inTwoSteps(files: readonly SourceFile[], scans: ReadonlyMap<SourceFile, ScriptScan>) {
  const options = { inject: true, dryRun: false, stripPrefix: [], workspace: '/nowhere', workingDirectory: '/nowhere' };
  const known = foresee(files, { urlSuffix: '' });
  const plan: SourceMapPlan = { ...known, urlSuffix: '', options, patterns: [], diagnoses: [], files: 0, bytes: 0 };
  const unlike = new Map<SourceFile, ScriptScan>();
  const inline = new Set<SourceFile>();
  for (const unit of plan.foreseen) {
    const scan = scans.get(unit.js) ?? NO_COMMENT;
    const reference = scan.reference === undefined ? undefined : { reference: scan.reference, inline: scan.inline };
    if (!isAsForeseen(unit, reference)) unlike.set(unit.js, scan);
    else if (scan.inline) inline.add(unit.js);
  }
  const read: SourceFile[] = [];
  const others = await pairOthers(plan, { unlike, inline }, (scripts) => {
    read.push(...scripts);
    return scripts.map((script) => scans.get(script) ?? NO_COMMENT);
  });
  return { foreseen: plan.foreseen, unlike, read, ...others };
}

/** A unit as text, without what is known only when a foreseen script is read. */
function shown({ js, map, unpaired }: Unit): string {
  return `${js?.name ?? ''}=${map?.name ?? ''} ${unpaired?.kind ?? ''} ${unpaired?.message ?? ''}`;
}

const NAMES = ['a.js', 'b.js', 'a.min.js', 'a.mjs', 'd/a.js', 'm/a.js', 'd/b.js'];
const MAPS = ['a.js.map', 'a.map', 'b.js.map', 'a.min.js.map', 'd/a.js.map', 'm/a.js.map', 'm/b.js.map', 'x.map'];
const WORDS = [
  '',
  'a.js.map',
  './b.js.map',
  'a.js.map?v=1#2',
  '%61.js.map',
  'x.map',
  '../a.js.map',
  'm/a.js.map',
  '../m/b.js.map',
  '/a.js.map',
  '/d/a.js.map',
  'https://cdn.example.com/a.js.map',
  '../../a.js.map',
];

const scansArbitrary = fc.oneof(
  { arbitrary: fc.constant(undefined), weight: 4 },
  { arbitrary: fc.constantFrom(...WORDS).map(named), weight: 6 },
  { arbitrary: fc.constantFrom(NO_COMMENT, INLINE), weight: 2 },
);

describe('units that names foresee', () => {
  it('give, with the others paired afterwards, what pairing with all comments known gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 }),
        fc.uniqueArray(fc.constantFrom(...MAPS)),
        fc.array(scansArbitrary, { minLength: NAMES.length, maxLength: NAMES.length }),
        async (scripts, maps, words) => {
          const files = [...scripts, ...maps].map(file);
          // Undefined: the comment that a bundler writes, which names the map beside the script.
          const scans = new Map<SourceFile, ScriptScan>(
            scripts.map((name, index) => [
              files[index] ?? file(name),
              words[index] ?? named(`${name.split('/').at(-1)}.map`),
            ]),
          );
          const whole = pairFiles(files, scans, { urlSuffix: '' });
          const { settled, units, diagnoses } = await inTwoSteps(files, scans);
          expect([...settled, ...units].map(shown).sort()).toEqual(whole.units.map(shown).sort());
          expect(diagnoses).toEqual(whole.diagnoses);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('are all of a usual build, so that no file is opened for pairing', async () => {
    const files = ['a.js', 'a.js.map', 'b/c.mjs', 'b/c.mjs.map', 'plain.js', 'inline.js'].map(file);
    const scans = new Map(files.map((one) => [one, NO_COMMENT]));
    scans.set(files[0] ?? file(''), named('a.js.map')).set(files[2] ?? file(''), named('./c.mjs.map'));
    scans.set(files[5] ?? file(''), INLINE);
    const { read, unlike, units, settled } = await inTwoSteps(files, scans);
    expect([read, [...unlike], units]).toEqual([[], [], []]);
    expect(settled.map(({ js, map, unpaired }) => [js?.name, map?.name, unpaired?.kind])).toEqual([
      ['a.js', 'a.js.map', undefined],
      ['b/c.mjs', 'b/c.mjs.map', undefined],
      ['inline.js', undefined, undefined],
      ['plain.js', undefined, 'no-map'],
    ]);
  });

  it('leave a script alone whose map may have another usual name, and a map whose script may be another', () => {
    const files = ['a.min.js', 'a.js.map', 'styles.css.map'].map(file);
    expect(foresee(files, { urlSuffix: '' })).toEqual({ foreseen: [], others: files });
  });

  it('keep their map whichever other script names it, and wherever that one sorts', async () => {
    const files = ['0/a.js', 'b/a.js', 'b/a.js.map'].map(file);
    const scans = new Map([
      [files[0] ?? file(''), named('../b/a.js.map')],
      [files[1] ?? file(''), named('a.js.map')],
    ]);
    const { settled, units } = await inTwoSteps(files, scans);
    expect([...settled, ...units].map(({ js, map }) => [js?.name, map?.name])).toEqual([
      ['b/a.js', 'b/a.js.map'],
      ['0/a.js', undefined],
    ]);
    expect(units[0]?.unpaired?.message).toContain('belongs to b/a.js');
  });
});
