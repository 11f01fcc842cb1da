import { filesBelow, read } from './repository.js';
import { findings, RULES } from './workflow-rules.js';

/** The rules of workflow-rules.ts hold for our workflows and for the recipes, and each finds what it is there for. */

it.each(filesBelow('.github/workflows', '.yml'))('%s breaks no rule', (file) => {
  expect(findings(read(file), 'own')).toEqual([]);
});

it.each(filesBelow('examples/workflows', '.yml'))('the recipe %s breaks no rule', (file) => {
  expect(findings(read(file), 'recipe')).toEqual([]);
});

const SHA = '08c6903cd8c0fde910a37f88322edcfb5dd907a8';
const GOOD = `name: Good
on:
  push:
permissions: {}
concurrency:
  group: good
jobs:
  one:
    name: One
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
      packages: write # for a reason
    container: node@sha256:${'0'.repeat(64)}
    steps:
      - uses: actions/checkout@${SHA} # v5.0.0
        with:
          persist-credentials: false
      - uses: actions/setup-node@${SHA} # v5.0.0
        with:
          package-manager-cache: false
      - if: github.ref == 'refs/heads/main'
        env:
          TITLE: \${{ github.event.head_commit.message }}
        run: npm ci --ignore-scripts && echo "$TITLE"
`;
const expression = (text: string) => `\${{ ${text} }}`;
const RUN = 'run: npm ci --ignore-scripts && echo "$TITLE"';
const CONDITION = "if: github.ref == 'refs/heads/main'";
const CONTAINER = /container: .*/;

/** By rule: what to replace in the good workflow, with what. Each breaks that rule, and no other. */
const BREAKS: readonly (readonly [keyof typeof RULES, string | RegExp, string])[] = [
  ['artipacked', 'persist-credentials: false', 'fetch-depth: 0'],
  ['artipacked', 'persist-credentials: false', 'persist-credentials: true'],
  ['dangerous-triggers', '  push:', '  pull_request_target:'],
  ['dangerous-triggers', '  push:', '  workflow_run: { workflows: [x] }'],
  ['dangerous-triggers', 'on:\n  push:', 'on: [push, issue_comment]'],
  ['least-permissions', 'permissions: {}', 'permissions:\n  contents: read'],
  ['least-permissions', / {4}permissions:\n.*\n.*\n/, ''],
  ['undocumented-permissions', 'write # for a reason', 'write'],
  ['template-injection', '"$TITLE"', `"${expression('github.event.pull_request.title')}"`],
  ['template-injection', '"$TITLE"', `"${expression('github.sha')}"`],
  ['unpinned-uses', `actions/checkout@${SHA} #`, 'actions/checkout@v5 #'],
  ['unpinned-uses', `checkout@${SHA} # v5.0.0`, `checkout@${SHA}`],
  ['unpinned-uses', `actions/setup-node@${SHA} #`, 'docker://node:24 #'],
  ['unpinned-images', CONTAINER, 'container: node:24'],
  ['unpinned-images', CONTAINER, 'container:\n      image: node:24'],
  ['unpinned-images', CONTAINER, 'services:\n      db:\n        image: postgres:17'],
  ['unpinned-images', CONTAINER, 'strategy:\n      matrix:\n        include: [{ container: node:24 }]'],
  ['hardcoded-container-credentials', CONTAINER, `container: { image: "", credentials: { username: a, password: b } }`],
  ['cache-poisoning', 'package-manager-cache: false', 'node-version: 24'],
  ['cache-poisoning', /actions\/setup-node(.*)\n.*\n.*false/, 'actions/cache$1'],
  ['github-env', RUN, 'run: echo "PATH=$TITLE" >> "$GITHUB_ENV"'],
  ['insecure-commands', 'TITLE:', 'ACTIONS_ALLOW_UNSECURE_COMMANDS:'],
  ['secrets-inherit', '    timeout', '    secrets: inherit\n    timeout'],
  ['overprovisioned-secrets', 'github.event.head_commit.message', 'toJSON(secrets)'],
  ['overprovisioned-secrets', 'github.event.head_commit.message', 'secrets[matrix.name]'],
  ['unredacted-secrets', 'github.event.head_commit.message', 'fromJSON(secrets.KEYS).one'],
  ['bot-conditions', CONDITION, "if: github.actor == 'dependabot[bot]'"],
  ['unsound-condition', CONDITION, `if: |\n          ${expression('false')}`],
  ['unsound-condition', CONDITION, `if: ${expression('false')} == true`],
  ['unsound-contains', CONDITION, "if: contains('refs/heads/main refs/heads/next', github.ref)"],
  ['self-hosted-runner', 'runs-on: ubuntu-24.04', 'runs-on: [self-hosted, linux]'],
  ['adhoc-packages', ' --ignore-scripts', ''],
  ['adhoc-packages', RUN, 'run: npx cowsay'],
  ['use-trusted-publishing', RUN, 'run: npm publish'],
  ['obfuscation', 'actions/checkout@', 'actions/checkout/.@'],
  ['anonymous-definition', 'name: Good\n', ''],
  ['anonymous-definition', '    name: One\n', ''],
  ['concurrency-limits', /concurrency:\n.*\n/, ''],
  ['timeouts', '    timeout-minutes: 5\n', ''],
];

it('a workflow that breaks no rule is found clean', () => {
  expect(findings(GOOD, 'own')).toEqual([]);
});

it.each(BREAKS)('%s is found where %s became %j, and nothing else', (rule, from, to) => {
  const broken = GOOD.replace(from, () => to.replace('$1', `@${SHA} # v5.0.0`));
  expect(broken).not.toBe(GOOD);
  expect([...new Set(findings(broken, 'own').map((found) => found.split(':')[0]))]).toEqual([rule]);
});

it.each([
  ['left to the default', 'permissions: {}\n', ''],
  ['all there are', 'permissions: {}', 'permissions: write-all'],
  ['to write, for every job', 'permissions: {}', 'permissions:\n  contents: write'],
])('excessive-permissions are found: %s', (_title, from, to) => {
  expect(findings(GOOD.replace(from, to), 'recipe')).toEqual([expect.stringMatching(/^excessive-permissions: /)]);
});

it('every rule is shown to find something', () => {
  const shown = new Set([...BREAKS.map(([rule]) => rule), 'excessive-permissions']);
  expect(Object.keys(RULES).filter((name) => !shown.has(name))).toEqual([]);
});
