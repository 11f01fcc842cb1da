import type { GitHubContext } from '../../../src/inputs/github.js';
import type { Inputs } from '../../../src/inputs/inputs.js';
import type { Log } from '../../../src/log.js';
import { explainMissingToken } from '../../../src/steps/missing-token.js';

function explain(
  inputs: Partial<Inputs>,
  github: Partial<GitHubContext> = {},
): { notices: string[]; failure: unknown } {
  const notices: string[] = [];
  const ignore = () => undefined;
  const log: Log = {
    debug: ignore,
    info: ignore,
    notice: (text) => notices.push(text),
    warning: ignore,
    error: ignore,
  };
  const context = { event: {}, ...github } as GitHubContext;
  try {
    explainMissingToken({ authTokenBlank: false, onMissingToken: 'fail', ...inputs } as Inputs, context, log);
    return { notices, failure: undefined };
  } catch (failure) {
    return { notices, failure };
  }
}

const fork = {
  pull_request: { head: { repo: { full_name: 'me/app', fork: true } }, base: { repo: { full_name: 'you/app' } } },
};

describe('a missing token', () => {
  it('fails and says how to store and pass one', () => {
    expect(explain({}).failure).toMatchObject({
      code: 'token-missing',
      message: 'No Sentry auth token was given',
      hint: expect.stringContaining('project:releases'),
    });
  });

  it('tells an empty secret from none', () => {
    expect(explain({ authTokenBlank: true }).failure).toMatchObject({ message: expect.stringContaining('is empty') });
  });

  it('names a pull request from a fork as the cause', () => {
    expect(explain({}, { event: fork }).failure).toMatchObject({ message: expect.stringContaining('from a fork') });
  });

  it('takes no fork for the cause when the head is in the same repository', () => {
    const event = {
      pull_request: { head: { repo: { full_name: 'a/b', fork: false } }, base: { repo: { full_name: 'a/b' } } },
    };
    expect(explain({}, { event }).failure).toMatchObject({ message: 'No Sentry auth token was given' });
  });

  it('names Dependabot as the cause', () => {
    expect(explain({}, { actor: 'dependabot[bot]' }).failure).toMatchObject({
      message: expect.stringContaining('Dependabot'),
    });
  });

  it('ends green with a notice that names the cause where the user asked to skip', () => {
    const { failure, notices } = explain({ onMissingToken: 'skip' }, { event: fork });
    expect(failure).toBeUndefined();
    expect(notices).toEqual([expect.stringMatching(/from a fork.*Nothing was sent/)]);
  });
});
