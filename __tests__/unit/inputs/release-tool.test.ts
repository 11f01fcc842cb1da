import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createToolRunner, type ToolOptions } from '../../../src/inputs/release-tool.js';
import { describeOnPosix } from '../../support/platform.js';
import { temporaryFolder } from '../../support/workspace.js';

let dir: string;
beforeEach(() => {
  dir = temporaryFolder('tool');
});
afterEach(() => rmSync(dir, { recursive: true }));

const run = (script: string, options: Partial<ToolOptions> = {}, args: readonly string[] = []) => {
  const path = join(dir, 'tool');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  const env = { PATH: `${dir}:/usr/bin:/bin`, SENTRY_AUTH_TOKEN: 'secret', LANG: 'C' };
  return createToolRunner({ env, ...options })('tool', args, dir);
};

// A program here is a shell script.
describeOnPosix('a program that is asked for a release name', () => {
  it('gets its arguments as they are, a folder, and the variables it needs', async () => {
    const found = await run('pwd; echo "$LANG$SENTRY_AUTH_TOKEN"; printf "%s|" "$@"', {}, ['a b', '$(x)', ';ls', '']);
    expect(found).toEqual({ stdout: `${dir}\nC\na b|$(x)|;ls||` });
  });

  it('is killed when it takes too long, also when what it started goes on', async () => {
    const before = Date.now();
    const found = await run('sleep 9 & sleep 9', { timeoutMs: 200 });
    expect(found).toEqual({ problem: 'tool did not answer within 0.2 s' });
    expect(Date.now() - before).toBeLessThan(8_000);
  });

  it('is killed when it writes too much, because a cut answer is none', async () => {
    const found = await run('yes', { maxBytes: 10_000 });
    expect(found).toEqual({ problem: 'tool wrote more than is read' });
  });

  it('is killed when the run is cancelled', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    expect(await run('sleep 9', { signal: controller.signal })).toEqual({
      problem: expect.stringMatching(/^tool failed: .*abort/),
    });
  });

  it('tells its failure in one line', async () => {
    expect(await run('echo one >&2; echo two >&2; exit 65')).toEqual({ problem: 'tool failed with exit code 65: one' });
    expect(await createToolRunner({ env: { PATH: dir } })('none', [], dir)).toEqual({
      problem: 'none is not installed',
    });
  });
});
