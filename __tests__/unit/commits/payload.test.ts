import fc from 'fast-check';
import { fitRequest, toPayload } from '../../../src/commits/payload.js';
import type { SelectedCommit } from '../../../src/commits/select.js';
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
  return { payload: fitRequest(toPayload(commits, repository, log), log), lines: log.lines };
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

it('cuts what is too long, between characters', () => {
  const [made] = write([
    commit(1, { authorName: '😀'.repeat(200), authorEmail: 'x'.repeat(100), message: 'm'.repeat(20_000) }),
  ]).payload;
  expect([...(made?.author_name ?? '')]).toHaveLength(128);
  expect(made?.author_name).not.toMatch(/\p{Surrogate}/u);
  expect(made?.author_email).toHaveLength(75);
  expect(made?.message).toHaveLength(10_000);
});

it('cuts a long repository name with a notice', () => {
  const { payload, lines } = write([commit(1)], `acme/${'w'.repeat(80)}`);
  expect(payload[0]?.repository).toHaveLength(64);
  expect(lines).toEqual([expect.stringMatching(/^notice: The repository's name is cut/)]);
});

it('leaves out paths that are too long, with a notice', () => {
  const files = [
    { path: 'p'.repeat(511), type: 'A' },
    { path: 'p'.repeat(510), type: 'A' },
  ] as const;
  const { payload, lines } = write([commit(1, { files })]);
  expect(payload[0]?.patch_set).toHaveLength(1);
  expect(lines).toEqual([expect.stringMatching(/^notice: 1 paths are left out/)]);
});

it('never sends a NUL, half a character or an empty author', () => {
  const [made] = write([commit(1, { message: 'a\0b\ud800', authorName: '', authorEmail: '' })]).payload;
  expect(made).toMatchObject({ message: 'ab\uFFFD' });
  expect(made).not.toHaveProperty('author_name');
  expect(made).not.toHaveProperty('author_email');
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
