import type { Step } from './commits-support.js';

/** One history, and what must be in the release whichever way it is read. */
export interface Scenario {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly head: string;
  /** The commit of the release before; a step, or any other text. undefined: there was no release. */
  readonly previous?: string;
  readonly previousCommitInput?: string;
  readonly paths?: readonly string[];
  /** Names by step; a name that begins with "!" is an annotated tag. */
  readonly tags?: Readonly<Record<string, readonly string[]>>;
  readonly ref?: string;
  /** Of the checkout. Default: the whole history. */
  readonly depth?: number;
  /** The release has these commits already, newest first; a step is ours, anything else is one of acme/api. */
  readonly already?: readonly string[];
  /** Steps, newest first. */
  readonly expected: readonly string[];
  /** Changes that must be told, by step. */
  readonly changes?: Readonly<Record<string, readonly string[]>>;
  /** A line of the log that must be there. */
  readonly says?: RegExp;
}

const linear = (count: number): readonly Step[] =>
  Array.from({ length: count }, (_, index) => ({ id: `c${index + 1}` }));
const names = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => `c${from - index}`);

const merged: readonly Step[] = [
  { id: 'base' },
  { id: 'side1', parents: ['base'] },
  { id: 'side2', parents: ['side1'] },
  { id: 'main1', parents: ['base'] },
  { id: 'merge', parents: ['main1', 'side2'], files: { 'side1.txt': 'side1', 'side2.txt': 'side2' } },
  { id: 'after' },
];

const squashed: readonly Step[] = [
  { id: 'base' },
  { id: 'feature', parents: ['base'], files: { 'f.txt': '1' } },
  { id: 'squash', parents: ['base'], files: { 'f.txt': '1' } },
  { id: 'next' },
];

const many = (count: number, content: string | null) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`gen/${String(index).padStart(4, '0')}.ts`, content]),
  );

const packages: readonly Step[] = [
  { id: 'start', files: { 'packages/web/a.ts': '1', 'packages/api/a.ts': '1', 'README.md': '1' } },
  { id: 'web', files: { 'packages/web/a.ts': '2' } },
  { id: 'api', files: { 'packages/api/a.ts': '2' } },
  { id: 'docs', files: { 'packages/web/docs/x.md': '1' } },
  { id: 'both', files: { 'packages/web/b.ts': '1', 'packages/api/b.ts': '1' } },
  { id: 'gone', files: { 'packages/web/b.ts': null } },
];

export const SCENARIOS: readonly Scenario[] = [
  {
    title: 'a straight line gives the commits after the previous one',
    steps: linear(6),
    head: 'c6',
    previous: 'c3',
    expected: names(6, 4),
  },
  {
    title: 'one commit after the previous one',
    steps: linear(2),
    head: 'c2',
    previous: 'c1',
    expected: ['c2'],
    changes: { c2: ['A c2.txt'] },
  },
  { title: 'no release before: the newest twenty', steps: linear(25), head: 'c25', expected: names(25, 6) },
  {
    title: 'no release before and a short history: all of it, the root with all its files',
    steps: linear(3),
    head: 'c3',
    expected: names(3, 1),
    changes: { c1: ['A c1.txt'] },
  },
  { title: 'a history of a single commit', steps: linear(1), head: 'c1', expected: ['c1'] },
  {
    title: 'a head behind the branch leaves out what came later',
    steps: linear(6),
    head: 'c4',
    previous: 'c2',
    expected: names(4, 3),
  },
  {
    title: 'a merge brings the commits of both sides',
    steps: merged,
    head: 'merge',
    previous: 'base',
    expected: ['merge', 'main1', 'side2', 'side1'],
  },
  {
    title: 'a merge is compared with its first parent',
    steps: merged,
    head: 'merge',
    previous: 'base',
    expected: ['merge', 'main1', 'side2', 'side1'],
    changes: { merge: ['A side1.txt', 'A side2.txt'], side2: ['A side2.txt'], main1: ['A main1.txt'] },
  },
  {
    title: 'commits around a merge have only their own changes',
    steps: merged,
    head: 'after',
    previous: 'main1',
    expected: ['after', 'merge', 'side2', 'side1'],
    changes: { after: ['A after.txt'] },
  },
  {
    title: 'a previous commit on the merged side leaves out what it has',
    steps: merged,
    head: 'merge',
    previous: 'side1',
    expected: ['merge', 'main1', 'side2'],
  },
  {
    title: 'an octopus merge brings all its sides',
    steps: [
      { id: 'base' },
      { id: 'a', parents: ['base'] },
      { id: 'b', parents: ['base'] },
      { id: 'c', parents: ['base'] },
      { id: 'octopus', parents: ['a', 'b', 'c'], files: { 'b.txt': 'b', 'c.txt': 'c' } },
    ],
    head: 'octopus',
    previous: 'base',
    expected: ['octopus', 'c', 'b', 'a'],
    changes: { octopus: ['A b.txt', 'A c.txt'] },
  },
  {
    title: 'a merge of an unrelated history brings that history',
    steps: [
      { id: 'base' },
      { id: 'other', parents: [] },
      { id: 'join', parents: ['base', 'other'], files: { 'other.txt': 'other' } },
    ],
    head: 'join',
    previous: 'base',
    expected: ['join', 'other'],
  },
  {
    title: 'a squash merge: the commits since what both have in common',
    steps: squashed,
    head: 'next',
    previous: 'feature',
    expected: ['next', 'squash'],
    says: /no ancestor/,
  },
  {
    title: 'a force-push that left the old commit behind: the rewritten commits',
    steps: [{ id: 'base' }, { id: 'old', parents: ['base'] }, { id: 'new1', parents: ['base'] }, { id: 'new2' }],
    head: 'new2',
    previous: 'old',
    expected: ['new2', 'new1'],
    says: /no ancestor/,
  },
  { title: 'a rollback to an older commit has no commits', steps: linear(5), head: 'c2', previous: 'c4', expected: [] },
  { title: 'the same commit again has no commits', steps: linear(5), head: 'c5', previous: 'c5', expected: [] },
  {
    title: 'an unknown previous commit: the newest twenty, and a warning that names it',
    steps: linear(22),
    head: 'c22',
    previous: 'deadbeef'.repeat(5),
    expected: names(22, 3),
    says: /^warning: The previous commit (deadbeef){5} \(last commit of release web@1\)/,
  },
  {
    title: 'a previous commit without a common history: the newest twenty, and a warning',
    steps: [{ id: 'lost', parents: [] }, { id: 'root', parents: [] }, { id: 'top' }],
    head: 'top',
    previous: 'lost',
    expected: ['top', 'root'],
    says: /^warning: .*shares no history/,
  },
  {
    title: 'previous_commit by tag',
    steps: linear(5),
    head: 'c5',
    tags: { c3: ['v1.0'] },
    previousCommitInput: 'v1.0',
    expected: names(5, 4),
  },
  {
    title: 'previous_commit by annotated tag',
    steps: linear(5),
    head: 'c5',
    tags: { c3: ['!v1.0'] },
    previousCommitInput: 'v1.0',
    expected: names(5, 4),
  },
  {
    title: 'previous_commit that nobody knows: the newest, and a warning',
    steps: linear(3),
    head: 'c3',
    previousCommitInput: 'v9.9',
    expected: names(3, 1),
    says: /^warning: The previous commit v9\.9 \(previous_commit\)/,
  },
  {
    title: 'no release before, but a light tag',
    steps: linear(5),
    head: 'c5',
    tags: { c2: ['v1.0'], c5: ['v1.1'] },
    expected: names(5, 3),
  },
  {
    title: 'no release before, but an annotated tag',
    steps: linear(5),
    head: 'c5',
    tags: { c2: ['!v1.0'], c5: ['!v1.1'] },
    expected: names(5, 3),
  },
  {
    title: 'the nearest of several tags',
    steps: linear(6),
    head: 'c6',
    tags: { c2: ['v1'], c4: ['v2'], c6: ['v3'] },
    expected: names(6, 5),
  },
  {
    title: 'a tag of another package is no beginning',
    steps: linear(6),
    head: 'c6',
    tags: { c2: ['web@1.0.0'], c4: ['api@7.0.0'], c6: ['web@1.1.0'] },
    ref: 'refs/tags/web@1.1.0',
    expected: names(6, 3),
  },
  {
    title: 'the first tag of its kind begins at the nearest other one',
    steps: linear(6),
    head: 'c6',
    tags: { c4: ['api@7.0.0'], c6: ['web@1.1.0'] },
    ref: 'refs/tags/web@1.1.0',
    expected: names(6, 5),
  },
  {
    title: 'a rename is a deletion and an addition',
    steps: [
      { id: 'a', files: { 'old.txt': 'line\n'.repeat(20) } },
      { id: 'b', files: { 'old.txt': null, 'dir/new.txt': 'line\n'.repeat(20) } },
    ],
    head: 'b',
    previous: 'a',
    expected: ['b'],
    changes: { b: ['A dir/new.txt', 'D old.txt'] },
  },
  {
    title: 'a rename with a change is a deletion and an addition',
    steps: [
      { id: 'a', files: { 'old.txt': 'line\n'.repeat(20) } },
      { id: 'b', files: { 'old.txt': null, 'new.txt': `${'line\n'.repeat(20)}more\n` } },
    ],
    head: 'b',
    previous: 'a',
    expected: ['b'],
    changes: { b: ['A new.txt', 'D old.txt'] },
  },
  {
    title: 'a copy is an addition',
    steps: [
      { id: 'a', files: { 'one.txt': 'line\n'.repeat(20) } },
      { id: 'b', files: { 'one.txt': `${'line\n'.repeat(20)}x`, 'two.txt': 'line\n'.repeat(20) } },
    ],
    head: 'b',
    previous: 'a',
    expected: ['b'],
    changes: { b: ['A two.txt', 'M one.txt'] },
  },
  {
    title: 'a deletion',
    steps: [
      { id: 'a', files: { 'a.txt': '1', 'b.txt': '2' } },
      { id: 'b', files: { 'a.txt': null } },
    ],
    head: 'b',
    previous: 'a',
    expected: ['b'],
    changes: { b: ['D a.txt'] },
  },
  {
    title: 'an executable has its plain path',
    steps: [
      { id: 'a' },
      { id: 'b', files: { 'run.sh': { mode: '100755', data: 'x' } } },
      { id: 'c', files: { 'run.sh': { mode: '100755', data: 'y' } } },
    ],
    head: 'c',
    previous: 'a',
    expected: ['c', 'b'],
    changes: { b: ['A run.sh'], c: ['M run.sh'] },
  },
  {
    title: 'a change of mode is a modification',
    steps: [
      { id: 'a', files: { 'run.sh': 'x' } },
      { id: 'b', files: { 'run.sh': { mode: '100755', data: 'x' } } },
    ],
    head: 'b',
    previous: 'a',
    expected: ['b'],
    changes: { b: ['M run.sh'] },
  },
  {
    title: 'a file that becomes a link is a modification',
    steps: [
      { id: 'a', files: { link: 'text' } },
      { id: 'b', files: { link: { mode: '120000', data: 'target' } } },
    ],
    head: 'b',
    previous: 'a',
    expected: ['b'],
    changes: { b: ['M link'] },
  },
  {
    title: 'a submodule is one path',
    steps: [
      { id: 'a' },
      { id: 'b', files: { lib: { mode: '160000', data: '1'.repeat(40) } } },
      { id: 'c', files: { lib: { mode: '160000', data: '2'.repeat(40) } } },
    ],
    head: 'c',
    previous: 'a',
    expected: ['c', 'b'],
    changes: { b: ['A lib'], c: ['M lib'] },
  },
  {
    title: 'unicode in paths, names and messages',
    steps: [
      { id: 'a' },
      {
        id: 'b',
        files: { 'büro/日本語 😀.txt': 'x' },
        author: 'Zoë 李 <zoë@example.com>',
        message: 'Grüße 😀\n\n第二行',
      },
    ],
    head: 'b',
    previous: 'a',
    expected: ['b'],
    changes: { b: ['A büro/日本語 😀.txt'] },
  },
  {
    title: 'paths that git would quote',
    steps: [
      { id: 'a' },
      { id: 'b', files: { 'a "b".txt': 'x', 'tab\there.txt': 'x', 'back\\slash.txt': 'x', "it's.txt": 'x' } },
    ],
    head: 'b',
    previous: 'a',
    expected: ['b'],
    changes: { b: ['A a "b".txt', 'A back\\slash.txt', "A it's.txt", 'A tab\there.txt'] },
  },
  {
    title: 'paths that look like commits or statuses',
    steps: [{ id: 'a' }, { id: 'b', files: { M: 'x', ['a'.repeat(40)]: 'x' } }],
    head: 'b',
    previous: 'a',
    expected: ['b'],
    changes: { b: ['A M', `A ${'a'.repeat(40)}`] },
  },
  {
    title: 'an empty commit has an empty list',
    steps: [{ id: 'a' }, { id: 'b', files: {} }],
    head: 'b',
    previous: 'a',
    expected: ['b'],
    changes: { b: [] },
  },
  {
    title: 'a message of several paragraphs, without its last line break',
    steps: [{ id: 'a' }, { id: 'b', message: 'Title\n\nOne.\n\nTwo.\n\n\n' }],
    head: 'b',
    previous: 'a',
    expected: ['b'],
  },
  {
    title: 'an empty message',
    steps: [{ id: 'a' }, { id: 'b', message: '' }],
    head: 'b',
    previous: 'a',
    expected: ['b'],
  },
  {
    title: 'the head stays first although it was written before the others',
    steps: [{ id: 'a' }, { id: 'b', authored: 9000 }, { id: 'c', authored: 10 }],
    head: 'c',
    previous: 'a',
    expected: ['c', 'b'],
  },
  {
    title: 'a package: only the commits that touch its folder',
    steps: packages,
    head: 'gone',
    previous: 'start',
    paths: ['packages/web'],
    expected: ['gone', 'both', 'docs', 'web'],
  },
  {
    title: 'a package by glob',
    steps: packages,
    head: 'gone',
    previous: 'start',
    paths: ['packages/web/**/*.ts'],
    expected: ['gone', 'both', 'web'],
  },
  {
    title: 'a package without its documentation',
    steps: packages,
    head: 'gone',
    previous: 'start',
    paths: ['packages/web/**', '!packages/web/docs/**'],
    expected: ['gone', 'both', 'web'],
  },
  {
    title: 'several packages by braces',
    steps: packages,
    head: 'docs',
    previous: 'start',
    paths: ['packages/{web,api}/*.ts'],
    expected: ['api', 'web'],
  },
  {
    title: 'everything but a package',
    steps: packages,
    head: 'docs',
    previous: 'start',
    paths: ['!packages/web'],
    expected: ['api'],
  },
  {
    title: 'a package that nothing touched: the notice says that it is the globs',
    steps: packages,
    head: 'gone',
    previous: 'start',
    paths: ['packages/none'],
    expected: [],
    says: /^notice: There are no new commits .*; 5 read, none touches commits_path\)/,
  },
  {
    title: 'a package that nothing touched, without a release before',
    steps: packages,
    head: 'gone',
    paths: ['packages\\web'],
    expected: [],
    says: /^notice: There are no new commits .*; 6 read, none touches commits_path\)/,
  },
  {
    title: 'the package at the root: every commit',
    steps: packages,
    head: 'gone',
    previous: 'both',
    paths: ['.'],
    expected: ['gone'],
  },
  {
    title: 'a package without a release before: the newest that touch it',
    steps: packages,
    head: 'gone',
    paths: ['packages/api'],
    expected: ['both', 'api', 'start'],
  },
  {
    title: 'a merge counts for a package by what it brings to its first parent',
    steps: merged,
    head: 'merge',
    previous: 'base',
    paths: ['side1.txt'],
    expected: ['merge', 'side1'],
  },
  {
    title: 'more commits than GitHub tells on one page',
    steps: linear(130),
    head: 'c130',
    previous: 'c1',
    expected: names(130, 2),
  },
  {
    title: 'a commit with more files than GitHub tells on two pages, and one that deletes them',
    steps: [
      { id: 'a', files: { 'a.txt': 'a' } },
      { id: 'many', files: many(650, 'x') },
      { id: 'none', files: many(650, null) },
    ],
    head: 'none',
    previous: 'a',
    expected: ['none', 'many'],
    changes: {
      many: Object.keys(many(650, 'x')).map((path) => `A ${path}`),
      none: Object.keys(many(650, 'x')).map((path) => `D ${path}`),
    },
  },
  {
    title: 'a package whose file is on the last page of a commit',
    steps: [
      { id: 'a', files: { 'a.txt': 'a' } },
      { id: 'many', files: { ...many(620, 'x'), 'zoo/last.ts': 'x' } },
      { id: 'other' },
    ],
    head: 'other',
    previous: 'a',
    paths: ['zoo'],
    expected: ['many'],
  },
  {
    title: 'the nearest of more than a thousand tags, which GitHub tells last',
    steps: linear(5),
    head: 'c5',
    tags: { c1: Array.from({ length: 1150 }, (_, index) => `v1.${index}`), c3: ['near-1'], c5: ['v2.0'] },
    expected: names(5, 4),
  },
  {
    title: 'a checkout that is shallow, but reaches back to the previous commit',
    steps: linear(9),
    head: 'c9',
    previous: 'c6',
    depth: 4,
    expected: names(9, 7),
    changes: { c7: ['A c7.txt'] },
  },
  {
    title: 'a shallow checkout of a merge that reaches back on both sides',
    steps: merged,
    head: 'merge',
    previous: 'base',
    depth: 4,
    expected: ['merge', 'main1', 'side2', 'side1'],
  },
  {
    title: 'a release that has commits of another repository keeps them',
    steps: linear(4),
    head: 'c4',
    previous: 'c2',
    already: ['d'.repeat(40), 'e'.repeat(40)],
    expected: ['c4', 'c3', 'd'.repeat(40), 'e'.repeat(40)],
  },
  {
    title: 'a re-run sets the same commits again',
    steps: linear(4),
    head: 'c4',
    previous: 'c2',
    already: ['c4', 'c3'],
    expected: ['c4', 'c3'],
  },
  {
    title: 'a re-run in a release of two repositories',
    steps: linear(4),
    head: 'c4',
    previous: 'c2',
    already: ['c4', 'c3', 'd'.repeat(40)],
    expected: ['c4', 'c3', 'd'.repeat(40)],
  },
];
