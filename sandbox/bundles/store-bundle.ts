import type { Services } from '../services.js';
import type { Bundle, BundleFile, Organization, Project } from '../state/types.js';
import type { BundleArchive } from './archive.js';
import type { Manifest } from './manifest.js';

/** From so many bundles of one (release, dist) on, their urls are indexed. */
export const INDEXING_THRESHOLD = 3;

/** A checked bundle and what it belongs to. */
export interface CheckedBundle {
  readonly checksum: string;
  readonly archive: BundleArchive;
  readonly manifest: Manifest;
  /** Entries that get a row in the debug-id index. */
  readonly rows: readonly BundleFile[];
  readonly projects: readonly Project[];
  readonly release: string | undefined;
  /** Empty: none. */
  readonly dist: string;
}

/** Files a bundle: a known bundle id is replaced and gets the new links; its debug ids are not read again. */
export function storeBundle(services: Services, org: Organization, checked: CheckedBundle): void {
  const bundleId = checked.manifest.bundleId ?? derivedId(checked.checksum);
  const bundle = replaceKnown(services, org, bundleId, checked) ?? addNew(services, org, bundleId, checked);
  for (const project of checked.projects) if (!bundle.projects.includes(project)) bundle.projects.push(project);
  const { release, dist } = checked;
  if (release === undefined) return;
  if (!isLinked(bundle, release, dist)) bundle.releases.push({ release, dist });
  indexUrls(org, release, dist);
}

/** True when the bundle belongs to that release and dist. */
export function isLinked(bundle: Bundle, release: string, dist: string): boolean {
  return bundle.releases.some((link) => link.release === release && link.dist === dist);
}

function replaceKnown(services: Services, org: Organization, bundleId: string, checked: CheckedBundle) {
  const known = org.bundles.filter((bundle) => bundle.bundleId === bundleId);
  const newest = known.at(-1);
  if (newest === undefined) return undefined;
  for (const older of known.slice(0, -1)) {
    org.bundles.splice(org.bundles.indexOf(older), 1);
    for (const link of older.releases) if (!isLinked(newest, link.release, link.dist)) newest.releases.push(link);
  }
  newest.checksum = checked.checksum;
  newest.archive = checked.archive;
  newest.files = checked.manifest.files;
  newest.dateModified = services.clock.now();
  return newest;
}

function addNew(services: Services, org: Organization, bundleId: string, checked: CheckedBundle): Bundle {
  // One row per (debug id, type): the last entry of a bundle wins.
  const rows = new Map(
    checked.rows.map((file) => [
      `${file.debugId}\n${file.type}`,
      { debugId: file.debugId ?? '', type: file.type ?? '', path: file.path },
    ]),
  );
  const now = services.clock.now();
  const bundle: Bundle = {
    id: services.ids.next('bundle'),
    bundleId,
    checksum: checked.checksum,
    archive: checked.archive,
    files: checked.manifest.files,
    releases: [],
    projects: [],
    debugIds: [...rows.values()],
    urls: [],
    dateUploaded: now,
    dateModified: now,
  };
  org.bundles.push(bundle);
  return bundle;
}

function indexUrls(org: Organization, release: string, dist: string): void {
  const linked = org.bundles.filter((bundle) => isLinked(bundle, release, dist));
  if (linked.length < INDEXING_THRESHOLD) return;
  for (const bundle of linked) {
    const urls = bundle.files.flatMap((file) => (file.url === undefined ? [] : [file.url]));
    bundle.urls.splice(0, bundle.urls.length, ...urls);
  }
}

/** The same bytes always make the same bundle, also without an id of their own. */
function derivedId(checksum: string): string {
  const hex = checksum.slice(0, 32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
