import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attack, BUILD, TOKEN } from './attack.js';
import { installGitSpy, pathWithSpy } from './git-spy.js';

/** Attack: a program on the PATH that is called git reads what its parent gives it. */

const GITHUB_TOKEN = 'ghs_AttackedTokenOfTheWorkflow0123456789';

it('git gets no token, in its environment or its arguments', async () => {
  let seen = '';
  await attack({
    files: BUILD,
    inputs: { set_commits: 'auto', release: '', github_token: GITHUB_TOKEN },
    prepare(workspace) {
      execFileSync('git', ['init', '-q', workspace]);
      const seenFile = JSON.stringify(join(workspace, 'seen.txt'));
      // Answers like a checkout without commits, and notes all it was given.
      installGitSpy(
        workspace,
        `require('node:fs').appendFileSync(${seenFile}, 'args: ' + JSON.stringify({ args, env: process.env }) + '\\n');
process.exit(128);`,
      );
    },
    env: (workspace) => ({
      PATH: pathWithSpy(workspace),
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
