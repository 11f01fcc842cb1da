import type { StepFiles } from './workspace.js';

/** The variables a runner sets for a step. Nothing is inherited but what a process cannot start without. */
export function runnerEnvironment(files: StepFiles, workspace: string): Record<string, string | undefined> {
  const repository = 'acme/webapp';
  return {
    PATH: process.env['PATH'],
    // Without these, nothing is found and started on Windows.
    PATHEXT: process.env['PATHEXT'],
    SystemRoot: process.env['SystemRoot'],
    ComSpec: process.env['ComSpec'],
    HOME: files.home,
    USERPROFILE: files.home,
    TMPDIR: files.tmpdir,
    TEMP: files.tmpdir,
    TMP: files.tmpdir,
    CI: 'true',
    ...files.commandFiles,
    GITHUB_ACTION: '__acme_sentry-release-action',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'octocat',
    // Nothing of a test goes out to the network: a port where nobody listens, instead of https://api.github.com.
    GITHUB_API_URL: 'http://127.0.0.1:9',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: files.event,
    GITHUB_JOB: 'release',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
    GITHUB_REF_TYPE: 'branch',
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_OWNER: repository.split('/')[0],
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '7001',
    GITHUB_RUN_NUMBER: '42',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: '4f1c9a2be0d3576881aa42fbc7e95d60312ffe94',
    GITHUB_WORKFLOW: 'Release',
    GITHUB_WORKSPACE: workspace,
    RUNNER_ARCH: 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: files.temp,
  };
}
