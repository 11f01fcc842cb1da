import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { itOnPosix } from '../support/platform.js';
import { type Scene, scene } from './reliability-support.js';

/** Rows of docs/reliability.md about the process itself: what nobody caught, and a runner that is short of files. */

const scenes: Scene[] = [];
afterEach(async () => {
  for (const world of scenes.splice(0)) await world.close();
});

async function start(): Promise<Scene> {
  const world = await scene({
    // The run is under way when it happens.
    faults: [{ match: { path: '/api/0/' }, do: { delayMs: 1_500 } }],
  });
  scenes.push(world);
  return world;
}

it.each([
  ['a rejection that nobody handles, with no Error in it', "Promise.reject('no error object')"],
  ['a throw of a text in a timer', "throw 'no error object'"],
  [
    'a throw in an event handler',
    "const e = new (require('node:events'))(); e.on('x', () => { throw 'no error object'; }); e.emit('x')",
  ],
])('row 65: %s is one error line and exit code 1, never green', async (_name, code) => {
  const world = await start();
  const hook = join(world.folder, 'hook.cjs');
  writeFileSync(hook, `setTimeout(() => { ${code} }, 600);\n`);
  const result = await world.run({ nodeArgs: ['--require', hook] });
  expect(result.exitCode).toBe(1);
  expect(result.timedOut).toBe(false);
  const errors = result.annotations.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ message }) => message)).toEqual(['Unexpected failure: no error object.']);
});

it('row 46: Ctrl+Break, which a runner on Windows sends for SIGTERM, ends a run with summary and its own code', async () => {
  const world = await start();
  const hook = join(world.folder, 'hook.cjs');
  // No system but Windows can send it, but what listens is the same.
  writeFileSync(hook, "setTimeout(() => process.emit('SIGBREAK', 'SIGBREAK'), 600);\n");
  const result = await world.run({ nodeArgs: ['--require', hook] });
  expect(result.exitCode).toBe(149);
  expect(result.summary).toMatch(/cancel/i);
  expect(result.tmpFiles).toEqual([]);
});

// Windows has no such limit.
itOnPosix('row 51: a runner that allows 48 open files is enough for a build of 300', async () => {
  const world = await start();
  mkdirSync(join(world.folder, 'dist', 'many'));
  for (let n = 0; n < 300; n += 1) writeFileSync(join(world.folder, 'dist', 'many', `f${n}.js`), `f(${n});\n`);
  const node = join(world.folder, 'node.sh');
  writeFileSync(node, `#!/bin/sh\nulimit -n 48\nexec "${process.execPath}" "$@"\n`, { mode: 0o755 });
  const result = await world.run({ node, inputs: { wait: 'true' } });
  expect({ exit: result.exitCode, files: result.outputs['files'] }).toEqual({ exit: 0, files: '308' });
});

describe('what is done is done, and said', () => {
  async function startWith(faults: readonly unknown[]): Promise<Scene> {
    const world = await scene({ faults: faults as never });
    scenes.push(world);
    return world;
  }

  it('row 66: a file for outputs that is not there, or a summary that cannot be written, leaves the upload green', async () => {
    const world = await startWith([]);
    const nowhere = join(world.folder, 'nowhere', 'file');
    const result = await world.run({ env: { GITHUB_OUTPUT: nowhere, GITHUB_STEP_SUMMARY: nowhere } });
    expect(result.exitCode).toBe(0);
    expect(world.org().releases.get('1.0.0')?.deploys).toHaveLength(1);
    expect(result.log).toContain('The outputs could not be written');
    expect(result.log).toContain('The job summary could not be written');
  });

  it('what was found out about the files is told when the upload fails, too', async () => {
    const world = await startWith([{ match: { method: 'POST', path: '**/assemble/' }, do: { status: 400 } }]);
    writeFileSync(join(world.folder, 'dist', 'lonely.js'), 'lonely();\n');
    const result = await world.run();
    expect(result.exitCode).toBe(1);
    const warned = result.annotations.filter(({ severity }) => severity === 'warning').map(({ message }) => message);
    expect(warned.filter((message) => message.startsWith('dist/lonely.js '))).toHaveLength(1);
    expect(result.report).toMatchObject({
      problems: expect.arrayContaining([expect.objectContaining({ severity: 'warning', file: 'dist/lonely.js' })]),
    });
  });

  it('on_failure: warn leaves the job green, and lists what was left undone', async () => {
    const world = await startWith([{ match: { method: 'POST', path: '**/deploys/' }, do: { status: 403 } }]);
    const result = await world.run({ inputs: { on_failure: 'warn' } });
    expect(result.exitCode).toBe(0);
    expect(result.outputs['result']).toBe('warned');
    expect(result.log).toMatch(/Not done: Finalize|Not done: Deploy, Finalize/);
    expect(result.summary).toMatch(/\*\*Not reached:\*\* Finalize/);
    expect(world.org().releases.get('1.0.0')?.dateReleased).toBeUndefined();
  });
});
