import { execFileSync } from 'node:child_process';
import { attack, BUILD } from './attack.js';

/** Promise: later steps of the job find the runner as it was. */

it('no environment, path, state, git configuration or file is left for later steps', async () => {
  let config = '';
  const { result } = await attack({
    files: BUILD,
    inputs: { set_commits: 'auto' },
    prepare: (workspace) => execFileSync('git', ['init', '-q', workspace]),
    look: ({ workspace }) => {
      config = execFileSync('git', ['-C', workspace, 'config', '--local', '--list'], { encoding: 'utf8' });
    },
  });
  expect(result.exitCode).toBe(0);
  expect(result.envFile).toEqual({});
  expect(result.pathFile).toEqual([]);
  expect(result.state).toEqual({});
  expect(result.leftovers).toEqual([]);
  expect(result.homeFiles).toEqual([]);
  expect(result.tmpFiles).toEqual([]);
  expect(config).not.toContain('safe.directory');
});
