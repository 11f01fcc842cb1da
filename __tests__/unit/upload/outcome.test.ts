import type { Diagnosis, SourceFile, Unit } from '../../../src/sourcemaps/types.js';
import { Outcome } from '../../../src/upload/outcome.js';

const ID = '11111111-2222-4333-8444-555555555555';

function file(name: string, kind: 'js' | 'map'): SourceFile {
  return { path: `/w/${name}`, name, url: `~/${name}`, size: 1, mtimeMs: 1, kind };
}

function unitsOf(names: readonly string[]): Unit[] {
  return names.map((name) => ({ js: file(name, 'js'), map: file(`${name}.map`, 'map') }));
}

describe('what is kept of each unit', () => {
  it('is what was said about it, word for word, whichever file it is about', () => {
    const outcome = new Outcome([]);
    const said: readonly Diagnosis[] = [
      { kind: 'injected', file: 'a.js', severity: 'info', message: 'was injected', debugId: ID },
      { kind: 'map-without-content', file: 'a.js.map', severity: 'warning', message: 'lacks content' },
      { kind: 'no-map', file: 'elsewhere.js', severity: 'warning', message: 'has none', debugId: ID.replace('1', '2') },
    ];
    outcome.add([{ packed: 3, debugId: ID, diagnoses: structuredClone(said) }], unitsOf(['a.js', 'b.js']));
    expect(outcome.diagnoses).toEqual(said);
  });

  it('is right for more different messages than are remembered', () => {
    const names = Array.from({ length: 500 }, (_, index) => `${index}.js`);
    const outcome = new Outcome([]);
    const said = names.map(
      (name): Diagnosis => ({ kind: 'no-map', file: name, severity: 'warning', message: `nothing like ${name}` }),
    );
    outcome.add(
      said.map((diagnosis) => ({ packed: 1, debugId: undefined, diagnoses: [diagnosis] })),
      unitsOf(names),
    );
    expect(outcome.diagnoses).toEqual(said);
  });
});
