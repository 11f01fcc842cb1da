/** Bundles src/main.ts into dist/index.js (or into the folder given as argument), byte for byte the same everywhere. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = resolve(process.argv[2] ?? join(root, 'dist'));
const ncc = join(root, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js');
const args = [
  ncc,
  'build',
  'src/main.ts',
  '--out',
  out,
  '--no-cache',
  '--license',
  'licenses.txt',
  '--target',
  'es2023',
];
const { status } = spawnSync(process.execPath, args, {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, TS_NODE_PROJECT: 'tsconfig.build.json' },
});
// The package.json that ncc writes says type: module, which the root one says already.
rmSync(join(out, 'package.json'), { force: true });
process.exitCode = status ?? 1;
