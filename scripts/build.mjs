/**
 * Bundles src/ into dist/index.js (or into the folder given as argument), byte for byte the same everywhere. TypeScript is
 * compiled first: ncc's own loader checks the types of the whole repository, which takes half a minute.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = resolve(process.argv[2] ?? join(root, 'dist'));
const compiled = join(root, 'build');

rmSync(compiled, { recursive: true, force: true });
run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--noCheck']);
const ncc = createRequire(import.meta.url).resolve('@vercel/ncc/dist/ncc/cli.js');
run(process.execPath, [ncc, 'build', 'build/main.js', '--out', out, '--no-cache', '--license', 'licenses.txt']);
// The package.json that ncc writes says type: module, which the root one says already.
rmSync(join(out, 'package.json'), { force: true });

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}
