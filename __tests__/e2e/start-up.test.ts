import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenes } from './reliability-support.js';

/** A run loads of Node's modules what it needs: each of these takes milliseconds, and most runs need none of them. */

const COSTLY = [
  ...['assert', 'child_process', 'dns', 'http', 'http2', 'https', 'inspector', 'perf_hooks', 'readline', 'tls', 'v8'],
  'zlib',
];

const { start } = scenes();

/** Preloaded: writes what Node loads of its own from here on to a file, when it ends. */
const SAY_LOADED = `const before = process.moduleLoadList.length;
process.on('exit', () => {
  require('node:fs').writeFileSync(process.env.LOADED, process.moduleLoadList.slice(before).join('\\n'));
});`;

it('a run without source maps loads nothing for files, proxies, TLS, compression, HTTP/2 or programs', async () => {
  const names = await loaded({ sourcemaps: '' });
  // For the delimiters in the file of outputs, at the end.
  expect(names).toContain('crypto');
  expect(COSTLY.filter((name) => names.includes(name))).toEqual([]);
});

it('a run with source maps loads what compresses them', async () => {
  expect(await loaded({ sourcemaps: 'dist' })).toContain('zlib');
});

/** Node's modules that the bundle loads in a run which makes a release, a deploy and all that. */
async function loaded(inputs: Readonly<Record<string, string>>): Promise<string[]> {
  const world = await start();
  const hook = join(world.folder, 'say-loaded.cjs');
  const file = join(world.folder, 'loaded.txt');
  writeFileSync(hook, SAY_LOADED);
  const result = await world.run({ inputs, nodeArgs: ['--require', hook], env: { LOADED: file } });
  expect({ exit: result.exitCode, log: result.exitCode === 0 ? '' : result.log }).toEqual({ exit: 0, log: '' });
  expect(world.org().releases.get('1.0.0')?.deploys).toHaveLength(1);
  return [...readFileSync(file, 'utf8').matchAll(/^NativeModule (\S+)$/gm)].map(([, name = '']) => name);
}
