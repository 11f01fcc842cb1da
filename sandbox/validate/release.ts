import { ApiError } from '../http/answer.js';
import { anything, datetime, type Field, Invalid, list, object, type Parsed, text, url } from './fields.js';

const optional = { required: false } as const;
const optionalNull = { required: false, nullable: true } as const;

/** Characters no release name holds; after trimming it is no `.`, `..` or `latest` either. */
const BAD_VERSION = /[\r\n\f\t/\\]/;

/** True when Sentry takes it as a release name (its length apart). */
export function isValidVersion(version: string): boolean {
  const trimmed = version.trim();
  return !BAD_VERSION.test(version) && !['', '.', '..'].includes(trimmed) && trimmed.toLowerCase() !== 'latest';
}

const version = text({
  max: 200,
  trim: false,
  check: (name) => (isValidVersion(name) ? undefined : `Release with name ${name} is not allowed`),
});

const status = text({
  ...optional,
  check: (value) => (value === 'open' || value === 'archived' ? undefined : `Invalid status ${value}`),
});

const patch = object({
  path: text({ max: 510 }),
  type: text({
    max: 1,
    check: (type) => (['A', 'M', 'D'].includes(type) ? undefined : `Commit patch_set type ${type} is not supported.`),
  }),
});

const commit = object({
  id: text({ max: 64 }),
  repository: text({ max: 64, blank: true, ...optionalNull }),
  message: text({ blank: true, ...optionalNull }),
  author_name: text({ max: 128, blank: true, ...optionalNull }),
  author_email: text({ max: 200, blank: true, ...optionalNull }),
  timestamp: datetime(optionalNull),
  patch_set: list(patch, optionalNull),
});

/** A sha, or a range `from..to`. */
function commitOrRangeProblem(value: string): string | undefined {
  if (!value.includes('..')) return value.length > 64 ? 'Commit too long - max is 64 chars' : undefined;
  if (value.startsWith('..') || value.endsWith('..')) return 'Commit cannot begin or end with ..';
  const tooLong = value.split('..').some((part) => part.length > 64);
  return tooLong ? 'Start or end commit too long - max is 64 chars each' : undefined;
}

const ref = object({
  repository: text({ max: 200 }),
  commit: text({ check: commitOrRangeProblem }),
  previousCommit: text({ max: 64, blank: true, ...optionalNull }),
});

const headCommit = object({
  currentId: text({ max: 64 }),
  repository: text({ max: 64 }),
  previousId: text({ max: 64, blank: true, ...optionalNull }),
});

const common = {
  ref: text({ max: 200, blank: true, ...optionalNull }),
  url: url({ blank: true, ...optionalNull }),
  dateReleased: datetime(optionalNull),
  commits: list(commit, optional),
  status,
};

const withRefs = { ...common, refs: list(ref, optional), headCommits: list(headCommit, optional) };

const createFields = object({
  ...withRefs,
  version,
  owner: anything(optionalNull),
  projects: list(anything({ nullable: true })),
});

const updateFields = object(withRefs);
const projectCreateFields = object({ ...common, version, owner: anything(optionalNull) });
const projectUpdateFields = object(common);

export type CommitInput = Parsed<CommitShape>;
type CommitShape = {
  readonly id: Field<string>;
  readonly repository: Field<string>;
  readonly message: Field<string>;
  readonly author_name: Field<string>;
  readonly author_email: Field<string>;
  readonly timestamp: Field<number>;
  readonly patch_set: Field<PatchInput[]>;
};
type PatchInput = Parsed<{ readonly path: Field<string>; readonly type: Field<string> }>;
export type RefInput = {
  readonly repository: string | null | undefined;
  readonly commit: string | null | undefined;
  readonly previousCommit: string | null | undefined;
};

/** Parses a whole body; a bad one ends the request with 400 and the errors as its body. */
export function parseOr400<Value>(fields: Field<Value>, raw: unknown): Value {
  try {
    return fields.parse(raw);
  } catch (error) {
    if (error instanceof Invalid) throw new ApiError({ status: 400, json: error.errors });
    throw error;
  }
}

/** `POST /organizations/{org}/releases/`. */
export const parseCreate = (raw: unknown) => parseOr400(createFields, raw);
/** `PUT /organizations/{org}/releases/{version}/`. */
export const parseUpdate = (raw: unknown) => parseOr400(updateFields, raw);
/** `POST /projects/{org}/{project}/releases/`. */
export const parseProjectCreate = (raw: unknown) => parseOr400(projectCreateFields, raw);
/** `PUT /projects/{org}/{project}/releases/{version}/`. */
export const parseProjectUpdate = (raw: unknown) => parseOr400(projectUpdateFields, raw);

/** The refs of a request: `headCommits`, their older form, count when there are none. */
export function refsOf(body: ReturnType<typeof parseUpdate>): readonly RefInput[] | undefined {
  const heads = body.headCommits ?? [];
  if ((body.refs ?? []).length > 0 || heads.length === 0) return body.refs ?? undefined;
  return heads.map((head) => ({
    repository: head.repository,
    commit: head.currentId,
    previousCommit: head.previousId ?? undefined,
  }));
}
