import { ActionError } from '../../src/errors.js';
import { Journal } from '../../src/journal.js';

function clockAt(times: readonly number[]) {
  let index = 0;
  return {
    now: () => times[Math.min(index++, times.length - 1)] ?? 0,
    random: () => 0,
    sleep: async () => undefined,
  };
}

describe('the journal', () => {
  it('tells steps that never started as not run, in the order of the pipeline', () => {
    const report = new Journal(clockAt([0])).report('failed');
    expect(report.steps.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'token not-run',
      'release not-run',
      'commits not-run',
      'sourcemaps not-run',
      'verify not-run',
      'deploy not-run',
      'finalize not-run',
      'verify-url not-run',
    ]);
  });

  it('records a step with its duration and its one line', async () => {
    const journal = new Journal(clockAt([0, 100, 350]));
    await journal.step('release', async () => ({ detail: 'created: 1.0' }));
    expect(journal.steps()[1]).toEqual({ name: 'release', status: 'done', durationMs: 250, detail: 'created: 1.0' });
  });

  it('records a failed step and throws the same error on', async () => {
    const journal = new Journal(clockAt([0]));
    const failure = new ActionError('scope-missing', 'The token lacks project:releases');
    await expect(journal.step('token', () => Promise.reject(failure))).rejects.toBe(failure);
    expect(journal.steps()[0]).toMatchObject({ status: 'failed', detail: 'The token lacks project:releases' });
  });

  it("counts work that was done before a step had its turn as the step's own", async () => {
    const journal = new Journal(clockAt([0, 100, 350, 1000, 1010]));
    await expect(journal.ahead('sourcemaps', async () => 'plan')).resolves.toBe('plan');
    await journal.step('sourcemaps', async () => ({ detail: 'sent' }));
    expect(journal.steps()[3]).toMatchObject({ status: 'done', durationMs: 260, detail: 'sent' });
  });

  it('records what fails before its turn as the failure of that step', async () => {
    const journal = new Journal(clockAt([0]));
    const failure = new ActionError('no-files-found', 'No source maps');
    await expect(journal.ahead('sourcemaps', () => Promise.reject(failure))).rejects.toBe(failure);
    expect(journal.steps()[3]).toMatchObject({ status: 'failed', detail: 'No source maps' });
  });

  it('tells a step that nobody asked for as skipped, also when the run ends before its turn', () => {
    const journal = new Journal(clockAt([0]));
    journal.skip('verify', 'verify is false');
    expect(journal.steps()[4]).toEqual({ name: 'verify', status: 'skipped', durationMs: 0, detail: 'verify is false' });
  });

  it('keeps facts that were known before a failure', () => {
    const journal = new Journal(clockAt([0]));
    journal.note({ release: { version: '1.0', url: 'https://s/1.0', created: true } });
    journal.note({ finalizedAt: '2026-01-01T00:00:00Z' });
    expect(journal.report('failed')).toMatchObject({
      release: { version: '1.0' },
      finalizedAt: '2026-01-01T00:00:00Z',
      result: 'failed',
    });
  });
});
