import { isObject } from '../json.js';
import type { Release } from '../state/types.js';
import type { Live } from './world.js';

/** Side effects a case's note tells of, where the words are known; anything else in a note is for people. */
const NOTES: readonly {
  readonly form: RegExp;
  readonly check: (live: Live, groups: readonly string[]) => string | undefined;
}[] = [
  {
    form: /release stores the user agent/,
    check: (live) => {
      const headers = live.world.subject.request['headers'];
      const wanted = isObject(headers) ? headers['User-Agent'] : undefined;
      return equal('the stored user agent', ownRelease(live)?.userAgent, wanted);
    },
  },
  {
    form: /linked to ([\w ,]+) only/,
    check: (live, [names = '']) => {
      const wanted = names.split(/,\s*|\s+and\s+/).sort();
      const linked = ownRelease(live)
        ?.projects.map((project) => project.slug)
        .sort();
      return equal('the projects', linked, wanted);
    },
  },
  {
    form: /afterwards (two|three|\d+) ordered release commits/,
    check: (live) => {
      const json = live.world.subject.request['json'];
      const commits = isObject(json) && Array.isArray(json['commits']) ? json['commits'] : [];
      const wanted = commits.map((commit: unknown) => (isObject(commit) ? commit['id'] : undefined));
      return equal(
        'the commits',
        ownRelease(live)?.commits.map((commit) => commit.id),
        wanted,
      );
    },
  },
  {
    form: /fetch-commits job starts/,
    check: ({ org }) => (org.fetchJobs.length > 0 ? undefined : 'no fetch-commits job was started'),
  },
  {
    form: /stored: previousCommit (\S+?), commit (\S+)/,
    check: ({ org }, [previousCommit = '', commit = '']) => {
      const ref = org.fetchJobs.at(-1)?.refs[0];
      return equal(
        'the stored ref',
        { previousCommit: ref?.previousCommit, commit: ref?.commit },
        { previousCommit, commit },
      );
    },
  },
  {
    form: /repository (\S+) is created with provider null/,
    check: ({ org }, [name = '']) => {
      const made = org.repositories.find((repository) => repository.name === name);
      return equal(`repository ${name}`, made === undefined ? 'absent' : (made.provider ?? null), null);
    },
  },
  {
    form: /author and file changes stored/,
    check: (live) => {
      const [commit] = ownRelease(live)?.commits ?? [];
      const stored = commit?.author !== undefined && commit.patchSet.length > 0;
      return stored ? undefined : 'author or file changes are not stored';
    },
  },
  {
    form: /no job runs until the status expires/,
    check: ({ org }) => equal('the bundles', org.bundles.length, 0),
  },
];

/** The release the request is about. */
function ownRelease({ org, world }: Live): Release | undefined {
  const json = world.subject.request['json'];
  const version = isObject(json) && typeof json['version'] === 'string' ? json['version'] : world.releases[0]?.version;
  return org.releases.get(version ?? '');
}

function equal(what: string, actual: unknown, wanted: unknown): string | undefined {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(wanted)];
  return a === b ? undefined : `${what}: ${a ?? 'nothing'}, wanted ${b ?? 'nothing'}`;
}

/** What is wrong with the state after the request, by the case's note. */
export function checkNote(live: Live): string[] {
  const note = live.world.subject.request['note'];
  if (typeof note !== 'string') return [];
  return NOTES.flatMap(({ form, check }) => {
    const match = form.exec(note);
    return match === null ? [] : (check(live, match.slice(1)) ?? []);
  });
}
