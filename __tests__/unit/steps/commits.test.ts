import { createGit } from '../../../src/commits/git.js';
import { Journal } from '../../../src/journal.js';
import type { SentryApi } from '../../../src/sentry/types.js';
import { setCommits } from '../../../src/steps/commits.js';
import type { StepContext } from '../../../src/steps/context.js';
import {
  makeRepo,
  recordLog,
  releaseOf,
  removeRepos,
  sentryWith,
  steadyClock,
} from '../../integration/commits-support.js';

afterAll(removeRepos);

const repo = makeRepo([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
repo.checkout('c');

interface Setting {
  readonly previous?: string;
  readonly ignoreEmpty?: boolean;
  readonly dryRun?: boolean;
  readonly repository?: string | undefined;
}

/** Runs the step in the checkout above; `dir` without one when there is no repository. */
async function step({ previous, ignoreEmpty, dryRun = false, repository = 'acme/web' }: Setting) {
  const log = recordLog();
  const clock = steadyClock();
  const journal = new Journal(clock);
  const sent: unknown[] = [];
  const api: SentryApi = sentryWith({
    previousReleaseWithCommits: async () =>
      previous === undefined ? undefined : releaseOf('web@1', repo.sha(previous)),
    updateRelease: async (release, body) => {
      sent.push([release, Object.keys(body), body.commits?.length]);
      return releaseOf(release, repo.sha('c'));
    },
  });
  const dir = repository === '' ? '/nowhere' : repo.dir;
  const context = {
    ...{ api, journal, log, clock, release: 'web@2', signal: new AbortController().signal },
    git: createGit({ cwd: dir, env: { PATH: process.env['PATH'], HOME: dir }, log }),
    github: { eventName: 'push', event: {}, serverUrl: 'https://github.com', apiUrl: 'https://api.github.com' },
    inputs: {
      ...{ createRelease: true, dryRun, projects: ['web'], deploy: { environments: [] }, timeoutMs: 1000 },
      commits: { mode: 'auto', paths: [], ignoreEmpty },
    },
    // The step reads nothing else of its context.
  } as unknown as StepContext;
  const outcome = await setCommits(context);
  return { outcome, sent, commits: journal.facts.commits, lines: log.lines };
}

describe('the step that sets commits', () => {
  it('sends them in one request, and nothing but them', async () => {
    const { outcome, sent, commits } = await step({ previous: 'a' });
    expect(sent).toEqual([['web@2', ['commits'], 2]]);
    expect(commits).toMatchObject({ source: 'git', count: 2, range: expect.stringContaining('..') });
    expect(outcome.detail).toMatch(/^2 commits from git \w{12}\.\.\w{12} \(/);
  });

  it('without new commits is done, sends nothing, and says so in one line', async () => {
    const { outcome, sent, lines } = await step({ previous: 'c' });
    expect(sent).toEqual([]);
    expect(outcome).toMatchObject({ status: 'done', told: true, detail: expect.stringMatching(/^no new commits: /) });
    expect(lines.filter((line) => /no new commits/.test(line))).toEqual([
      expect.stringMatching(/^notice: There are no new commits up to \w+; .*last commit of release web@1\)\.$/),
    ]);
  });

  it('without new commits and with ignore_empty: true leaves that one line to the step’s own end', async () => {
    const { outcome, lines } = await step({ previous: 'c', ignoreEmpty: true });
    expect(outcome).toMatchObject({ status: 'done', told: false });
    expect(lines.filter((line) => /no new commits/.test(line))).toEqual([]);
  });

  it('with nowhere to find commits is marked, and says so in one line', async () => {
    const { outcome, lines } = await step({ repository: '' });
    expect(outcome).toMatchObject({ status: 'warned', told: true });
    expect(lines).toEqual([expect.stringMatching(/^notice: No commits are set: /)]);
  });

  it('in a dry run only tells what it would send', async () => {
    const { outcome, sent } = await step({ previous: 'b', dryRun: true });
    expect(sent).toEqual([]);
    expect(outcome).toMatchObject({
      status: 'planned',
      detail: expect.stringMatching(/^would set 1 commit from git/),
    });
  });
});
