import { Fields, isRecord, listOf } from './fields.js';
import type {
  ApiRoot,
  ArtifactLookupHit,
  AssembleAnswer,
  Deploy,
  Release,
  ReleaseCommit,
  ReleaseProject,
  Repository,
} from './types.js';

const ASSEMBLE_STATES = ['not_found', 'created', 'assembling', 'ok', 'error'] as const;
const SHA1 = /^[0-9a-f]{40}$/;

/** `GET /api/0/`. Servers that only speak Sentry's upload protocol may name neither scopes nor user. */
export function toApiRoot(value: unknown, where: string): ApiRoot {
  const fields = new Fields(value, where);
  const auth = fields.optionalRecord('auth');
  const user = fields.optionalRecord('user');
  return {
    scopes: auth === undefined || auth.get('scopes') === undefined ? undefined : auth.texts('scopes'),
    user: user === undefined ? undefined : { id: user.id('id'), email: user.optionalText('email') },
  };
}

export function toRelease(value: unknown, where: string): Release {
  const fields = new Fields(value, where);
  const commit = fields.optionalRecord('lastCommit');
  return {
    version: fields.text('version'),
    dateCreated: fields.optionalText('dateCreated'),
    dateReleased: fields.optionalText('dateReleased'),
    url: fields.optionalText('url'),
    commitCount: fields.count('commitCount'),
    lastCommit:
      commit === undefined
        ? undefined
        : { id: commit.id('id'), repository: commit.optionalRecord('repository')?.optionalText('name') },
    projects:
      fields.get('projects') === undefined ? [] : listOf(fields.get('projects'), `${where}.projects`, toProject),
  };
}

function toProject(value: unknown, where: string): ReleaseProject {
  const fields = new Fields(value, where);
  return { id: fields.id('id'), slug: fields.text('slug') };
}

export function toReleases(value: unknown, where: string): readonly Release[] {
  return listOf(value, where, toRelease);
}

export function toCommit(value: unknown, where: string): ReleaseCommit {
  const fields = new Fields(value, where);
  const author = fields.optionalRecord('author');
  return {
    id: fields.id('id'),
    repository: fields.optionalRecord('repository')?.optionalText('name'),
    message: fields.optionalText('message'),
    authorName: author?.optionalText('name'),
    authorEmail: author?.optionalText('email'),
    dateCreated: fields.optionalText('dateCreated'),
  };
}

export function toRepository(value: unknown, where: string): Repository {
  const fields = new Fields(value, where);
  return {
    id: fields.id('id'),
    name: fields.text('name'),
    url: fields.optionalText('url'),
    provider: fields.optionalRecord('provider')?.optionalText('id') ?? 'unknown',
    status: fields.optionalText('status') ?? 'active',
    externalSlug: fields.optionalText('externalSlug'),
  };
}

export function toDeploy(value: unknown, where: string): Deploy {
  const fields = new Fields(value, where);
  return {
    id: fields.id('id'),
    environment: fields.text('environment'),
    name: fields.optionalText('name'),
    url: fields.optionalText('url'),
    dateFinished: fields.optionalText('dateFinished'),
  };
}

export function toAssembleAnswer(value: unknown, where: string): AssembleAnswer {
  const fields = new Fields(value, where);
  const text = fields.text('state');
  const state = ASSEMBLE_STATES.find((known) => known === text);
  if (state === undefined) throw fields.wrong('state', `one of ${ASSEMBLE_STATES.join(', ')}`);
  const missingChunks = fields.texts('missingChunks');
  if (!missingChunks.every((chunk) => SHA1.test(chunk)))
    throw fields.wrong('missingChunks', 'a list of SHA-1 checksums');
  return { state, missingChunks, detail: fields.optionalText('detail') };
}

export function toLookupHit(value: unknown, where: string): ArtifactLookupHit {
  const fields = new Fields(value, where);
  return {
    id: fields.id('id'),
    type: fields.optionalText('type') ?? '',
    resolvedWith: fields.optionalText('resolved_with') ?? '',
  };
}

/** `{}` is how Sentry says that there is no such release. */
export function isEmptyRecord(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 0;
}
