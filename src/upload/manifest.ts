import { createHash } from 'node:crypto';
import type { Artifact } from '../sourcemaps/types.js';

/** Whom a bundle belongs to, as its manifest says it. */
export interface BundleOwner {
  readonly org: string;
  readonly projects: readonly string[];
  readonly release?: string;
  readonly dist?: string;
}

/** What `manifest.json` starts with; the files follow. */
export const MANIFEST_START = '{"files":{';

/** Units per chunk of the manifest, on average. */
const UNITS_PER_MANIFEST_CHUNK = 192;

/**
 * The manifest's lines are cut into chunks by the names of the files alone, so that most of them are equal in the next
 * release. `hash` is that of the unit's URL; bits that decide nothing else are used.
 */
export function startsManifestChunk(hash: number): boolean {
  return hash % UNITS_PER_MANIFEST_CHUNK === 0;
}

/** One file's line of `manifest.json`, without the comma. Keys and their order are those of sentry-cli 3.8.0, observed. */
export function manifestLine(entryName: string, artifact: Artifact): string {
  const debugId = artifact.headers['debug-id'];
  const { sourcemap } = artifact.headers;
  const info = {
    type: artifact.type,
    url: artifact.url,
    ...((debugId ?? sourcemap) === undefined
      ? {}
      : {
          headers: {
            ...(debugId === undefined ? {} : { 'debug-id': debugId }),
            ...(sourcemap === undefined ? {} : { sourcemap }),
          },
        }),
  };
  return `${JSON.stringify(entryName)}:${JSON.stringify(info)}`;
}

/**
 * The end of `manifest.json`. Release, dist and projects are in it because the server remembers for ten minutes which
 * checksums it has assembled, by the checksum alone: the same bytes for another project would be answered `ok` without
 * being tied to it. All values are strings: the bundle reader of Sentry (symbolic's `SourceBundleManifest`) keeps attributes
 * as text and refuses a manifest with a list among them.
 */
export function manifestEnd(owner: BundleOwner, bundleId: string): string {
  const projects = [...owner.projects].sort();
  const attributes = {
    debug_id: bundleId,
    dist: owner.dist,
    org: owner.org,
    project: projects.length === 1 ? projects[0] : undefined,
    projects: projects.length === 1 ? undefined : projects.join(','),
    release: owner.release,
  };
  return `},${JSON.stringify(attributes).slice(1)}`;
}

/**
 * The bundle's own id: a version-5-shaped UUID over everything before the manifest and the manifest's files. The server
 * indexes a bundle's debug ids only once per bundle id, so other content must have another id; release and project are left
 * out so that the same build for another release is the same bundle.
 */
export function bundleId(contentSha1: Uint8Array, manifestFiles: readonly Uint8Array[]): string {
  const hash = createHash('sha1').update(contentSha1);
  for (const part of manifestFiles) hash.update(part);
  const digest = hash.digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
