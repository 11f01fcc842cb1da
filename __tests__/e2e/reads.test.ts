import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenes } from './reliability-support.js';

const { start } = scenes();

const MAP = '{"version":3,"sources":["s.ts"],"sourcesContent":["s"],"names":[],"mappings":"AAAA"}';

/** In every thread, writes down each file that is opened to be read, and how much of it. */
const WATCH = `
  const fs = require('node:fs');
  const { openSync, readSync, readFileSync } = fs;
  const log = process.env.READS_LOG;
  const names = new Map();
  fs.openSync = (path, flags, ...rest) => {
    const descriptor = openSync(path, flags, ...rest);
    names.set(descriptor, typeof flags === 'string' && flags.startsWith('w') ? undefined : path);
    return descriptor;
  };
  const note = (path, bytes) => path !== undefined && fs.appendFileSync(log, JSON.stringify({ path, bytes }) + '\\n');
  fs.readSync = (descriptor, ...rest) => {
    const bytes = readSync(descriptor, ...rest);
    note(names.get(descriptor), bytes);
    return bytes;
  };
  fs.readFileSync = (path, ...rest) => {
    const content = readFileSync(path, ...rest);
    if (typeof path === 'string') note(path, content.length);
    return content;
  };
  require('node:module').syncBuiltinESMExports();
`;

/** Bytes read of each file of the build, by its name. */
async function readsOf(files: Readonly<Record<string, string>>): Promise<Record<string, number>> {
  const world = await start();
  const dist = join(world.folder, 'once');
  mkdirSync(dist);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dist, name), text);
  const hook = join(world.folder, 'hook.cjs');
  const log = join(world.folder, 'reads.log');
  writeFileSync(hook, WATCH);
  writeFileSync(log, '');
  const result = await world.run({
    inputs: { sourcemaps: 'once' },
    env: { READS_LOG: log },
    nodeArgs: ['--require', hook],
  });
  expect({ exit: result.exitCode, files: result.outputs['files'] }).toEqual({
    exit: 0,
    files: String(Object.keys(files).length),
  });
  const below = `${realpathSync(dist)}/`;
  const reads: Record<string, number> = {};
  for (const line of readFileSync(log, 'utf8').trim().split('\n')) {
    const { path, bytes } = JSON.parse(line) as { path: string; bytes: number };
    if (path.startsWith(below)) reads[path.slice(below.length)] = (reads[path.slice(below.length)] ?? 0) + bytes;
  }
  return reads;
}

it('reads every byte of a usual build once', async () => {
  const long = `${'l();\n'.repeat(3_000)}`;
  const files = {
    'a.js': `a();\n//# sourceMappingURL=a.js.map`,
    'a.js.map': MAP,
    'long.js': `${long}//# sourceMappingURL=long.js.map`,
    'long.js.map': MAP,
    'inline.js': `i();\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(MAP).toString('base64')}`,
    'plain.js': long,
    'style.css.map': MAP,
  };
  expect(await readsOf(files)).toEqual(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.length])),
  );
});
