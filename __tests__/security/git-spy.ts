import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { write } from './attack.js';

/**
 * Puts a program called git into `bin` of a workspace: a script of Node, started by a shell script, on Windows by a batch file.
 *
 * @param script body of a CommonJS module; `args` is what git was given, `env` its environment, with the PATH of before
 */
export function installGitSpy(workspace: string, script: string): void {
  const bin = join(workspace, 'bin');
  const spy = join(bin, 'spy.cjs');
  write(
    spy,
    `const args = process.argv.slice(2);
const env = { ...process.env };
const path = Object.keys(env).find((name) => name.toUpperCase() === 'PATH');
env[path] = env[path].split(${JSON.stringify(delimiter)}).filter((folder) => folder !== ${JSON.stringify(bin)}).join(${JSON.stringify(delimiter)});
${script}
`,
  );
  if (process.platform === 'win32') write(join(bin, 'git.cmd'), `@"${process.execPath}" "${spy}" %*\r\n`);
  else {
    write(join(bin, 'git'), `#!/bin/sh\nexec '${process.execPath}' '${spy}' "$@"\n`);
    chmodSync(join(bin, 'git'), 0o755);
  }
}

/** The PATH on which that git is the first. */
export function pathWithSpy(workspace: string): string {
  return [join(workspace, 'bin'), process.env['PATH'] ?? ''].join(delimiter);
}
