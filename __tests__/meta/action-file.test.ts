import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { generatedReadme } from '../../scripts/docs.js';
import { loadInputs } from '../../src/inputs/load.js';
import { INPUT_NAMES } from '../../src/inputs/names.js';
import { OUTPUT_NAMES } from '../../src/report/outputs.js';
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
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'defaults-')));
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
