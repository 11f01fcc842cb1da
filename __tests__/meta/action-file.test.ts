import { rmSync } from 'node:fs';
import { parse } from 'yaml';
import { generatedReadme } from '../../scripts/docs.js';
import { loadInputs } from '../../src/inputs/load.js';
import { INPUT_NAMES } from '../../src/inputs/names.js';
import { OUTPUT_NAMES } from '../../src/report/outputs.js';
import { temporaryFolder } from '../support/workspace.js';
import { read } from './repository.js';

interface ActionFile {
  readonly name: string;
  readonly description: string;
  readonly inputs: Record<
    string,
    { description: string; default?: string; required?: boolean; deprecationMessage?: string }
  >;
  readonly outputs: Record<string, { description: string }>;
  readonly runs: Record<string, string>;
}

const action = parse(read('action.yml')) as ActionFile;

/** The inputs of getsentry/action-release v3.7.0. */
const OFFICIAL = [
  'environment',
  'sourcemaps',
  'inject',
  'dist',
  'finalize',
  'ignore_missing',
  'ignore_empty',
  'started_at',
  'version',
  'release',
  'version_prefix',
  'release_prefix',
  'set_commits',
  'repo',
  'commit',
  'previous_commit',
  'projects',
  'url_prefix',
  'strip_common_prefix',
  'working_directory',
  'disable_telemetry',
  'disable_safe_directory',
];

it('its inputs are those that the code reads, in the same order', () => {
  expect(Object.keys(action.inputs)).toEqual([...INPUT_NAMES]);
});

it('its outputs are those that the code sets, in the same order', () => {
  expect(Object.keys(action.outputs)).toEqual([...OUTPUT_NAMES]);
});

it('every input of the official action is there, and none is required', () => {
  expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(OFFICIAL));
  for (const [name, { required }] of Object.entries(action.inputs)) expect([name, required]).toEqual([name, undefined]);
});

it('its defaults are those of the code', () => {
  const workspace = temporaryFolder('defaults');
  const env: NodeJS.ProcessEnv = { GITHUB_WORKSPACE: workspace };
  for (const [name, input] of Object.entries(action.inputs)) {
    const value = input.default ?? '';
    env[`INPUT_${name.toUpperCase()}`] = value.startsWith('${{') ? '' : value;
  }
  const byFile = loadInputs(env, '/');
  const byCode = loadInputs({ GITHUB_WORKSPACE: workspace }, '/');
  rmSync(workspace, { recursive: true });
  expect(byFile).toEqual(byCode);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub
  expect(action.inputs['github_token']?.default).toBe('${{ github.token }}');
});

it('defaults are texts: the runner would write another type in its own way', () => {
  for (const [name, input] of Object.entries(action.inputs)) {
    expect([name, typeof (input.default ?? '')]).toEqual([name, 'string']);
  }
});

it('what a stranger reads are sentences, and the marketplace takes the length', () => {
  expect(action.description.length).toBeLessThanOrEqual(125);
  for (const { description } of [...Object.values(action.inputs), ...Object.values(action.outputs)]) {
    expect(description).toMatch(/^[^\s].*\.$/);
    expect(description.length).toBeLessThan(400);
  }
});

it('it runs one file on the runner’s Node 24', () => {
  expect(action.runs).toEqual({ using: 'node24', main: 'dist/index.js' });
});

it('the tables of the README are made from it (npm run docs makes them anew)', () => {
  expect(generatedReadme(read('README.md'), read('action.yml'))).toBe(read('README.md'));
});

describe('the README', () => {
  const page = read('README.md');
  const section = (title: string) => page.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  const firstColumn = (text: string) =>
    text
      .split('\n')
      .filter((row) => row.startsWith('| ') && !row.startsWith('| ---'))
      .slice(1)
      .map((row) => row.split(' | ')[0] ?? '');

  it('says what becomes of each input of the official action, and names no input that it does not have', () => {
    const rows = firstColumn(section('Coming from getsentry/action-release'));
    const named = rows.flatMap((cell) => [...cell.matchAll(/`([a-z_]+)`/g)].map(([, name = '']) => name));
    expect([...named].sort()).toEqual([...OFFICIAL].sort());
    for (const name of ['SENTRY_AUTH_TOKEN', 'SENTRY_ORG', 'SENTRY_PROJECT', 'SENTRY_URL'])
      expect(rows.join()).toContain(`\`${name}\``);
  });

  it('says what happens on 429, outage, cancel, re-run, fork, without files, and with a weak token', () => {
    const rows = firstColumn(section('What happens when …')).join('\n');
    for (const word of [
      '**429**',
      '**down**',
      '**cancelled**',
      '**run it again**',
      '**pull request from a fork**',
      '**no file is found**',
      '**token**',
    ])
      expect(rows).toContain(word);
  });

  it('makes the token in three steps, with the least permissions', () => {
    const steps = section('The token in three steps').match(/^\d\. /gm);
    expect(steps).toEqual(['1. ', '2. ', '3. ']);
    for (const scope of ['`project:releases`', '`org:read`', '**Internal Integration**']) expect(page).toContain(scope);
  });

  it('begins with one sentence', () => {
    expect(page.split('\n').slice(0, 4)).toEqual(['# Sentry Release', '', expect.stringMatching(/^[^.]+\.$/), '']);
  });

  it.each(['architecture', 'protocol', 'reliability', 'threat-model', 'recipes', 'troubleshooting'])(
    'leads to docs/%s.md',
    (name) => {
      expect(page).toContain(`(docs/${name}.md)`);
    },
  );
});
