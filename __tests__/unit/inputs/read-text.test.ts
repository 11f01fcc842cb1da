import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Git } from '../../../src/commits/git.js';
import { readGitHubContext } from '../../../src/inputs/github.js';
import { createTextReader, MAX_TEXT_BYTES } from '../../../src/inputs/read-text.js';
import { resolveReleaseName } from '../../../src/inputs/release-name.js';
import { recordLog } from '../../integration/commits-support.js';
import { itOnPosix } from '../../support/platform.js';
import { temporaryFolder } from '../../support/workspace.js';

let dir: string;
beforeEach(() => {
  dir = temporaryFolder('read-text');
});
afterEach(() => rmSync(dir, { recursive: true }));

function put(name: string, text: string): string {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
}

it('reads a file of four MiB, and no longer one, which the log names', async () => {
  const log = recordLog();
  const read = createTextReader(log);
  expect((await read(put('full', 'x'.repeat(MAX_TEXT_BYTES))))?.length).toBe(MAX_TEXT_BYTES);
  expect(log.lines).toEqual([]);
  const path = put('long', 'x'.repeat(MAX_TEXT_BYTES + 1));
  expect(await read(path)).toBeUndefined();
  expect(log.lines).toEqual([
    `notice: ${path} is not read for the name of the release: it has 4194305 bytes, more than 4 MiB.`,
  ]);
});

it('passes over what is missing or a folder', async () => {
  mkdirSync(join(dir, 'folder'));
  const read = createTextReader(recordLog());
  expect([await read(join(dir, 'none')), await read(join(dir, 'folder'))]).toEqual([undefined, undefined]);
});

// Windows has no such files.
itOnPosix('passes over a pipe without waiting for its writer, and over a device without end', async () => {
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  const read = createTextReader(recordLog());
  expect([await read(join(dir, 'pipe')), await read('/dev/zero')]).toEqual([undefined, undefined]);
});

it('a package.json that is too large is an error that says so, not a release of another name', async () => {
  const log = recordLog();
  put('package.json', `{"name":"web","version":"1"}${' '.repeat(MAX_TEXT_BYTES)}`);
  const git: Git = { root: undefined, run: async () => ({ exitCode: 128, stdout: '', stderr: '', cut: false }) };
  const release = { explicit: undefined, givenEmpty: undefined, prefix: '', from: 'package' as const };
  const named = resolveReleaseName({ workingDirectory: dir, release }, readGitHubContext({}), { env: {}, git, log });
  await expect(named).rejects.toMatchObject({
    code: 'release-name-missing',
    message: expect.stringContaining('that can be read'),
  });
  expect(log.lines).toEqual([expect.stringMatching(/^notice: .*package\.json is not read .* more than 4 MiB\.$/)]);
});
