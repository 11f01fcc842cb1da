import type { Log } from '../log.js';

/** Characters; longer values make Sentry's server refuse the whole request (src/sentry/api/serializers/rest_framework/release.py). */
export const LIMITS = {
  repository: 64,
  authorName: 128,
  authorEmail: 75,
  path: 510,
  /** Not limited by the server; longer ones are pasted logs. */
  message: 10_000,
} as const;

type TextField = Exclude<keyof typeof LIMITS, 'path'>;

/** Brings texts to what Sentry takes, and remembers by commit what that has cost. */
export interface Trimmer {
  /** A text without what Sentry's database cannot store (NUL, half a character), cut between characters. */
  text(id: string, field: TextField, text: string): string;
  /** A path; undefined when it is too long, because a cut one is another file, or blank, which the server takes for none. */
  path(id: string, path: string): string | undefined;
  /** One notice about the commits that are sent in the end; none when they are as they were. */
  tell(sent: readonly { readonly id: string }[], log: Log): void;
}

type Loss = TextField | 'path' | 'unstorable';

const NOUNS: Record<Exclude<TextField, 'repository'>, readonly [one: string, more: string]> = {
  authorName: ['author name', 'author names'],
  authorEmail: ['e-mail address', 'e-mail addresses'],
  message: ['message', 'messages'],
};
/** Names that a notice spells out. */
const MAX_NAMES = 3;

export function createTrimmer(): Trimmer {
  const losses = new Map<Loss, Map<string, number>>();
  const repositories = new Map<string, string>();
  const note = (loss: Loss, id: string) => {
    const byCommit = losses.get(loss) ?? new Map<string, number>();
    losses.set(loss, byCommit.set(id, (byCommit.get(id) ?? 0) + 1));
  };
  const clean = (id: string, text: string) => {
    const cleaned = text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\uFFFD');
    if (cleaned !== text) note('unstorable', id);
    return cleaned;
  };
  return {
    text: (id, field, text) => {
      const cleaned = clean(id, text);
      const kept = cut(cleaned, LIMITS[field]);
      if (kept !== cleaned) note(field, id);
      if (kept !== cleaned && field === 'repository') repositories.set(id, kept);
      return kept;
    },
    path: (id, path) => {
      if (path.trim() !== '' && [...path].length <= LIMITS.path) return clean(id, path);
      note('path', id);
      return undefined;
    },
    tell: (sent, log) => {
      const count = (loss: Loss) => sent.reduce((sum, { id }) => sum + (losses.get(loss)?.get(id) ?? 0), 0);
      const names = new Set(sent.flatMap(({ id }) => repositories.get(id) ?? []));
      const sentences = describe(count, [...names]);
      if (sentences.length > 0) log.notice(sentences.join(' '), { title: 'Commits changed to what Sentry takes' });
    },
  };
}

function describe(count: (loss: Loss) => number, names: readonly string[]): readonly string[] {
  const fields = ['authorName', 'authorEmail', 'message'] as const;
  const texts = fields.flatMap((field) => {
    const found = count(field);
    return found === 0 ? [] : [`${found} ${NOUNS[field][found === 1 ? 0 : 1]} (to ${LIMITS[field]} characters)`];
  });
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  const shown = names.slice(0, MAX_NAMES).join(', ');
  if (names.length > 0) texts.push(`the name of the repository, now ${shown}${more} (to ${LIMITS.repository})`);
  const paths = count('path');
  const unstorable = count('unstorable');
  return [
    ...(texts.length > 0 ? [`Cut to what Sentry takes: ${texts.join(', ')}.`] : []),
    ...(paths > 0 ? [`Left out: ${paths} paths that are blank or have more than ${LIMITS.path} characters.`] : []),
    ...(unstorable > 0 ? [`Cleaned of characters that Sentry cannot store: ${unstorable} texts.`] : []),
  ];
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : [...text].slice(0, length).join('');
}
