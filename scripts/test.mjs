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
const { status } = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', jest, ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary } },
);
process.exitCode = status ?? 1;
