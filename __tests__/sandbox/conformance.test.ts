import { readFileSync } from 'node:fs';
import { type Case, readCases } from '../../sandbox/conformance/case.js';
import { type Outcome, runCase } from '../../sandbox/conformance/run.js';

function casesOf(name: string): Case[] {
  return readCases(JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')));
}

async function outcomesOf(cases: readonly Case[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const subject of cases) {
    const outcome = await runCase(subject, cases);
    if (outcome.kind === 'failed') wrong.push(`${subject.id}: ${outcome.reasons.join(' | ')}`);
    if (outcome.kind === 'skipped') wrong.push(`${subject.id} skipped: ${outcome.reason}`);
  }
  return wrong;
}

function outcomeOf(change: Partial<Case>): Promise<Outcome> {
  const subject: Case = {
    id: 'made-up',
    endpoint: 'GET /api/0/organizations/{org}/releases/',
    given: 'release 1 on foo',
    request: { token: 'user[project:write]' },
    expectStatus: 200,
    expectBody: { $pluck: { version: ['1'] } },
    ...change,
  };
  return runCase(subject, [subject]);
}

describe('conformance cases', () => {
  it('pass, all of the cases that pin what the server does, and none is skipped', async () => {
    const cases = casesOf('server-cases.json');
    expect(cases.length).toBeGreaterThan(150);
    expect(await outcomesOf(cases)).toEqual([]);
  }, 120_000);

  it('pass, all of the further cases in other words', async () => {
    const cases = casesOf('more-cases.json');
    expect(cases.length).toBeGreaterThan(60);
    expect(await outcomesOf(cases)).toEqual([]);
  }, 120_000);
});

describe('the runner', () => {
  it('passes a case whose expectation holds', async () => {
    expect(await outcomeOf({})).toEqual({ kind: 'passed' });
  });

  it.each([
    ['another status', { expectStatus: 201 }],
    ['another body', { expectBody: { $pluck: { version: ['2'] } } }],
    ['a header that is not there', { expectBody: { $headers: { 'X-None': '1' } } }],
    ['a length that is not there', { expectBody: { $length: 2 } }],
    ['a text that is not there', { expectBody: { $includes: 'elsewhere' } }],
    ['an empty body', { expectBody: { $empty: true } }],
    ['a release that was not set up', { given: 'release 2 on foo' }],
  ])('fails a case that expects %s', async (_what, change) => {
    expect((await outcomeOf(change)).kind).toBe('failed');
  });

  it.each([
    ['a text it does not understand', { given: 'the moon is full' }],
    ['a text it understands in parts only', { given: 'release 1 on foo with a hat' }],
    ['an operator it does not know', { expectBody: { $smells: 'good' } }],
    ['a token word it does not know', { request: { token: 'wizard[all]' } }],
    ['a case that is not in the file', { given: 'after T-nowhere' }],
    ['a path with a name that nothing stands for', { endpoint: 'GET /api/0/{galaxy}/' }],
  ])('skips a case with %s, and says why', async (_what, change) => {
    const outcome = await outcomeOf(change);
    expect(outcome.kind).toBe('skipped');
    expect(outcome.kind === 'skipped' ? outcome.reason : '').not.toBe('');
  });
});
