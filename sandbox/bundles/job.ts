import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import type { Services } from '../services.js';
import type { Chunk, Organization, Project } from '../state/types.js';
import { BadArchive, openArchive } from './archive.js';
import { INDEXED_TYPES, readManifest } from './manifest.js';
import { setAssembleStatus } from './status.js';
import { storeBundle } from './store-bundle.js';

/** What the worker is told. */
export interface AssembleJob {
  readonly checksum: string;
  readonly chunks: readonly string[];
  readonly projects: readonly Project[];
  readonly version: string | undefined;
  readonly dist: string | undefined;
}

/** A check of the job that failed; the text is the `detail` of the state `error`. */
class JobError extends Error {}

/** Sentry's `assemble_artifacts`: builds the file from its chunks, reads the manifest, files the bundle. Never throws. */
export async function runAssembleJob(services: Services, org: Organization, job: AssembleJob): Promise<void> {
  setAssembleStatus(services, org, job, 'assembling');
  try {
    const path = await concatenate(services, org, job);
    await fileBundle(services, org, job, path);
    setAssembleStatus(services, org, job, 'ok');
  } catch (error) {
    setAssembleStatus(services, org, job, 'error', textOf(error));
  }
}

function textOf(error: unknown): string {
  if (error instanceof JobError) return error.message;
  if (error instanceof BadArchive) return 'the bundle is invalid';
  return 'internal server error';
}

async function concatenate(services: Services, org: Organization, job: AssembleJob): Promise<string> {
  const chunks = job.chunks.map((sha1) => org.chunks.get(sha1));
  if (chunks.some((chunk) => chunk === undefined)) throw new JobError('Not all chunks available for assembling');
  const known = chunks.filter((chunk) => chunk !== undefined);
  const size = known.reduce((sum, chunk) => sum + chunk.size, 0);
  const { maxFileSize } = services.options;
  if (size > maxFileSize) {
    const name = `bundle-artifacts-${crypto.randomUUID().replaceAll('-', '')}.zip`;
    throw new JobError(`File ${name} exceeds maximum size (${size} > ${maxFileSize})`);
  }
  const scratch = services.store.scratch();
  try {
    if ((await writeAll(scratch, known)) !== job.checksum) throw new JobError('Reported checksum mismatch');
  } catch (error) {
    await services.store.discard(scratch);
    throw error;
  }
  const path = services.store.bundlePath(org.slug, job.checksum);
  await rename(scratch, path);
  return path;
}

/** Returns the sha1 of everything. */
async function writeAll(path: string, chunks: readonly Chunk[]): Promise<string> {
  const hash = createHash('sha1');
  const handle = await open(path, 'w');
  try {
    for (const chunk of chunks) {
      for await (const piece of createReadStream(chunk.path)) {
        hash.update(piece as Buffer);
        await handle.write(piece as Buffer);
      }
    }
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}

async function fileBundle(services: Services, org: Organization, job: AssembleJob, path: string): Promise<void> {
  const archive = await openArchive(path);
  const manifest = await readManifest(archive);
  // An empty bundle ends well and leaves nothing behind.
  if (manifest.files.length === 0) return services.store.discard(path);
  const release = job.version ?? manifest.release;
  const dist = job.dist ?? manifest.dist ?? '';
  const rows = manifest.files.filter(
    (file) => file.url !== undefined && file.debugId !== undefined && INDEXED_TYPES.includes(file.type ?? ''),
  );
  if (rows.length === 0 && release === undefined) {
    throw new JobError('uploading a bundle without debug ids or release is prohibited');
  }
  if (job.projects.length === 0) throw new JobError('uploading an artifact bundle without a project is prohibited');
  const tooWide =
    (release ?? '').length > 250 || dist.length > 64 || rows.some((row) => (row.debugId ?? '').length > 36);
  if (tooWide) throw new Error('a value does not fit its column');
  if (services.options.lintBundles) lint(manifest.files, archive.names);
  storeBundle(services, org, { ...job, archive, manifest, rows, release, dist });
}

function lint(files: readonly { readonly path: string }[], names: readonly string[]): void {
  const known = new Set(names);
  const missing = files.find((file) => !known.has(file.path));
  if (missing !== undefined) throw new JobError(`the manifest names ${missing.path}, which is not in the archive`);
}
