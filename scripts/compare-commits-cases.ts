import type { Step } from '../__tests__/integration/commits-support.js';
import type { RepositoryConfig } from '../sandbox/config.js';

/** What is compared. */
export type Field = 'exit' | 'commits' | 'repository' | 'files' | 'messages' | 'times' | 'refs' | 'previous';

export interface CompareCase {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly head: string;
  /** The commit that release web@1 ended with. */
  readonly previous?: string;
  /** Whose it is. Default: `acme/web`. */
  readonly previousRepository?: string;
  /** Of the checkout. Default: everything. */
  readonly depth?: number;
  /** False: sentry-cli has no such option; it is what it does without `--ignore-missing`. */
  readonly ignoreMissing?: boolean;
  /** The step that is the head of a pull request, whose merge is `head`. */
  readonly pullRequest?: string;
  /** True: the pull request is merged, and `head` is what it was merged as. @default false */
  readonly isMerged?: boolean;
  readonly repositories?: readonly RepositoryConfig[];
  /** Commits that web@2 has already, of another repository. */
  readonly already?: readonly { readonly id: string; readonly repository: string }[];
  /** Fields that differ, and why. */
  readonly differences: Partial<Record<Field, string>>;
}

const linear = (count: number): readonly Step[] =>
  Array.from({ length: count }, (_, index) => ({ id: `c${index + 1}` }));

const merged: readonly Step[] = [
  { id: 'base' },
  { id: 'side', parents: ['base'] },
  { id: 'main', parents: ['base'] },
  { id: 'merge', parents: ['main', 'side'], files: { 'side.txt': 'side' } },
];

const squashed: readonly Step[] = [
  { id: 'base' },
  { id: 'feature', parents: ['base'] },
  { id: 'squash', parents: ['base'] },
];

const NAME = 'the repository is called acme/web, not after the remote';
const HEADS = 'the head is recorded under the right repository';
const NAMED = { repository: NAME, refs: HEADS };
const web: RepositoryConfig = { name: 'acme/web', url: 'https://github.com/acme/web', provider: 'integrations:github' };

export const CASES: readonly CompareCase[] = [
  { title: 'a straight line after the last release', steps: linear(6), head: 'c6', previous: 'c3', differences: NAMED },
  { title: 'the first release', steps: linear(25), head: 'c25', differences: NAMED },
  {
    title: 'a merge',
    steps: merged,
    head: 'merge',
    previous: 'base',
    differences: { ...NAMED, files: 'each commit is compared with its own parent, not with its neighbour in the list' },
  },
  {
    title: 'the merge checkout of a pull request',
    steps: merged,
    head: 'merge',
    pullRequest: 'side',
    previous: 'base',
    differences: {
      ...NAMED,
      commits: 'the head of the pull request: the merge is in no branch, and main is not in the pull request',
      ...{ files: 'of these', messages: 'of these', times: 'of these' },
    },
  },
  {
    title: 'a pull request that was squashed and merged',
    steps: squashed,
    head: 'squash',
    pullRequest: 'feature',
    isMerged: true,
    previous: 'base',
    differences: NAMED,
  },
  {
    title: 'a file that becomes a link',
    steps: [
      { id: 'base', files: { l: 'text' } },
      { id: 'link', files: { l: { mode: '120000', data: 'target' } } },
    ],
    head: 'link',
    previous: 'base',
    differences: { ...NAMED, files: 'a change of one path is one entry' },
  },
  {
    title: 'executables and changes of mode',
    steps: [
      { id: 'base', files: { 'run.sh': { mode: '100755', data: '1' }, plain: 'x' } },
      { id: 'edit', files: { 'run.sh': { mode: '100755', data: '2' } } },
      { id: 'mode', files: { plain: { mode: '100755', data: 'x' } } },
      { id: 'gone', files: { 'run.sh': null } },
    ],
    head: 'gone',
    previous: 'base',
    differences: { ...NAMED, files: 'paths are paths: no "*" after an executable' },
  },
  {
    title: 'a rename, and paths with special characters',
    steps: [
      { id: 'base', files: { 'old name.txt': 'line\n'.repeat(20) } },
      { id: 'rename', files: { 'old name.txt': null, 'büro/日本.txt': 'line\n'.repeat(20) } },
    ],
    head: 'rename',
    previous: 'base',
    differences: NAMED,
  },
  {
    title: 'a checkout of one commit after the last release',
    steps: linear(6),
    head: 'c6',
    previous: 'c3',
    depth: 1,
    differences: {
      exit: 'the history is read from GitHub, so nothing is missing',
      ...{
        commits: 'all three',
        repository: NAME,
        files: 'of all three',
        messages: 'of all three',
        times: 'of all three',
        refs: HEADS,
      },
    },
  },
  {
    title: 'a checkout of one commit, ignoring what is missing',
    steps: linear(6),
    head: 'c6',
    previous: 'c3',
    depth: 1,
    ignoreMissing: true,
    differences: {
      commits: 'the three commits since the last release, not the one that is checked out',
      ...{ repository: NAME, messages: 'of all three', times: 'of all three', refs: HEADS },
      files: 'what each commit changed, not the whole tree as new files',
    },
  },
  {
    title: 'a squash merge of the commit that was released',
    steps: squashed,
    head: 'squash',
    previous: 'feature',
    differences: {
      exit: 'a previous commit on another line is no reason to fail',
      ...{ commits: 'the commits since what both have in common', repository: NAME, refs: HEADS },
      ...{ files: 'of these', messages: 'of these', times: 'of these' },
    },
  },
  {
    title: 'a squash merge of the commit that was released, when that is to be an error',
    steps: squashed,
    head: 'squash',
    previous: 'feature',
    ignoreMissing: false,
    differences: {},
  },
  {
    title: 'a rollback to an older commit',
    steps: linear(5),
    head: 'c2',
    previous: 'c4',
    differences: { exit: 'the previous commit is known and newer: there are no new commits' },
  },
  {
    title: 'a rollback to an older commit, when that is to be an error',
    steps: linear(5),
    head: 'c2',
    previous: 'c4',
    ignoreMissing: false,
    differences: {},
  },
  {
    title: 'a last release of another repository, when that is to be an error',
    steps: linear(3),
    head: 'c3',
    previous: 'deadbeef'.repeat(5),
    previousRepository: 'acme/api',
    ignoreMissing: false,
    differences: {},
  },
  {
    title: 'a previous commit that nobody has',
    steps: linear(3),
    head: 'c3',
    previous: 'deadbeef'.repeat(5),
    differences: {
      exit: 'a warning that names the release and the commit',
      ...{ commits: 'the newest twenty', repository: NAME, refs: HEADS },
      ...{ files: 'of these', messages: 'of these', times: 'of these' },
    },
  },
  {
    title: 'a commit whose author date is newer than that of its successor (a rebase)',
    steps: [{ id: 'base' }, { id: 'early', authored: 90_000 }, { id: 'late', authored: 100 }],
    head: 'late',
    previous: 'base',
    differences: {
      ...NAMED,
      commits: 'the head stays first, so that the next release begins after it and not one commit too early',
      times: 'the head has the newest time of the list',
    },
  },
  {
    title: 'a repository that is connected in Sentry, first release',
    steps: linear(3),
    head: 'c3',
    repositories: [web],
    differences: {},
  },
  {
    title: 'a repository that is connected in Sentry, after a release',
    steps: linear(3),
    head: 'c3',
    previous: 'c1',
    repositories: [web],
    differences: { previous: 'told, so that a deploy out of order does not begin at another release' },
  },
  {
    title: 'a repository of which Sentry has a row that only commits made',
    steps: linear(3),
    head: 'c3',
    previous: 'c1',
    repositories: [{ name: 'acme/web' }],
    differences: NAMED,
  },
  {
    title: 'a connected repository without url',
    steps: linear(3),
    head: 'c3',
    previous: 'c1',
    repositories: [{ name: 'acme/web', provider: 'integrations:github', externalSlug: 'acme/web' }],
    differences: { exit: 'it is told by its name at GitHub', refs: 'recorded', previous: 'told, too' },
  },
  {
    title: 'a second repository in the same release',
    steps: linear(3),
    head: 'c3',
    previous: 'c1',
    already: [{ id: 'e'.repeat(40), repository: 'acme/api' }],
    differences: {
      exit: "Sentry names the release itself as the previous one, and its last commit is the other repository's",
      ...{ commits: 'ours are added', repository: 'both', messages: 'of both', files: 'of both', refs: HEADS },
      times: 'of both',
    },
  },
  {
    title: 'a second repository in the same release, ignoring what is missing',
    steps: linear(3),
    head: 'c3',
    previous: 'c1',
    ignoreMissing: true,
    already: [{ id: 'e'.repeat(40), repository: 'acme/api' }],
    differences: {
      commits: 'the other repository keeps its commits, and ours begin after the last release',
      ...{ repository: 'both', messages: 'of both', files: 'of both', times: 'of both', refs: HEADS },
    },
  },
];
