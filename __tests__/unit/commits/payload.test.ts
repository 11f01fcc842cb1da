import fc from 'fast-check';
import { mergeCommits } from '../../../src/commits/merge.js';
import { fitRequest, toPayload } from '../../../src/commits/payload.js';
import type { SelectedCommit } from '../../../src/commits/select.js';
import { createTrimmer } from '../../../src/commits/trim.js';
import { recordLog } from '../../integration/commits-support.js';

function commit(index: number, more: Partial<SelectedCommit> = {}): SelectedCommit {
  return {
    sha: index.toString(16).padStart(40, '0'),
    parents: [],
    message: `Commit ${index}`,
    authorName: 'Ann',
    authorEmail: 'ann@example.com',
    authoredAt: `2026-01-01T00:00:${String(59 - (index % 60)).padStart(2, '0')}Z`,
    files: [],
    ...more,
  };
}

const write = (commits: readonly SelectedCommit[], repository = 'acme/web') => {
  const log = recordLog();
  const trimmer = createTrimmer();
  const payload = fitRequest(toPayload(commits, repository, trimmer), log);
  trimmer.tell(payload, log);
  return { payload, lines: log.lines };
};

it('writes a commit as the server takes it', () => {
  const files = [
    { path: 'b', type: 'M' },
    { path: 'a', type: 'A' },
  ] as const;
  expect(write([commit(1, { files })]).payload).toEqual([
    {
      id: '1'.padStart(40, '0'),
      repository: 'acme/web',
      message: 'Commit 1',
      author_name: 'Ann',
      author_email: 'ann@example.com',
      timestamp: '2026-01-01T00:00:58Z',
      patch_set: [
        { path: 'a', type: 'A' },
        { path: 'b', type: 'M' },
      ],
    },
  ]);
});

it('cuts what is too long, between characters, and says in one notice what and how often', () => {
  const long = { authorName: '😀'.repeat(200), authorEmail: 'x'.repeat(100), message: 'm'.repeat(20_000) };
  const { payload, lines } = write([commit(1, long), commit(2, { authorName: 'n'.repeat(129) }), commit(3)]);
  const [made] = payload;
  expect([...(made?.author_name ?? '')]).toHaveLength(128);
  expect(made?.author_name).not.toMatch(/\p{Surrogate}/u);
  expect(made?.author_email).toHaveLength(75);
  expect(made?.message).toHaveLength(10_000);
  expect(lines).toEqual([
    'notice: Cut to what Sentry takes: 2 author names (to 128 characters), 1 e-mail address (to 75 characters), ' +
      '1 message (to 10000 characters).',
  ]);
});

it('says nothing of what fits to the last character', () => {
  const full = { authorName: '😀'.repeat(128), authorEmail: 'x'.repeat(75), message: 'm'.repeat(10_000) };
  const { payload, lines } = write([commit(1, full)], 'r'.repeat(64));
  expect(payload[0]).toMatchObject({ author_name: full.authorName, message: full.message });
  expect(lines).toEqual([]);
});

it('cuts a long repository name with a notice that spells it out once', () => {
  const name = `acme/${'w'.repeat(80)}`;
  const { payload, lines } = write([commit(1), commit(2)], name);
  expect(payload.map(({ repository }) => repository)).toEqual([name.slice(0, 64), name.slice(0, 64)]);
  expect(lines).toEqual([
    `notice: Cut to what Sentry takes: the name of the repository, now ${name.slice(0, 64)} (to 64).`,
  ]);
});

it('spells out three of many repository names, so that the notice stays short', () => {
  const log = recordLog();
  const trimmer = createTrimmer();
  const sent = Array.from({ length: 9 }, (_, index) => ({ id: `${index}` }));
  for (const { id } of sent) trimmer.text(id, 'repository', `${id}${'r'.repeat(100)}`);
  trimmer.tell(sent, log);
  expect(log.lines).toHaveLength(1);
  expect(log.lines[0]).toMatch(/now 0r{63}, 1r{63}, 2r{63} and 6 more \(to 64\)\.$/);
});

it('leaves out paths that are too long or blank, with a notice', () => {
  const fits = { path: 'p'.repeat(510), type: 'A' } as const;
  const { payload, lines } = write([
    commit(1, { files: [{ path: 'p'.repeat(511), type: 'A' }, fits] }),
    commit(2, { files: [fits, { path: ' ', type: 'A' }] }),
  ]);
  expect(payload.map((made) => made.patch_set?.length)).toEqual([1, 1]);
  expect(lines).toEqual(['notice: Left out: 2 paths that are blank or have more than 510 characters.']);
});

it('never sends a NUL, half a character or an empty author, and says which texts it cleaned', () => {
  const files = [{ path: 'a\0b', type: 'A' }] as const;
  const { payload, lines } = write([
    commit(1, { message: 'a\0b\ud800', authorName: '', authorEmail: '', files }),
    commit(2),
  ]);
  expect(payload[0]).toMatchObject({ message: 'ab\uFFFD', patch_set: [{ path: 'ab', type: 'A' }] });
  expect(payload[0]).not.toHaveProperty('author_name');
  expect(payload[0]).not.toHaveProperty('author_email');
  expect(lines).toEqual(['notice: Cleaned of characters that Sentry cannot store: 2 texts.']);
});

it('speaks only of commits that are sent', () => {
  const log = recordLog();
  const trimmer = createTrimmer();
  const commits = [commit(1), commit(2, { message: 'm'.repeat(20_000) })];
  trimmer.tell(toPayload(commits, 'acme/web', trimmer).slice(0, 1), log);
  expect(log.lines).toEqual([]);
});

it('sends five thousand commits at most, however small they are: the newest, with a notice', () => {
  const log = recordLog();
  const trimmer = createTrimmer();
  const ours = toPayload([commit(1, { message: '' })], 'acme/web', trimmer);
  const others = Array.from({ length: 5100 }, (_, index) => ({
    id: (index + 10).toString(16).padStart(40, '0'),
    repository: 'acme/api',
    dateCreated: new Date(1_700_000_000_000 - index * 1000).toISOString(),
  }));
  const sent = fitRequest(mergeCommits(ours, others, trimmer), log);
  expect(sent).toHaveLength(5000);
  expect([sent[0]?.id, sent.at(-1)?.id]).toEqual([ours[0]?.id, others[4998]?.id]);
  expect(Buffer.byteLength(JSON.stringify(sent))).toBeLessThan(1024 * 1024);
  expect(log.lines).toEqual(['notice: 101 older commits are left out: one request holds 5000 commits and 5 MiB.']);
});

it('gives all commits a time, or none', () => {
  const { payload } = write([commit(1), commit(2, { authoredAt: undefined })]);
  expect(payload.map((made) => 'timestamp' in made)).toEqual([false, false]);
});

it('an unknown list of files is left out, an empty one is sent', () => {
  const { payload } = write([commit(1, { files: undefined }), commit(2)]);
  expect(payload.map(({ patch_set: files }) => files)).toEqual([undefined, []]);
});

it('leaves out the file lists of the oldest commits when the request gets too large', () => {
  const files = Array.from({ length: 2000 }, (_, index) => ({
    path: `${'d'.repeat(400)}/${index}`,
    type: 'A' as const,
  }));
  const { payload, lines } = write(Array.from({ length: 10 }, (_, index) => commit(index, { files })));
  expect(payload).toHaveLength(10);
  expect(Buffer.byteLength(JSON.stringify(payload))).toBeLessThan(5.1 * 1024 * 1024);
  expect(payload.map((made) => 'patch_set' in made).lastIndexOf(true)).toBeLessThan(9);
  expect('patch_set' in (payload[0] ?? {})).toBe(true);
  expect(lines).toEqual([expect.stringMatching(/older commits are sent without their list of files/)]);
});

it('keeps the head first and everything within the limits, whatever the commits say', () => {
  const text = fc.string({ unit: 'binary', maxLength: 300 });
  const date = fc.option(
    fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((d) => d.toISOString()),
    { nil: undefined },
  );
  const files = fc.array(fc.record({ path: text, type: fc.constantFrom('A' as const, 'M' as const, 'D' as const) }), {
    maxLength: 5,
  });
  const one = fc.record({ message: text, authorName: text, authorEmail: text, authoredAt: date, files });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 8 }), (parts) => {
      const commits = parts.map((part, index) => commit(index, part));
      const { payload } = write(commits);
      expect(payload[0]?.id).toBe(commits[0]?.sha);
      expect(new Set(payload.map((made) => 'timestamp' in made)).size).toBe(1);
      // As the server sorts: by time, newest first, stable.
      const sorted = [...payload].sort((a, b) => Date.parse(b.timestamp ?? '') - Date.parse(a.timestamp ?? '') || 0);
      expect(sorted[0]?.id).toBe(commits[0]?.sha);
      for (const made of payload) {
        expect([...(made.author_name ?? '')].length).toBeLessThanOrEqual(128);
        expect([...(made.author_email ?? '')].length).toBeLessThanOrEqual(75);
        expect(JSON.stringify(made)).not.toContain('\\u0000');
        expect(JSON.stringify(made)).not.toMatch(/\\ud[89a-f]/);
      }
    }),
    { numRuns: 200 },
  );
});
