import { ActionError, type ErrorCode } from '../errors.js';
import { decodePercent } from '../percent.js';
import type { SentryApi } from '../sentry/types.js';
import type { UploadRecord } from '../upload/types.js';

/** What a served script is compared with, and how that is called in front of people. */
export interface Uploaded {
  /** Whether Sentry has the files of this debug id. @throws ActionError `verify-failed` when it cannot be asked, or what ends the run */
  has(debugId: string): Promise<boolean>;
  /** Whether an address looks like one of the files. */
  isFile(url: URL): boolean;
  readonly words: {
    /** A script carries a debug id … */
    readonly unknown: string;
    /** A script without an id that is none of the files … */
    readonly without: string;
    /** The site serves … */
    readonly none: string;
    /** Further scripts are … */
    readonly others: string;
  };
}

/** The files of this run. */
export function ofThisRun({ debugIds }: Pick<UploadRecord, 'debugIds'>): Uploaded {
  const ids = new Set(debugIds.map(({ debugId }) => debugId));
  // By the last part of the path: prefixes differ between build and site.
  const names = new Set(debugIds.map(({ name }) => lastPart(name)));
  return {
    has: async (debugId) => ids.has(debugId),
    isFile: ({ pathname }) => names.has(decodePercent(lastPart(pathname))),
    words: {
      unknown: 'that this run did not upload',
      without: 'is no file of the upload',
      none: 'no script of this upload',
      others: 'not of this upload',
    },
  };
}

/**
 * What earlier runs or steps uploaded, for a step that has no files itself: Sentry is asked for each id, and the files are not
 * known. Sentry answers for one project at a time, and which of them the site is of is not known either: one that has the id is
 * enough, and they are asked in turn until then.
 */
export function ofEarlierRuns(projects: readonly string[], api: Pick<SentryApi, 'artifactLookup'>): Uploaded {
  return {
    async has(debugId) {
      try {
        for (const project of projects) {
          const hits = await api.artifactLookup(project, debugId);
          if (hits.some(({ resolvedWith }) => resolvedWith === 'debug-id')) return true;
        }
        return false;
      } catch (error) {
        throw error instanceof ActionError && !ENDS.includes(error.code) ? notAsked(error) : error;
      }
    },
    isFile: () => false,
    words: {
      unknown: 'that Sentry does not know',
      without: 'has no debug id',
      none: 'no script that Sentry knows',
      others: 'not known to Sentry',
    },
  };
}

/** What ends the run whatever it was doing. */
const ENDS: readonly ErrorCode[] = ['cancelled', 'deadline', 'internal'];

function notAsked(cause: ActionError): ActionError {
  // Servers that only speak the upload protocol have no such request.
  const lacking = cause.status === 404;
  const hint = lacking
    ? 'Give this step the same sourcemaps as the step that uploaded them: nothing is sent twice.'
    : cause.hint;
  const why = lacking ? '' : `: ${cause.message}`;
  return new ActionError('verify-failed', `The server cannot be asked for the debug ids of the site${why}`, {
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
