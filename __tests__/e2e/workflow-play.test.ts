/** What plays the recipes: it understands what GitHub does, and refuses what it does not understand. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/workspace.js';
import { deploymentStatus, pullRequest, push, release } from './workflow/events.js';
import { evaluate, fill, holds, type Scope } from './workflow/expression.js';
import { play } from './workflow/play.js';
import { fires, startInputs } from './workflow/trigger.js';

const SHA = 'c0ffee00'.repeat(5);
const scope = (status: Scope['status'] = 'success'): Scope => ({
  contexts: { github: { ref: 'refs/heads/Main', event: { count: 2, draft: false, labels: ['A', 'b'] } }, inputs: {} },
  status,
});

describe('an expression', () => {
  it.each([
    ["'it''s'", "it's"],
    ["github.ref == 'REFS/heads/main'", true],
    ['github.event.missing == null', true],
    ['!github.event.draft && github.event.count', 2],
    ["github.event.missing || 'x'", 'x'],
    ["github.event.draft && 'a' || 'b'", 'b'],
    ['(true || false) && github.event.count != 3', true],
    ["startsWith(github.ref, 'refs/HEADS/') && !endsWith(github.ref, 'x')", true],
    ["contains(github.event.labels, 'a') && contains(github.ref, 'main')", true],
  ])('%s is %j', (text, value) => expect(evaluate(text, scope())).toBe(value));

  it.each([
    ['github.event.count > 1', 'not understood: > 1'],
    ['github.event.labels[0]', 'not understood: [0]'],
    ["github.event.labels.* == 'a'", 'not understood'],
    ["format('{0}', 1)", 'no function format'],
    ["matrix.os == 'linux'", 'no context matrix'],
    ["github.event.count == '2'", 'compares number with string'],
    ['github.ref github.ref', 'not understood: github.ref'],
    ["(github.ref == 'a'", ') is missing'],
    ['', 'not understood: the end'],
  ])('%s is refused', (text, reason) => expect(() => evaluate(text, scope())).toThrow(reason));

  it('fills texts, what is not there with nothing; an object is no text', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: expressions of GitHub
    expect(fill('a ${{ github.event.count }}-${{ inputs.x }} b', scope())).toBe('a 2- b');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: expressions of GitHub
    expect(() => fill('${{ github.event }}', scope())).toThrow('an object is no text');
  });

  it.each([
    [undefined, 'success', true],
    [undefined, 'failure', false],
    ["github.ref == 'x'", 'success', false],
    ['github.event.count == 2', 'failure', false],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub
    ['${{ always() }}', 'failure', true],
    ['failure()', 'failure', true],
    ['failure()', 'success', false],
    ['!success() && github.event.count == 2', 'failure', true],
  ] as const)('if: %s after a %s runs: %s', (condition, status, runs) => {
    expect(holds(condition, scope(status))).toBe(runs);
  });
});

describe('a trigger', () => {
  const main = push(SHA);
  const tag = push(SHA, 'refs/tags/v1.2.0');
  const opened = pullRequest({ merge: SHA, head: SHA, action: 'opened' });
  it.each([
    ['push', main, true],
    [['push', 'release'], tag, true],
    ['release', main, false],
    [{ push: { branches: ['main'] } }, main, true],
    [{ push: { branches: ['main'] } }, tag, false],
    [{ push: { tags: ['v*'] } }, tag, true],
    [{ push: { tags: ['v*'] } }, main, false],
    [{ push: { branches: ['**', '!main'] } }, main, false],
    [{ push: { branches: ['feature/**'] } }, push(SHA, 'refs/heads/feature/a/b'), true],
    [{ push: { branches: ['feature/*'] } }, push(SHA, 'refs/heads/feature/a/b'), false],
    [{ push: { paths: ['docs/**'] } }, main, false],
    [{ push: { paths: ['**/*.md'] } }, main, true],
    [{ pull_request: null }, opened, true],
    [{ pull_request: null }, pullRequest({ merge: SHA, head: SHA, action: 'labeled' }), false],
    [{ pull_request: { types: ['closed'] } }, opened, false],
    [{ pull_request: { branches: ['release/*'] } }, opened, false],
    [{ release: { types: ['published'] } }, release(SHA, 'v1', false, 'edited'), false],
    [{ deployment_status: null }, deploymentStatus(SHA, 'x', 'pending'), true],
  ])('%j', (on, event, expected) => expect(fires(on, event)).toBe(expected));

  it.each([
    [{ push: { 'paths-ignore': ['a'] } }, 'not understood under push: paths-ignore'],
    [{ schedule: [{ cron: '0 0 * * *' }] }, 'no event schedule'],
    [{ push: { branches: ['rel-[0-9]+'] } }, 'not understood in a pattern'],
  ])('%j is refused', (on, reason) => expect(() => fires(on, main)).toThrow(reason));
});

it('a run is started with the inputs that it asks for, or not at all', () => {
  const wanted = {
    where: { required: true, type: 'choice', options: ['staging', 'production'] },
    dry: { type: 'boolean', default: false },
    note: {},
  };
  expect(startInputs(wanted, { where: 'staging' })).toEqual({ where: 'staging', dry: false, note: '' });
  expect(() => startInputs(wanted, {})).toThrow('where is required');
  expect(() => startInputs(wanted, { where: 'moon' })).toThrow('where is none of');
  expect(() => startInputs(wanted, { where: 'staging', dry: 'yes' })).toThrow('dry is no boolean');
  expect(() => startInputs(wanted, { where: 'staging', what: 1 })).toThrow('no input what');
});

describe('a workflow', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder('play');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function run(jobs: string) {
    const path = join(folder, 'a.yml');
    writeFileSync(path, `on: push\njobs:\n${jobs}`);
    const done: (string | undefined)[] = [];
    const played = await play(path, push(SHA), {
      secrets: {},
      newFolder: () => folder,
      doStep: async ({ run: command, env }) => {
        done.push(env['X'] === undefined ? command : `${command} ${env['X']}`);
        if (command === 'false') throw new Error('no');
        return { value: 'v' };
      },
    });
    return { done, results: played?.map(({ id, result }) => `${id} ${result}`) };
  }

  it('goes on after a failed step only where it says so, and skips the jobs that need it', async () => {
    const { done, results } = await run(`
  a:
    steps: [{ run: 'false' }, { run: never }, { run: always, if: always() }, { run: sorry, if: failure() }]
  b: { needs: a, steps: [{ run: never }] }
  c: { needs: a, if: always(), steps: [{ run: last }] }
`);
    expect(done).toEqual(['false', 'always', 'sorry', 'last']);
    expect(results).toEqual(['a failure', 'b skipped', 'c success']);
  });

  it('hands outputs from step to step and from job to job, and plays each combination of a matrix', async () => {
    const { done } = await run(`
  a:
    strategy: { matrix: { os: [x, y] } }
    outputs: { o: '\${{ steps.one.outputs.value }}' }
    steps: [{ id: one, run: a, env: { X: '\${{ matrix.os }}' } }, { run: b, env: { X: '\${{ steps.one.outputs.value }}' } }]
  b: { needs: [a], steps: [{ run: c, env: { X: '\${{ needs.a.outputs.o }}' } }] }
`);
    expect(done).toEqual(['a x', 'b v', 'a y', 'b v', 'c v']);
  });

  it('is refused with a key that would be passed over', async () => {
    await expect(run('  a: { steps: [{ run: x, continue-on-error: true }] }\n')).rejects.toThrow('continue-on-error');
    await expect(run('  a: { container: node, steps: [] }\n')).rejects.toThrow('container');
  });
});
