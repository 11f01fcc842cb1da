/**
 * Published builds of other people, made by other tools, as npm installed them here: they go through the action, and after
 * that every position resolves as before, from what was uploaded, and the scripts still run.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import type { Bundle } from '../../sandbox/state/types.js';
import { temporaryFolder } from '../support/workspace.js';
import { type RunResult, runAction } from './harness.js';
import { comparePositions, type ScriptWithMap } from './positions.js';

const modules = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'node_modules');

/** Script of a package, with the tool that built it and the least number of mappings it must have to be worth a test. */
const BUILDS = [
  { script: '@babel/parser/lib/index.js', tool: 'Rollup and Babel', mappings: 20_000 },
  { script: 'glob/dist/commonjs/index.min.js', tool: 'esbuild, CommonJS, minified', mappings: 10_000 },
  { script: 'glob/dist/esm/index.min.js', tool: 'esbuild, ESM, minified', mappings: 10_000 },
  { script: 'source-map/dist/source-map.min.js', tool: 'webpack and UglifyJS', mappings: 3_000 },
  { script: 'minipass/dist/commonjs/index.js', tool: 'TypeScript', mappings: 3_000 },
];

const TOKEN = `sntryi_${'ab12'.repeat(16)}`;

let sandbox: Sandbox;
let workspace: string;
let run: RunResult;

/** Where a script of the list is in the workspace. */
const placeOf = (script: string): string => join(workspace, 'dist', script);
const original = (path: string): string => readFileSync(join(modules, path), 'utf8');

beforeAll(async () => {
  workspace = temporaryFolder('real-input');
  for (const { script } of BUILDS) {
    const folder = dirname(script);
    mkdirSync(placeOf(folder), { recursive: true });
    for (const file of [basename(script), mapName(script)])
      cpSync(join(modules, folder, file), join(placeOf(folder), file));
    cpSync(join(modules, packageOf(script), 'package.json'), join(placeOf(packageOf(script)), 'package.json'));
  }
  // What the packages themselves depend on, when they are run from the workspace.
  symlinkSync(modules, join(workspace, 'node_modules'), 'junction');
  sandbox = await startSandbox({
    organizations: [{ slug: 'acme', projects: [{ slug: 'web' }] }],
    tokens: [{ kind: 'integration', token: TOKEN, org: 'acme', scopes: ['org:read', 'project:releases'] }],
  });
  run = await runAction({
    cwd: workspace,
    inputs: {
      ...{ auth_token: TOKEN, url: sandbox.url, org: 'acme', projects: 'web', release: 'packages@1', wait: 'true' },
      ...{ set_commits: 'skip', sourcemaps: 'dist' },
    },
  });
}, 90_000);

afterAll(async () => {
  await sandbox?.close();
  rmSync(workspace, { recursive: true, force: true });
});

/** `a.min.js` → the name in its comment. */
function mapName(script: string): string {
  return /\/\/[#@] sourceMappingURL=(\S+)\s*$/.exec(original(script))?.[1] ?? `${basename(script)}.map`;
}

function packageOf(script: string): string {
  return script
    .split('/')
    .slice(0, script.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The one bundle, and an entry of it as text. */
function bundle(): Bundle {
  const found = sandbox.state.organizations.get('acme')?.bundles[0];
  if (found === undefined) throw new Error(`Nothing was uploaded:\n${run.log}`);
  return found;
}

async function uploaded(path: string): Promise<string> {
  const file = bundle().files.find(({ url }) => url === `~/${path}`);
  const content = file && (await bundle().archive.read(file.path));
  if (content === undefined) throw new Error(`${path} was not uploaded:\n${run.log}`);
  return content.toString('utf8');
}

/** Loads a script in a Node of its own and lists what it exports, with types and arities. */
function exportsOf(path: string): string {
  const script = `import(${JSON.stringify(pathToFileURL(path).href)}).then((module) => {
    const show = (value) => value !== null && ['object', 'function'].includes(typeof value)
      ? Object.getOwnPropertyNames(value).filter((key) => !['arguments', 'caller'].includes(key)).sort().map((key) => key + ':' + typeof value[key] + (value[key]?.length ?? '')).join()
      : String(value);
    process.stdout.write(Object.keys(module).sort().map((key) => key + '=' + typeof module[key] + '(' + show(module[key]) + ')').join('\\n'));
  })`;
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
}

describe('published builds', () => {
  it('go through inject and upload without a warning', () => {
    expect(run.annotations).toEqual([]);
    expect(run.exitCode).toBe(0);
    expect(run.outputs).toMatchObject({ result: 'success', files: String(2 * BUILDS.length) });
    expect(bundle().files).toHaveLength(2 * BUILDS.length);
  });

  describe.each(BUILDS)('$script ($tool)', ({ script, mappings }) => {
    const map = join(dirname(script), mapName(script));

    it('is uploaded as it is on disk, script and map under one debug id', async () => {
      for (const path of [script, map]) expect(await uploaded(path)).toBe(readFileSync(placeOf(path), 'utf8'));
      const ids = bundle().files.filter(({ url }) => url === `~/${script}` || url === `~/${map}`);
      expect(ids.map(({ debugId }) => debugId)).toEqual([ids[0]?.debugId, ids[0]?.debugId]);
      expect(ids[0]?.debugId).toMatch(/^[0-9a-f]{8}-/);
    });

    it('resolves every position to where it resolved before', async () => {
      const before: ScriptWithMap = { code: original(script), map: original(map) };
      const after: ScriptWithMap = { code: await uploaded(script), map: await uploaded(map) };
      expect(after.code).not.toBe(before.code);
      const { same, different } = comparePositions(before, after);
      expect(different.slice(0, 5)).toEqual([]);
      expect(same).toBeGreaterThan(mappings);
    });

    it('keeps everything else in the map', async () => {
      const { mappings: _, debugId, debug_id, ...rest } = JSON.parse(await uploaded(map)) as Record<string, unknown>;
      const { mappings: __, ...wanted } = JSON.parse(original(map)) as Record<string, unknown>;
      expect(rest).toEqual(wanted);
      expect(debugId).toBe(debug_id);
    });

    it('still runs, with the same exports', () => {
      const copy = join(workspace, 'installed', script);
      cpSync(join(modules, packageOf(script)), join(workspace, 'installed', packageOf(script)), { recursive: true });
      cpSync(placeOf(script), copy);
      expect(readFileSync(copy, 'utf8')).toContain('_sentryDebugIds');
      expect(exportsOf(copy)).toBe(exportsOf(join(modules, script)));
    });
  });
});
