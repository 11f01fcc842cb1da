/**
 * Bundles src/ into dist/index.js (or into the folder given as argument), byte for byte the same everywhere. TypeScript is
 * compiled first: ncc's own loader checks the types of the whole repository, which takes half a minute.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stagePackages } from './stage-packages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = resolve(process.argv[2] ?? join(root, 'dist'));
/** What is bundled: src/, compiled, and beside it the packages. */
const stage = join(root, 'build');

const unlock = lock(join(root, 'build.lock'));
rmSync(stage, { recursive: true, force: true });
run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--noCheck']);
stagePackages(root, stage);
// Its own root, or our own license would be listed among those of the packages.
writeFileSync(join(stage, 'package.json'), '{"name":"sentry-release-action","type":"module"}\n');
const ncc = createRequire(import.meta.url).resolve('@vercel/ncc/dist/ncc/cli.js');
// From there, so that the bundle names its modules as they are named here: ./src/…, ./node_modules/…
run(process.execPath, [ncc, 'build', 'src/main.js', '--out', out, '--no-cache', '--license', 'licenses.txt'], stage);
// The package.json that ncc writes says type: module, which the root one says already.
rmSync(join(out, 'package.json'), { force: true });
// ncc turns a module it cannot find into a throw at run time, and succeeds.
const bundle = readFileSync(join(out, 'index.js'), 'utf8');
if (bundle.includes('@@notfound')) throw new Error('a module is missing in the bundle');
// V8 keeps a text with a single character beyond Latin-1 in two bytes each: twice the memory, in every thread. Strings, templates
// and patterns mean the same with the escape.
writeFileSync(join(out, 'index.js'), bundle.replace(/[^\0-\x7f]/g, escapeUnit));
unlock();

function escapeUnit(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Two builds at once would take the compiled files from under each other. */
function lock(path) {
  for (;;) {
    try {
      mkdirSync(path);
      const free = () => rmSync(path, { recursive: true, force: true });
      process.on('exit', free);
      return free;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 120_000)
        rmSync(path, { recursive: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
}

function run(command, args, cwd = root) {
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}
