import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attack, BUILD, TOKEN, write } from './attack.js';

/** Attack: a program on the PATH that is called git reads what its parent gives it. */

const GITHUB_TOKEN = 'ghs_AttackedTokenOfTheWorkflow0123456789';

it('git gets no token, in its environment or its arguments', async () => {
  let seen = '';
  await attack({
    files: BUILD,
    inputs: { set_commits: 'auto', release: '', github_token: GITHUB_TOKEN },
    prepare(workspace) {
      execFileSync('git', ['init', '-q', workspace]);
      const spy = join(workspace, 'bin', 'git');
      // Answers like a checkout without commits, and notes all it was given.
      write(spy, `#!/bin/sh\n{ echo "args: $*"; env; } >> "${join(workspace, 'seen.txt')}"\nexit 128\n`);
      chmodSync(spy, 0o755);
    },
    env: (workspace) => ({
      PATH: `${join(workspace, 'bin')}:${process.env['PATH'] ?? ''}`,
      SENTRY_AUTH_TOKEN: TOKEN,
      ACTIONS_RUNTIME_TOKEN: 'runtime-secret',
    }),
    look({ workspace }) {
      const file = join(workspace, 'seen.txt');
      seen = existsSync(file) ? readFileSync(file, 'utf8') : '';
    },
  });
  expect(seen).toContain('args: ');
  for (const secret of [TOKEN, GITHUB_TOKEN, 'runtime-secret', 'INPUT_AUTH_TOKEN', 'SENTRY_AUTH_TOKEN']) {
    expect(seen).not.toContain(secret);
  }
});
