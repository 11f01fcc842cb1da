/**
 * Measures how long finding and pairing takes: `node --import tsx scripts/measure-plan.ts [FILES=13000] [ROUNDS=5]`.
 * Half of the files are scripts of 5 KB with a reference, in 700 folders; the tree is made in the system's temp folder.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QUIET, sourceMapInputs } from '../__tests__/support/inputs.js';
import { discover } from '../src/sourcemaps/discover.js';
import { planSourceMaps } from '../src/sourcemaps/plan.js';

const files = Number(process.argv[2] ?? 13_000);
const rounds = Number(process.argv[3] ?? 5);

function makeTree(root: string): void {
  const body = `${'a();\n'.repeat(1000)}//# sourceMappingURL=`;
  for (let index = 0; index < files / 2; index += 1) {
    const folder = join(root, 'dist', `d${index % 100}`, `e${index % 7}`);
    mkdirSync(folder, { recursive: true });
    const name = `chunk-${index.toString(36)}.js`;
    writeFileSync(join(folder, name), `${body}${name}.map\n`);
    writeFileSync(join(folder, `${name}.map`), '{"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA"}');
  }
}

const sourcemaps = sourceMapInputs(['dist']);

const root = realpathSync(mkdtempSync(join(tmpdir(), 'measure-')));
try {
  makeTree(root);
  const inputs = { sourcemaps, workspace: root, workingDirectory: root, dryRun: false };
  for (let round = 1; round <= rounds; round += 1) {
    const start = performance.now();
    const cpu = process.cpuUsage();
    const plan = planSourceMaps(inputs, QUIET);
    const planned = performance.now();
    const { user, system } = process.cpuUsage(cpu);
    discover(inputs);
    const found = performance.now() - planned;
    const times = `plan ${(planned - start).toFixed(0)} ms (CPU ${((user + system) / 1000).toFixed(0)} ms), of it discovery ${found.toFixed(0)} ms`;
    process.stdout.write(`round ${round}: ${plan.files} files, ${plan.foreseen.length} units foreseen: ${times}\n`);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
