/** Runs jest with what ESM needs; every further argument goes to jest. */
import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
// As it is spelt on disk: Windows runners name it by a short name (`RUNNER~1`), macOS by a link. Tests compare paths.
const temporary = realpathSync.native(tmpdir());
// For glibc: give freed memory back at once. To start a program takes as long as the starter has memory, and tests start thousands:
// a file with 388 starts had 319 MB and waited 39 s for them, and with this 154 MB and 7 s.
const lean = { MALLOC_MMAP_THRESHOLD_: '262144', MALLOC_TRIM_THRESHOLD_: '262144', MALLOC_ARENA_MAX: '2' };
const { status } = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', jest, ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { ...process.env, ...lean, TMPDIR: temporary, TEMP: temporary, TMP: temporary } },
);
process.exitCode = status ?? 1;
