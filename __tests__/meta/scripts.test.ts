/** A fresh clone needs one command, whichever it is. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describeOnPosix } from '../support/platform.js';
import { temporaryFolder } from '../support/workspace.js';
import { read } from './repository.js';

const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

it.each(Object.entries(scripts))('npm run %s installs what is missing before anything else', (_, command) => {
  expect(command).toMatch(/^node scripts\/ensure-install\.mjs && \S/);
});

// The npm that is put in its way is a shell script.
describeOnPosix('the install', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder('install');
    mkdirSync(join(folder, 'bin'));
    cpSync('scripts/ensure-install.mjs', join(folder, 'scripts', 'ensure-install.mjs'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function install(exitCode: number) {
    const calls = join(folder, 'calls');
    writeFileSync(join(folder, 'bin', 'npm'), `#!/bin/sh\necho "$@" >> '${calls}'\necho noise\nexit ${exitCode}\n`, {
      mode: 0o755,
    });
    const { status, stdout } = spawnSync(process.execPath, [join(folder, 'scripts', 'ensure-install.mjs')], {
      env: { ...process.env, PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter) },
      encoding: 'utf8',
    });
    return { status, stdout, calls: () => readFileSync(calls, 'utf8').trim().split('\n') };
  }

  it('shows errors of npm only, runs no package’s scripts, and leaves stdout to the command that follows', () => {
    const { status, stdout, calls } = install(0);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(calls()).toEqual(['ci --ignore-scripts --no-audit --no-fund --loglevel=error']);
  });

  it('stops the command when it fails', () => {
    expect(install(7).status).toBe(7);
  });

  it('is not done again', () => {
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'node_modules', '.package-lock.json'), '{}');
    const { status, calls } = install(7);
    expect(status).toBe(0);
    expect(calls).toThrow('ENOENT');
  });
});
