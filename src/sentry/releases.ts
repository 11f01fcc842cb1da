import { ActionError } from '../errors.js';
import type { Caller } from './caller.js';
import { ENDPOINTS } from './endpoints.js';
import { toRelease } from './shapes.js';
import type { Release, SentryApi } from './types.js';

type CreateBody = Parameters<SentryApi['createRelease']>[0];

/**
 * Creates a release, or finds it: Sentry answers 201 for a new one (or a newly attached project) and 208 for one that is there,
 * so it may be repeated. Some compatible servers answer 500 for one that is there: then it is looked up before the request is
 * repeated, or every re-run of a green job would fail there.
 */
export async function createRelease(
  caller: Caller,
  body: CreateBody,
): Promise<{ readonly created: boolean; readonly release: Release }> {
  try {
    return await post(caller, body, [500]);
  } catch (error) {
    if (!(error instanceof ActionError) || error.status !== 500) throw error;
    const path = caller.org('releases', body.version);
    const found = await caller.json('GET', ENDPOINTS.release, path, { accepts: [404] });
    if (found.status !== 404) return { created: false, release: toRelease(found.json, 'GET release') };
    return post(caller, body);
  }
}

async function post(caller: Caller, body: CreateBody, neverRepeat: readonly number[] = []) {
  const answer = await caller.json('POST', ENDPOINTS.releases, caller.org('releases'), { json: body, neverRepeat });
  return { created: answer.status === 201, release: toRelease(answer.json, 'POST releases') };
}
