import { isoSeconds } from '../dates.js';
import { type Answer, coded, errors, plainError } from '../http/answer.js';
import type { ProjectExchange } from '../http/exchange.js';
import { paged } from '../http/paging.js';
import type { Bundle } from '../state/types.js';
import { normalizeDebugId } from './manifest.js';
import { INDEXING_THRESHOLD, isLinked } from './store-bundle.js';

/** Below the threshold a lookup returns so many of the release's newest bundles. */
const NEWEST_OF_RELEASE = 5;

interface Hit {
  readonly bundle: Bundle;
  readonly resolvedWith: 'debug-id' | 'release' | 'index';
}

function bundlesOf(exchange: ProjectExchange): Bundle[] {
  return exchange.org.bundles.filter((bundle) => bundle.projects.includes(exchange.project));
}

/** `GET …/artifact-lookup/?debug_id=` or `?release=&dist=&url=`; `?download=` streams a bundle. */
export function lookupArtifacts(exchange: ProjectExchange): Answer {
  const { query } = exchange;
  const download = query.get('download');
  if (download !== null) return downloadBundle(exchange, download);
  const hits = [...byDebugId(exchange), ...byRelease(exchange)];
  const unique = hits.filter((hit, index) => hits.findIndex(({ bundle }) => bundle === hit.bundle) === index);
  const base = `${exchange.services.url()}${exchange.path}`;
  return {
    status: 200,
    json: unique.map(({ bundle, resolvedWith }) => {
      const id = `artifact_bundle/${bundle.id}`;
      return { id, type: 'bundle', url: `${base}?download=${id}`, resolved_with: resolvedWith };
    }),
  };
}

function byDebugId(exchange: ProjectExchange): Hit[] {
  const debugId = normalizeDebugId(exchange.query.get('debug_id') ?? undefined);
  if (debugId === undefined) return [];
  const [newest] = bundlesOf(exchange)
    .filter((bundle) => bundle.debugIds.some((row) => row.debugId === debugId))
    .sort(newestFirst);
  return newest === undefined ? [] : [{ bundle: newest, resolvedWith: 'debug-id' }];
}

function byRelease(exchange: ProjectExchange): Hit[] {
  const release = exchange.query.get('release');
  const url = exchange.query.get('url')?.toLowerCase();
  if (release === null || url === undefined) return [];
  const dist = exchange.query.get('dist') ?? '';
  const linked = bundlesOf(exchange)
    .filter((bundle) => isLinked(bundle, release, dist))
    .sort(newestFirst);
  if (linked.length < INDEXING_THRESHOLD) {
    return linked.slice(0, NEWEST_OF_RELEASE).map((bundle) => ({ bundle, resolvedWith: 'release' }));
  }
  return linked
    .filter((bundle) => bundle.urls.some((candidate) => candidate.toLowerCase().includes(url)))
    .map((bundle) => ({ bundle, resolvedWith: 'index' }));
}

function newestFirst(a: Bundle, b: Bundle): number {
  return b.dateModified - a.dateModified || b.id - a.id;
}

function downloadBundle(exchange: ProjectExchange, download: string): Answer {
  const id = Number(download.slice(download.indexOf('/') + 1));
  const bundle = bundlesOf(exchange).find((candidate) => candidate.id === id);
  if (bundle === undefined) throw errors.notFound();
  return { status: 200, headers: { 'Content-Type': 'application/octet-stream' }, file: bundle.archive.path };
}

function associations(bundle: Bundle) {
  return bundle.releases.map(({ release, dist }) => ({ release, dist: dist === '' ? null : dist }));
}

function showBundle(bundle: Bundle) {
  return {
    bundleId: bundle.bundleId,
    associations: associations(bundle),
    fileCount: bundle.files.length,
    dateModified: isoSeconds(bundle.dateModified),
    date: isoSeconds(bundle.dateUploaded),
  };
}

const SORTS = ['date_added', '-date_added', 'date_modified', '-date_modified'];

/** `GET …/files/artifact-bundles/` */
export function listBundles(exchange: ProjectExchange): Answer {
  const sort = exchange.query.get('sortBy') ?? '-date_added';
  if (!SORTS.includes(sort)) {
    throw coded(400, 'invalid_sort_by_parameter', "You can either sort via 'date_added' or 'date_modified'");
  }
  const key = sort.endsWith('date_added') ? 'dateUploaded' : 'dateModified';
  const direction = sort.startsWith('-') ? -1 : 1;
  const rows = bundlesOf(exchange)
    .filter((bundle) => matches(bundle, exchange.query.get('query') ?? ''))
    .sort((a, b) => direction * (a[key] - b[key] || a.id - b.id));
  return paged(exchange, rows, showBundle, 10);
}

function matches(bundle: Bundle, query: string): boolean {
  if (query === '') return true;
  const id = normalizeDebugId(query);
  if (id !== undefined) return bundle.bundleId === id || bundle.debugIds.some((row) => row.debugId === id);
  return bundle.releases.some(({ release, dist }) => release === query || dist === query);
}

/** `DELETE …/files/artifact-bundles/?bundleId=`: takes the bundle off the project; its assemble status goes too. */
export function deleteBundle(exchange: ProjectExchange): Answer {
  const bundleId = normalizeDebugId(exchange.query.get('bundleId') ?? undefined);
  const bundle = bundlesOf(exchange).find((candidate) => candidate.bundleId === bundleId);
  if (bundle === undefined) throw errors.notFound();
  bundle.projects.splice(bundle.projects.indexOf(exchange.project), 1);
  if (bundle.projects.length === 0) exchange.org.bundles.splice(exchange.org.bundles.indexOf(bundle), 1);
  exchange.org.assembleStatus.delete(bundle.checksum);
  return { status: 204 };
}

/** Numbers the list uses for the manifest's types. */
const FILE_TYPES = ['', 'source', 'minified_source', 'source_map', 'indexed_ram_bundle'];

/** `GET …/artifact-bundles/{bundleId}/files/` */
export function listBundleFiles(exchange: ProjectExchange): Answer {
  const given = exchange.params['bundleId'] ?? '';
  const bundle = bundlesOf(exchange).find((candidate) => candidate.bundleId === (normalizeDebugId(given) ?? given));
  if (bundle === undefined) {
    throw plainError(400, `The artifact bundle with ${given} is not bound to this project or doesn't exist`);
  }
  const query = (exchange.query.get('query') ?? '').toLowerCase();
  const rows = bundle.files.filter(
    (file) =>
      (file.url ?? '').toLowerCase().includes(query) || (query !== '' && file.debugId?.includes(query) === true),
  );
  const page = paged(exchange, rows, (file) => ({
    id: Buffer.from(`${bundle.bundleId}/${file.url ?? ''}`).toString('base64url'),
    fileType: Math.max(0, FILE_TYPES.indexOf(file.type ?? '')),
    filePath: file.url ?? '',
    fileSize: bundle.archive.entrySize(file.path) ?? null,
    debugId: file.debugId ?? null,
    sourcemap: file.headers.get('sourcemap') ?? null,
  }));
  return { ...page, json: { ...showBundle(bundle), files: page.json } };
}
