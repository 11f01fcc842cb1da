import type { Phrase } from './given.js';
import { durationMs, listOf, NUMBER, numberOf } from './words.js';
import type { Live, World } from './world.js';

/** What a clause says about a release. */
interface Draft {
  readonly version: string;
  readonly projects: readonly string[];
  readonly status: 'open' | 'archived';
  readonly ref: string | undefined;
  readonly url: string | undefined;
  readonly dateReleased: string | undefined;
  readonly commits: number;
  readonly commitIds: readonly string[];
  readonly hasIssue: boolean;
  readonly locked: boolean;
}

/** Words that stand where a name would, and are none. */
const NO_NAME =
  /^(?:on|is|are|was|with|without|exists?|has|only|of|already|archived|in|that|not|does|belongs|lock(?:ed)?|under)$/i;

/** Takes what it understands out of a clause; what is left over decides whether the clause was a release at all. */
class Reader {
  private rest: string;

  constructor(text: string) {
    this.rest = ` ${text} `;
  }

  take(form: RegExp): readonly string[] | undefined {
    const match = form.exec(this.rest);
    if (match === null) return undefined;
    this.rest = this.rest.replace(match[0], ' ');
    return match.slice(1).map((group) => group ?? '');
  }

  /** Gives a word back that turned out to be no name. */
  put(word: string): void {
    this.rest = ` ${word}${this.rest}`;
  }

  /** Nothing but filler words is left. */
  isSpent(): boolean {
    return /^(?:\s|,|\(|\)|\b(?:exists?|already|has|have|is|and|only|a|the|with|without|an|it|on|yet|there|newer|older|later|earlier|belongs to)\b)*$/i.test(
      this.rest,
    );
  }
}

function readRelease(world: World, clause: string): Draft[] | undefined {
  const reader = new Reader(clause);
  const early = reader.take(
    /^ (?:an? |the |another )?(released|archived|unreleased|finalized|older|newer|earlier|later|previous)? ?releases? /i,
  );
  const names = early === undefined ? bareName(reader) : readNames(reader);
  if (names === undefined) return undefined;
  const draft = readFeatures(world, reader, early?.[0] ?? '');
  if (!reader.isSpent()) return undefined;
  return names.map((version) => ({ ...draft, version }));
}

/** `123123123 on bar`. */
function bareName(reader: Reader): string[] | undefined {
  const bare = reader.take(/^ (\d[\w.]*)(?= on | has | with )/);
  return bare === undefined ? undefined : [bare[0] ?? ''];
}

function readNames(reader: Reader): string[] {
  const repeated = reader.take(/ of (\d+) (\S) /);
  if (repeated !== undefined) return [(repeated[1] ?? '').repeat(Number(repeated[0]))];
  const several = reader.take(/^ (\S+(?:, \S+)* and \S+) (?=on |exist|with |of )/);
  if (several !== undefined && !NO_NAME.test(listOf(several[0] ?? '')[0] ?? '')) return listOf(several[0] ?? '');
  const one = reader.take(/^ ("[^"]+"|[^\s,;()]+)/);
  const name = (one?.[0] ?? '').replaceAll('"', '');
  if (name !== '' && !NO_NAME.test(name)) return [name];
  // The word was part of the sentence; features are looked for in it once more.
  if (name !== '') reader.put(name);
  return ['1'];
}

function readFeatures(world: World, reader: Reader, early: string): Omit<Draft, 'version'> {
  const isArchived = reader.take(/\b(?:is )?archived\b/i) !== undefined || early.toLowerCase() === 'archived';
  const noDate = reader.take(/\b(?:with )?no (?:release )?date\b|\b(?:not (?:yet )?|un)released\b/i) !== undefined;
  const date = reader.take(
    /\b(?:(?:with )?date(?:Released)?|dated|released(?: (?:on|at))?)(?: (\d{4}-\d\d-\d\dT?[\d:.Z+-]*))?(?=[\s,)])/i,
  );
  const isReleased = !noDate && (date !== undefined || /^(?:released|finalized)$/i.test(early));
  const ref = reader.take(/\bref (\S+?)(?=[\s,])/i)?.[0];
  const url = reader.take(/\b(?:and )?url(?: (https?:\/\/\S+?))?(?=[\s,])/i);
  const locked = reader.take(/\b(?:commit )?lock(?:ed)?(?: is)?(?: held)?\b/i) !== undefined;
  const hasIssue = reader.take(/\bfirst release of an issue\b|\breferenced by an issue\b/i) !== undefined;
  const commits = readCommits(reader);
  return {
    projects: readProjects(world, reader),
    status: isArchived ? 'archived' : 'open',
    ref,
    url: url === undefined ? undefined : url[0] || 'https://example.com/release',
    dateReleased: isReleased ? date?.[0] || '2020-01-01T00:00:00Z' : undefined,
    ...commits,
    hasIssue,
    locked,
  };
}

function readCommits(reader: Reader): Pick<Draft, 'commits' | 'commitIds'> {
  const none = reader.take(/\bwithout commits\b|\bno commits?\b/i);
  if (none !== undefined) return { commits: 0, commitIds: [] };
  const named = reader.take(/\b(?:with )?commits? \(?([0-9a-z]+(?:(?:, | and )[0-9a-z]+)*)\)?(?=[\s,)])/i);
  if (named !== undefined && !/^(?:on|in|of)$/.test(named[0] ?? '')) {
    const commitIds = listOf(named[0] ?? '');
    return { commits: commitIds.length, commitIds };
  }
  const counted = reader.take(new RegExp(`\\b(${NUMBER})? ?commits?\\b`, 'i'));
  if (counted === undefined) return { commits: 0, commitIds: [] };
  return { commits: counted[0] === '' ? 1 : numberOf(counted[0] ?? '1'), commitIds: [] };
}

function readProjects(world: World, reader: Reader): string[] {
  if (reader.take(/\b(?:has |with |on )?(?:no projects?|without (?:a )?projects?)\b/i) !== undefined) return [];
  const foreign = reader.take(/\b(?:only )?on (?:a |the )?projects? of (?:an)?other team\b/i);
  if (foreign !== undefined) {
    if (reader.take(/\(?closed membership\)?/i) !== undefined) world.org.openMembership = false;
    return ['qux'];
  }
  const found: string[] = [];
  for (const [slug, config] of world.projects) {
    const match = reader.take(new RegExp(`(?<=[\\s,])(?:project )?${slug}(?: ?\\((?:id )?(\\d+)\\))?(?=[\\s,)])`, 'i'));
    if (match === undefined) continue;
    found.push(slug);
    if (match[0] !== '') config.id = Number(match[0]);
  }
  return found.length === 0 ? ['foo'] : found;
}

async function makeRelease(live: Live, draft: Draft): Promise<void> {
  const path = `/api/0/organizations/${live.org.slug}/releases/`;
  const optional = { ref: draft.ref, url: draft.url, dateReleased: draft.dateReleased };
  await live.setup('POST', path, {
    version: draft.version,
    projects: draft.projects,
    status: draft.status,
    ...optional,
  });
  const release = live.org.releases.get(draft.version);
  if (release === undefined) throw new Error(`release ${draft.version} was not made`);
  const ids =
    draft.commitIds.length > 0 ? draft.commitIds : [...Array(draft.commits).keys()].map((n) => `${n}`.repeat(40));
  const commits = ids.map((id) => ({ id, author_name: 'Ada', author_email: 'ada@example.com' }));
  if (commits.length > 0) await live.setup('PUT', `${path}${encodeURIComponent(draft.version)}/`, { commits });
  release.hasIssue = draft.hasIssue;
  release.commitLock = draft.locked;
  live.sandbox.clock.advance(1000);
}

function declare(world: World, clause: string): boolean {
  const drafts = readRelease(world, clause);
  if (drafts === undefined) return false;
  for (const draft of drafts) {
    world.releases.push({ version: draft.version, projects: draft.projects, withCommits: draft.commits > 0 });
    world.steps.push((live) => makeRelease(live, draft));
  }
  return true;
}

/** The release that `{version}` means when a clause speaks of one without a name. */
function theRelease(world: World): string {
  return world.releases[0]?.version ?? '1';
}

async function deploy(live: Live, environment: string, agoMs: number, projects?: readonly string[]): Promise<void> {
  const version = encodeURIComponent(theRelease(live.world));
  const dateFinished = new Date(live.sandbox.clock.now() - agoMs).toISOString();
  const body = { environment, dateFinished, ...(projects === undefined ? {} : { projects }) };
  await live.setup('POST', `/api/0/organizations/${live.org.slug}/releases/${version}/deploys/`, body);
}

/** `production (1 day ago)`. */
function deploysOf(world: World, text: string): void {
  ensureRelease(world);
  for (const item of listOf(text)) {
    const [, environment = '', ago = ''] = /^(\S+?)(?:\s*\((.*)\))?$/.exec(item) ?? [];
    world.steps.push((live) => deploy(live, environment, durationMs(ago)));
  }
}

function ensureRelease(world: World): void {
  if (world.releases.length === 0) declare(world, 'release 1 on foo');
}

export const RELEASE_PHRASES: readonly Phrase[] = [
  {
    form: /^deploys (?:to )?(\S+(?: \([^)]*\))?(?:, \S+(?: \([^)]*\))?)*)$/i,
    apply: (world, [text = '']) => deploysOf(world, text),
  },
  {
    form: new RegExp(`^(${NUMBER}) deploys? (?:to (\\S+) )?(?:for|of|on) ([\\w, ]+)$`, 'i'),
    apply: (world, [count = '', environment = '', projects = '']) => {
      ensureRelease(world);
      for (let n = 0; n < numberOf(count); n += 1) {
        world.steps.push((live) => deploy(live, environment || 'production', 1000 - n, listOf(projects)));
      }
    },
  },
  {
    form: new RegExp(`^(${NUMBER}) deploys?(?: to (\\S+))?$`, 'i'),
    apply: (world, [count = '', environment = '']) => {
      ensureRelease(world);
      for (let n = 0; n < numberOf(count); n += 1) {
        world.steps.push((live) => deploy(live, environment || 'production', 1000 - n));
      }
    },
  },
  { form: /^no releases?(?: of \S+)? (?:has|have|with) commits$/i, apply: () => undefined },
  {
    form: /^no (?:other |older |earlier |previous )?releases?(?: exists?| on \S+| with commits)*$/i,
    apply: () => undefined,
  },
  {
    form: /^(?:an )?issue (?:was )?first seen in (?:it|the release|release \S+)$/i,
    apply: (world) =>
      void world.steps.push(async ({ org }) => {
        for (const release of org.releases.values()) release.hasIssue = true;
      }),
  },
  {
    form: /^(?:an? |one )?deploy (?:to |for )?(\S+) exists$/i,
    apply: (world, [environment = '']) => deploysOf(world, environment),
  },
  {
    form: /^(?:release (\S+) has )?deploys (?:to )?(\S+(?: for [\w]+)?(?:(?:, | and )\S+(?: for [\w]+)?)+)$/i,
    apply: (world, [version = '', text = '']) => {
      if (version !== '') declare(world, `release ${version}`);
      ensureRelease(world);
      for (const item of listOf(text)) {
        const [environment = '', project] = item.split(' for ');
        world.steps.push((live) => deploy(live, environment, 1000, project === undefined ? undefined : [project]));
      }
    },
  },
  {
    form: /^release (\S+) does not exist$/i,
    apply: (world, [version = '']) => void world.absent.add(version),
  },
  {
    form: /^(?:(?:the|set-commits|release|commits?) )*lock (?:(?:of|for|on) .+? )?(?:is )?(?:already )?held(?: (?:by|for|on) .*)?$/i,
    apply: (world) => void world.steps.push(async (live) => holdLocks(live)),
  },
  {
    form: /^(?:release )?commits (?:are )?(?:currently )?being processed$/i,
    apply: (world) => void world.steps.push(async (live) => holdLocks(live)),
  },
  {
    form: /^one repo (\S+) created by commits$/i,
    apply: (world, [name = '']) => {
      world.steps.push(async (live) => {
        const body = {
          version: 'made-by-commits',
          projects: ['foo'],
          commits: [{ id: 'a'.repeat(40), repository: name }],
        };
        await live.setup('POST', `/api/0/organizations/${live.org.slug}/releases/`, body);
      });
    },
  },
  { form: /^(.+)$/, apply: (world, [clause = '']) => declare(world, clause) },
];

/** A lock on a release that does not exist yet can only be a fault: commits of any release are refused. */
function holdLocks(live: Live): void {
  for (const release of live.org.releases.values()) release.commitLock = true;
  live.sandbox.faults.add({ do: { commitLock: true } });
}
