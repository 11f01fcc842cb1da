import { readGitHubContext } from '../../../src/inputs/github.js';

const RUN: NodeJS.ProcessEnv = {
  GITHUB_EVENT_NAME: 'push',
  GITHUB_SHA: 'A'.repeat(40),
  GITHUB_REF: 'refs/heads/main',
  GITHUB_REPOSITORY: 'octo/app.web',
  GITHUB_RUN_ID: '123',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_JOB: 'deploy',
  GITHUB_ACTOR: 'octocat',
  GITHUB_SERVER_URL: 'https://ghe.example/',
  GITHUB_API_URL: 'https://ghe.example/api/v3',
  GITHUB_EVENT_PATH: '/event.json',
};

it('reads what the runner tells', () => {
  expect(readGitHubContext(RUN, () => '{"ref":"x"}')).toEqual({
    eventName: 'push',
    sha: 'a'.repeat(40),
    ref: 'refs/heads/main',
    repository: 'octo/app.web',
    runId: '123',
    runAttempt: 2,
    job: 'deploy',
    actor: 'octocat',
    serverUrl: 'https://ghe.example',
    apiUrl: 'https://ghe.example/api/v3',
    event: { ref: 'x' },
  });
});

it.each([
  ['GITHUB_SHA', 'HEAD'],
  ['GITHUB_REF', 'main'],
  ['GITHUB_REPOSITORY', 'a/b/c'],
  ['GITHUB_REPOSITORY', '../x/y'],
  ['GITHUB_RUN_ID', '12/../3'],
  ['GITHUB_RUN_ATTEMPT', '0'],
  ['GITHUB_SERVER_URL', 'javascript:x'],
  ['GITHUB_API_URL', 'file:///etc'],
])('%s of %j does not get into a url', (name, value) => {
  const context = readGitHubContext({ ...RUN, [name]: value }, () => undefined);
  expect(JSON.stringify(context)).not.toContain(JSON.stringify(value));
});

it.each([undefined, '', 'no json', '[]', 'null', '"x"', '{'])('an event of %j is an empty one', (text) => {
  expect(readGitHubContext(RUN, () => text).event).toEqual({});
});

it('outside Actions everything has a sane value', () => {
  const context = readGitHubContext({}, () => undefined);
  expect(context).toMatchObject({ eventName: '', runAttempt: 1, serverUrl: 'https://github.com' });
});
