import { ERROR_CODES } from '../../src/errors.js';
import { STEP_NAMES } from '../../src/report/report.js';
import { failedReport, sampleReport } from '../unit/report/sample.js';
import { type Schema, violations } from './json-schema.js';
import { read } from './repository.js';

const schema = JSON.parse(read('docs/report.schema.json')) as Schema;

/** Walks into the schema by its own keywords. */
function at(...path: string[]): unknown {
  return path.reduce<unknown>((here, key) => (here as Record<string, unknown>)[key], schema);
}

it.each([
  ['of a success', sampleReport()],
  ['of a failure', failedReport()],
  [
    'of an upload that stopped',
    {
      ...failedReport(),
      sourcemaps: { patterns: [], upload: null, sent: { chunksSent: 1, uploadedBytes: 9, wireBytes: 4 } },
    },
  ],
  ['of a dry run', sampleReport({ result: 'dry-run' })],
  ['of a run that ended at once', sampleReport({ release: null, commits: null, sourcemaps: null, finalizedAt: null })],
])('a report %s is as the schema says', (_, report) => {
  expect(violations(JSON.parse(JSON.stringify(report)), schema)).toEqual([]);
});

it('the check finds what is wrong', () => {
  const report = { ...sampleReport(), result: 'great', extra: 1, durationMs: -1, steps: [{ name: 'token' }] };
  expect(violations(report, schema)).toEqual([
    '$.result: great is none of the list',
    '$.durationMs: is too small',
    '$.steps[0]: lacks status',
    '$.steps[0]: lacks durationMs',
    '$.steps[0]: lacks detail',
    '$: extra is not in the schema',
  ]);
});

it('its lists are those of the code', () => {
  const kinds =
    /export type DiagnosisKind =([^;]*);/.exec(read('src/sourcemaps/types.ts'))?.[1]?.match(/'[\w-]+'/g) ?? [];
  expect(at('properties', 'problems', 'items', 'properties', 'code', 'enum')).toEqual([...ERROR_CODES]);
  expect(at('properties', 'steps', 'items', 'properties', 'name', 'enum')).toEqual([...STEP_NAMES]);
  expect(at('$defs', 'upload', 'properties', 'diagnoses', 'items', 'properties', 'kind', 'enum')).toEqual(
    kinds.map((kind) => kind.slice(1, -1)),
  );
});
