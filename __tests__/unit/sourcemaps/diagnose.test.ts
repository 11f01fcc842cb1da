import { collisionDiagnosis, summarizeDiagnoses } from '../../../src/sourcemaps/diagnose.js';
import type { Diagnosis, DiagnosisKind } from '../../../src/sourcemaps/types.js';

function many(kind: DiagnosisKind, severity: Diagnosis['severity'], count: number): Diagnosis[] {
  return Array.from({ length: count }, (_, index) => ({
    kind,
    severity,
    file: `${kind}-${index}.js`,
    message: 'is why',
  }));
}

describe('the summary of diagnoses', () => {
  it('has a line per kind, the worst first, with up to three names', () => {
    const summary = summarizeDiagnoses([
      ...many('injected', 'info', 4),
      ...many('no-map', 'warning', 2),
      ...many('script-broken', 'error', 1),
    ]);
    expect(summary.lines).toEqual([
      'Unusable scripts: 1 (script-broken-0.js)',
      'Scripts without a map: 2 (no-map-0.js, no-map-1.js)',
      'Scripts with a new debug id: 4 (injected-0.js, injected-1.js, injected-2.js, …)',
    ]);
    expect(summary.counts).toEqual({ injected: 4, 'no-map': 2, 'script-broken': 1 });
  });

  it('bounds annotations, and gives each kind its share before any gets more', () => {
    const summary = summarizeDiagnoses([...many('no-map', 'warning', 500), ...many('integrity-hash', 'warning', 2)]);
    expect(summary.annotations).toHaveLength(10);
    expect(summary.omitted).toBe(492);
    expect(summary.annotations.filter(({ place }) => place.file?.startsWith('integrity'))).toHaveLength(2);
    expect(summary.annotations[0]).toEqual({
      severity: 'warning',
      message: 'no-map-0.js is why',
      place: { file: 'no-map-0.js', title: 'No source map' },
    });
  });

  it('annotates no infos', () => {
    expect(summarizeDiagnoses(many('map-only', 'info', 3))).toMatchObject({ annotations: [], omitted: 0 });
  });

  it.each([
    ['info', 'Nothing to do: Sentry finds each by its debug id.'],
    ['warning', 'leave inject at true, or give each folder a step of its own with its own url_prefix.'],
  ] as const)('says what follows from a shared URL and what to do, when it is of severity %s', (severity, what) => {
    const moved = [{ name: 'b/index.js', url: '~/b/index.js' }];
    const diagnosis = collisionDiagnosis({ url: '~/index.js', winner: 'a/index.js', moved }, severity);
    expect(diagnosis.message).toMatch(/~\/index\.js, and keeps it; b\/index\.js is uploaded as ~\/b\/index\.js\. /);
    expect(diagnosis.message).toContain(what);
    expect(summarizeDiagnoses([diagnosis]).lines).toEqual([expect.stringContaining(what)]);
  });

  it('is empty for nothing', () => {
    expect(summarizeDiagnoses([])).toEqual({ lines: [], annotations: [], omitted: 0, counts: {} });
  });
});
