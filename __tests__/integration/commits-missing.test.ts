/** A previous commit that our history does not have is named, and then `ignore_missing` decides: every kind, from GitHub and from git. */
import { type FakeGitHub, startGitHub } from '../../sandbox/github.js';
import type { ActionError } from '../../src/errors.js';
import type { SentryApi } from '../../src/sentry/types.js';
import {
  checkout,
  makeRepo,
  type PlanOptions,
  plan,
  releaseOf,
  removeRepos,
  sentryWith,
  TOKEN,
} from './commits-support.js';

/** `old` was released, and then squashed, or pushed over; `lost` is a history of its own. */
const repo = makeRepo([
  { id: 'lost', parents: [] },
  { id: 'base', parents: [] },
  { id: 'old', parents: ['base'] },
  { id: 'new', parents: ['base'] },
  { id: 'head' },
]);
const shallow = checkout(repo, 'main', 1);
const NOWHERE = 'deadbeef'.repeat(5);
const FOREIGN = 'd'.repeat(40);

let github: FakeGitHub;
beforeAll(async () => {
  github = await startGitHub({ repositories: [{ name: 'acme/web', dir: repo.dir }], tokens: [{ token: TOKEN }] });
});
afterAll(async () => {
  await github.close();
  removeRepos();
});

const last = (id: string, repository = 'acme/web'): SentryApi =>
  sentryWith({ previousReleaseWithCommits: async () => releaseOf('web@1', id, { lastCommit: { id, repository } }) });

interface Kind {
  readonly title: string;
  readonly head?: string;
  readonly previous: string;
  readonly api?: SentryApi;
  readonly context?: PlanOptions['context'];
  readonly only?: 'shallow';
  /** How it is told when ignore_missing is not given. */
  readonly level: 'notice' | 'warning';
  readonly says: string;
  /** What is sent instead, newest first. */
  readonly expected: readonly string[];
}

const KINDS: readonly Kind[] = [
  {
    title: 'squashed or force-pushed away, but known',
    previous: repo.sha('old'),
    level: 'notice',
    says: 'is no ancestor of',
    expected: ['head', 'new'],
  },
  {
    title: 'newer than what is released now',
    head: 'base',
    previous: repo.sha('new'),
    level: 'notice',
    says: 'as in a rollback: there are no new commits',
    expected: [],
  },
  {
    title: 'unknown',
    previous: NOWHERE,
    level: 'warning',
    says: 'is not in the history of',
    expected: ['head', 'new', 'base'],
  },
  {
    title: 'of a history of its own',
    previous: repo.sha('lost'),
    level: 'warning',
    says: 'shares no history with',
    expected: ['head', 'new', 'base'],
  },
  {
    title: 'of another repository',
    previous: FOREIGN,
    api: last(FOREIGN, 'acme/api'),
    level: 'notice',
    says: 'is one of acme/api, not of acme/web',
    expected: ['head', 'new', 'base'],
  },
  {
    title: 'of another repository, while the push says where it began',
    previous: FOREIGN,
    api: last(FOREIGN, 'acme/api'),
    context: { event: { before: repo.sha('new') } },
    level: 'notice',
    says: 'The range begins after the state of the branch before this push.',
    expected: ['head'],
  },
  {
    title: 'beyond a shallow checkout, when GitHub cannot be asked',
    previous: repo.sha('new'),
    only: 'shallow',
    level: 'warning',
    says: 'the checkout is too shallow',
    expected: ['head'],
  },
];

async function run({ head = 'head', previous, api = last(previous), context, only }: Kind, ignoreMissing?: boolean) {
  const options = { sha: repo.sha(head), api, context: { ...context }, commits: { ignoreMissing } };
  if (only === 'shallow') return [await plan({ ...options, dir: shallow })];
  const byApi = await plan({ ...options, github });
  repo.checkout(head);
  return [byApi, await plan({ ...options, dir: repo.dir })];
}

const name = ({ previous }: Kind) => `The previous commit ${previous} (last commit of release web@1) `;

describe.each(KINDS)('a previous commit that is $title', (kind) => {
  it('is an error that names commit and release and says what to do, when ignore_missing is false', async () => {
    const failure = await run(kind, false).then(
      () => undefined,
      (error: unknown) => error as ActionError,
    );
    expect(failure).toMatchObject({ code: 'commits-failed', hint: expect.stringContaining('previous_commit') });
    expect(failure?.message).toContain(name(kind));
    repo.checkout(kind.head ?? 'head');
    const dir = kind.only === 'shallow' ? shallow : repo.dir;
    const api = kind.api ?? last(kind.previous);
    await expect(plan({ dir, api, commits: { ignoreMissing: false } })).rejects.toMatchObject({
      code: 'commits-failed',
      message: expect.stringContaining(name(kind)),
    });
  });

  it.each([
    [undefined, kind.level],
    [true, 'info'],
  ] as const)('is told once, and the fallback taken, when ignore_missing is %s', async (ignoreMissing, level) => {
    for (const { plan: made, log } of await run(kind, ignoreMissing)) {
      expect((made.commits ?? []).map(({ id }) => id)).toEqual(kind.expected.map(repo.sha));
      const told = log.lines.filter((line) => line.includes(kind.previous));
      expect(told).toHaveLength(1);
      expect(told[0]).toContain(`${level}: ${name(kind)}`);
      expect(told[0]).toContain(kind.says);
    }
  });
});

describe('through a repository that is connected in Sentry', () => {
  it('a foreign previous commit is named and no error, because Sentry reads the history itself', async () => {
    const url = 'https://github.com/acme/web';
    const row = { ...{ id: '1', name: 'acme/web', url, provider: 'integrations:github' }, status: 'active' };
    const api = {
      ...last(FOREIGN, 'acme/api'),
      repositories: async () => [{ ...row, externalSlug: 'acme/web' }],
    };
    const { plan: made, log } = await plan({ sha: repo.sha('head'), api, commits: { ignoreMissing: false } });
    expect(made.refs).toEqual([{ repository: 'acme/web', commit: repo.sha('head') }]);
    expect(log.lines).toContain(
      `info: The previous commit ${FOREIGN} (last commit of release web@1) is one of acme/api, not of acme/web. Sentry finds where the range begins.`,
    );
  });
});

it('a deploy of another repository is named, and an earlier one to this environment taken', async () => {
  const deploy = { id: '1', environment: 'production', name: undefined, url: undefined, dateFinished: undefined };
  const foreign = releaseOf('api@7', FOREIGN, { lastCommit: { id: FOREIGN, repository: 'acme/api' } });
  const api = sentryWith({
    recentReleases: async (environment) =>
      environment === undefined ? [] : [foreign, releaseOf('web@1', repo.sha('new'))],
    deploys: async () => [deploy],
  });
  const unnamed = { name: undefined, url: undefined, startedAt: undefined, finishedAt: undefined };
  const inputs = { deploy: { environments: ['production'], ...unnamed } };
  repo.checkout('head');
  const { plan: made, log } = await plan({ dir: repo.dir, api, inputs });
  expect(made.commits?.map(({ id }) => id)).toEqual([repo.sha('head')]);
  expect(log.lines).toContain(
    `info: ${FOREIGN} (commit of the last deploy to production, release api@7) is one of acme/api, not of acme/web; an earlier deploy is looked for.`,
  );
});
