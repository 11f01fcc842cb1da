import { type Answer, errors } from '../http/answer.js';
import type { OrgExchange, ProjectExchange } from '../http/exchange.js';
import type { Release } from '../state/types.js';
import { parseProjectUpdate, parseUpdate, refsOf } from '../validate/release.js';
import { clearCommits } from './commits.js';
import { applyCommits } from './create.js';
import { releaseOf } from './permission.js';
import { setRefs } from './refs.js';
import { showRelease } from './show.js';

interface UpdateFields {
  readonly ref: string | null | undefined;
  readonly url: string | null | undefined;
  readonly dateReleased: number | null | undefined;
  readonly status: string | null | undefined;
}

/** `PUT /organizations/{org}/releases/{version}/`: sets and changes, never clears; except `refs: []`, which clears commits. */
export async function updateRelease(exchange: OrgExchange): Promise<Answer> {
  const { services, org, caller } = exchange;
  const release = releaseOf(exchange);
  const body = parseUpdate(await exchange.body.data());
  applyFields(exchange, release, body);
  const commits = body.commits ?? [];
  applyCommits(exchange, release, commits);
  const refs = refsOf(body);
  if (refs !== undefined && refs.length === 0) clearCommits(release);
  if (refs !== undefined && refs.length > 0) {
    setRefs(services, org, release, refs, { caller, fetch: commits.length === 0 });
  }
  return { status: 200, json: showRelease(org, release) };
}

/** `PUT /projects/{org}/{project}/releases/{version}/`: the release must be on that project. */
export async function updateProjectRelease(exchange: ProjectExchange): Promise<Answer> {
  const release = projectReleaseOf(exchange);
  const body = parseProjectUpdate(await exchange.body.data());
  applyFields(exchange, release, body);
  applyCommits(exchange, release, body.commits ?? [], errors.crash);
  return { status: 200, json: showRelease(exchange.org, release) };
}

/** The release of a project url; 404 when it is not on that project. */
export function projectReleaseOf(exchange: ProjectExchange): Release {
  const release = exchange.org.releases.get(exchange.params['version'] ?? '');
  if (release === undefined || !release.projects.includes(exchange.project)) throw errors.notFound();
  return release;
}

function applyFields(exchange: OrgExchange, release: Release, fields: UpdateFields): void {
  const { clock, options } = exchange.services;
  if (options.sharpEdges && (fields.url ?? '').length > 200) throw errors.crash();
  if (fields.url) release.url = fields.url;
  if (fields.ref) release.ref = fields.ref;
  // `open` is stored as 0 and the server tests truth: it changes nothing here.
  if (fields.status === 'archived') release.status = 'archived';
  if (!fields.dateReleased) return;
  if (release.dateReleased === undefined) {
    for (const project of release.projects) {
      release.activities.push({ kind: 'released', project: project.slug, at: clock.now() });
    }
  }
  release.dateReleased = fields.dateReleased;
}
