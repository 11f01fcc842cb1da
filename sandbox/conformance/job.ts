import { createHash } from 'node:crypto';
import { runAssembleJob } from '../bundles/job.js';
import type { JsonObject } from '../json.js';
import { bundleBytes, pairOfFiles } from './bundle.js';
import { Inexpressible } from './case.js';
import type { Live } from './world.js';

/** What a job is asked besides its bytes. */
interface JobRequest {
  readonly projects: readonly string[];
  readonly version?: string | undefined;
  readonly dist?: string | undefined;
  /** Reported checksum; default the real one. */
  readonly checksum?: string | undefined;
}

/** Uploads bytes in two chunks and runs the job itself, which takes what its endpoint would refuse. Returns the checksum. */
export async function assembleNow(live: Live, bytes: Buffer, request: JobRequest, vanish = false): Promise<string> {
  const middle = Math.ceil(bytes.length / 2);
  const parts = [bytes.subarray(0, middle), bytes.subarray(middle)].filter((part) => part.length > 0);
  const chunks: string[] = [];
  for (const part of parts) chunks.push(await live.uploadChunk(part));
  if (vanish) live.org.chunks.delete(chunks.at(-1) ?? '');
  const checksum = request.checksum ?? createHash('sha1').update(bytes).digest('hex');
  const projects = request.projects.flatMap((slug) => live.org.projects.get(slug) ?? []);
  await runAssembleJob(live.sandbox.services, live.org, {
    checksum,
    chunks,
    projects,
    version: request.version,
    dist: request.dist,
  });
  live.sandbox.clock.advance(1000);
  return checksum;
}

/** Runs the job of a case and measures what its expectation names. */
export async function runJobCase(live: Live): Promise<JsonObject> {
  const { world, org } = live;
  const { request, expectBody } = world.subject;
  const bytes = bundleBytes(world.bundle ?? { files: pairOfFiles('5f1c7d1e-0b0c-4a55-9f0e-2f6e3f1a9c77') });
  const text = (key: string) => (typeof request[key] === 'string' ? String(request[key]) : undefined);
  const projects = Array.isArray(request['projects']) ? request['projects'].map(String) : [];
  const runs = world.runs ?? [{ version: text('version'), dist: text('dist') }];
  let checksum = '';
  for (const run of runs) {
    checksum = await assembleNow(live, bytes, { ...run, projects, checksum: text('checksum') }, world.chunkVanishes);
  }
  const status = org.assembleStatus.get(checksum);
  const all = { ...measures(live), state: status?.state ?? null, detail: status?.detail ?? null };
  return pick(all, Object.values(expectBody ?? {})[0]);
}

function measures({ org }: Live) {
  const links = org.bundles.flatMap((bundle) => bundle.releases.map(({ release, dist }) => [release, dist]));
  return {
    bundles: org.bundles.length,
    files: new Set(org.bundles.map((bundle) => bundle.archive.path)).size,
    debugIdRows: org.bundles.flatMap((bundle) => bundle.debugIds).length,
    releaseLinks: links,
    projectLinks: org.bundles.flatMap((bundle) => bundle.projects).length,
    urlIndexed: org.bundles.some((bundle) => bundle.urls.length > 0),
    bundleId: org.bundles[0]?.bundleId ?? null,
  };
}

/** Only what is asked for; a list is counted where a number is expected. */
function pick(all: JsonObject, expected: unknown): JsonObject {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries((expected ?? {}) as JsonObject)) {
    if (!(key in all)) throw new Inexpressible(`the job has no measure "${key}"`);
    const measured = all[key];
    result[key] = Array.isArray(measured) && typeof value === 'number' ? measured.length : measured;
  }
  return result;
}
