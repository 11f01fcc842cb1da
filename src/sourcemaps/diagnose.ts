import type { LogPlace } from '../log.js';
import type { Diagnosis, DiagnosisKind } from './types.js';
import type { UrlCollision } from './urls.js';

/** A link that leads out of the workspace: not followed, because a checked-out file must not choose what is uploaded. */
export function linkOutside(name: string): Diagnosis {
  return {
    kind: 'outside-workspace',
    file: name,
    severity: 'warning',
    message:
      'is a link out of the workspace, or to .git or secrets in it, so it is not followed and nothing behind it is uploaded.',
  };
}

/** A link to a folder above it. */
export function linkInCircle(name: string): Diagnosis {
  return {
    kind: 'unreadable',
    file: name,
    severity: 'info',
    message: 'is a link back to a folder that holds it, so it is not followed.',
  };
}

/** A file or folder that the operating system does not let us read. `detail` is its code, for instance `EACCES`. */
export function unreadable(name: string, detail: string): Diagnosis {
  const encoding = name.includes('\uFFFD') ? ' Its name is not valid UTF-8.' : '';
  return {
    kind: 'unreadable',
    file: name,
    severity: 'warning',
    message: `cannot be read and is left out: ${detail}.${encoding}`,
  };
}

/** What follows from a shared URL, and what to do: with debug ids nothing, without them Sentry takes one file for all. */
const SHARED_URL = {
  info: 'Nothing to do: Sentry finds each by its debug id.',
  warning:
    'Without debug ids Sentry would take this file for all of them: leave inject at true, or give each folder a step of its own with its own url_prefix.',
} as const;

/** Several files that wanted one artifact URL. Without debug ids Sentry would find only one of them. */
export function collisionDiagnosis(collision: UrlCollision, severity: 'info' | 'warning'): Diagnosis {
  const listed = collision.moved.slice(0, 3).map(({ name, url }) => `${name} is uploaded as ${url}`);
  const more = collision.moved.length - listed.length;
  const moved = [...listed, ...(more > 0 ? [`${more} more under their own paths`] : [])].join('; ');
  return {
    kind: 'url-collision',
    file: collision.winner,
    severity,
    message: `has the same URL as others, ${collision.url}, and keeps it; ${moved}. ${SHARED_URL[severity]}`,
  };
}

/** Diagnoses as a reader can take them in: a line per kind, and a bounded number of annotations. */
export interface DiagnosisSummary {
  /** One per kind that occurs, the worst first: count, meaning and up to three names. */
  readonly lines: readonly string[];
  /** The worst first; infos never. */
  readonly annotations: readonly DiagnosisAnnotation[];
  /** Warnings and errors that got no annotation. They are in the lines' counts and in the JSON report. */
  readonly omitted: number;
  readonly counts: Readonly<Partial<Record<DiagnosisKind, number>>>;
}

export interface DiagnosisAnnotation {
  readonly severity: 'warning' | 'error';
  readonly message: string;
  readonly place: LogPlace;
}

/** GitHub shows ten warnings and ten errors of a step; later ones vanish without a word. */
const MAX_ANNOTATIONS = 10;

const MEANINGS: Readonly<Record<DiagnosisKind, string>> = {
  'script-broken': 'Unusable scripts',
  'map-broken': 'Unusable maps',
  unreadable: 'Files and folders not read',
  'outside-workspace': 'Links out of the workspace',
  'map-does-not-fit': 'Maps that do not fit their scripts',
  'ambiguous-map': 'Scripts with several possible maps',
  'map-taken': 'Scripts whose map belongs to another script',
  'no-map': 'Scripts without a map',
  'no-id': 'Scripts without a debug id',
  'integrity-hash': 'Pages with hashes that injected scripts no longer match',
  'unsupported-bundle': 'Bundles of a kind that cannot be injected',
  'map-without-content': 'Maps without the text of all sources',
  'url-collision': 'Files that share a URL with others',
  'map-only': 'Maps without a script',
  'has-id': 'Scripts that had a debug id',
  injected: 'Scripts with a new debug id',
};

const TITLES: Readonly<Partial<Record<DiagnosisKind, string>>> = {
  'no-map': 'No source map',
  'ambiguous-map': 'Ambiguous source map',
  'map-taken': 'Source map of another script',
  'map-broken': 'Source map unusable',
  'map-only': 'Source map without its script',
  'no-id': 'No debug id',
  'map-does-not-fit': 'Source map does not fit',
  'map-without-content': 'Source map without sources',
  'script-broken': 'Script unusable',
  'integrity-hash': 'Integrity hash will not match',
  'url-collision': 'Files share a URL',
};

const RANK = { error: 0, warning: 1, info: 2 } as const;

/**
 * Sums up diagnoses for the log. Annotations are spread over the kinds: the first of each kind, then the second of each, so
 * that a hundred scripts without a map cannot hide the one integrity hash.
 */
export function summarizeDiagnoses(
  diagnoses: readonly Diagnosis[],
  maxAnnotations: number = MAX_ANNOTATIONS,
): DiagnosisSummary {
  const groups = groupByKind(diagnoses);
  const lines = groups.map(
    ({ kind, members }) => `${MEANINGS[kind]}: ${members.length} (${examples(members)})${consequence(kind, members)}`,
  );
  const candidates = groups.map(({ members }) => members.filter(({ severity }) => severity !== 'info'));
  const total = candidates.reduce((sum, members) => sum + members.length, 0);
  const annotations: DiagnosisAnnotation[] = [];
  for (let round = 0; annotations.length < Math.min(maxAnnotations, total); round += 1) {
    for (const members of candidates) {
      const diagnosis = members[round];
      if (diagnosis !== undefined && annotations.length < maxAnnotations) annotations.push(annotate(diagnosis));
    }
  }
  const counts = Object.fromEntries(groups.map(({ kind, members }) => [kind, members.length]));
  return { lines, annotations, omitted: total - annotations.length, counts };
}

function groupByKind(diagnoses: readonly Diagnosis[]): { kind: DiagnosisKind; members: Diagnosis[] }[] {
  const groups = new Map<DiagnosisKind, Diagnosis[]>();
  for (const diagnosis of diagnoses) {
    const members = groups.get(diagnosis.kind);
    if (members === undefined) groups.set(diagnosis.kind, [diagnosis]);
    else members.push(diagnosis);
  }
  const order = Object.keys(MEANINGS);
  const worst = (members: readonly Diagnosis[]) =>
    Math.min(...members.slice(0, 1000).map(({ severity }) => RANK[severity]));
  return [...groups]
    .map(([kind, members]) => ({ kind, members, rank: worst(members) }))
    .sort((a, b) => a.rank - b.rank || order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** Only for a count that would leave a reader wondering whether something is wrong. */
function consequence(kind: DiagnosisKind, members: readonly Diagnosis[]): string {
  if (kind !== 'url-collision') return '';
  return `. ${SHARED_URL[members.every(({ severity }) => severity === 'info') ? 'info' : 'warning']}`;
}

function examples(members: readonly Diagnosis[]): string {
  const names = members.slice(0, 3).map(({ file }) => file);
  return members.length > 3 ? `${names.join(', ')}, …` : names.join(', ');
}

function annotate({ kind, file, severity, message }: Diagnosis): DiagnosisAnnotation {
  const title = TITLES[kind];
  return {
    severity: severity === 'error' ? 'error' : 'warning',
    message: `${file} ${message}`,
    place: { file, ...(title === undefined ? {} : { title }) },
  };
}
