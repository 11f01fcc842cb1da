import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
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
  writeFileSync(node, `#!/bin/sh\nulimit -n 48\nexec "${process.execPath}" "$@"\n`);
  chmodSync(node, 0o755);
  const result = await world.run({ node, inputs: { wait: 'true' } });
  expect({ exit: result.exitCode, files: result.outputs['files'] }).toEqual({ exit: 0, files: '308' });
});
