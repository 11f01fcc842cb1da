import type { Bundle, BundleFile, Organization } from './state/types.js';

/** Why a frame of the engine stays as it is: nobody has a map of it, and nothing is missing. */
export const ENGINE_CODE = 'this is code of the browser or of Node itself, not of your app';

/** What decides which bundle a frame is read from. */
export interface LookupKeys {
  readonly project: string | undefined;
  readonly release: string | undefined;
  readonly dist: string | undefined;
  readonly debugIds: Readonly<Record<string, string>>;
}

/** The script of a frame, and its map where the index knows it. */
export interface FoundScript {
  readonly via: 'debug-id' | 'release';
  readonly debugId: string | undefined;
  readonly bundle: Bundle;
  readonly script: BundleFile;
  /** By debug id; undefined: go by the script's reference. */
  readonly map: BundleFile | undefined;
}

export type Lookup = FoundScript | { readonly debugId: string | undefined; readonly reason: string };

/** Sentry looks at no more bundles of a release than this, the newest first, as long as it keeps no url index. */
const BUNDLES_OF_A_RELEASE = 5;

/** Finds the script of one frame, by debug id first, else by release and url. */
export function lookUp(organization: Organization, keys: LookupKeys, filename: string): Lookup {
  const given = keys.debugIds[filename];
  const debugId = given === undefined ? undefined : normalizeDebugId(given);
  if (/^(node:|native$|<anonymous>|internal\/)/.test(filename)) {
    return { debugId, reason: ENGINE_CODE };
  }
  const bundles = visibleBundles(organization, keys.project);
  const byId = debugId === undefined ? undefined : byDebugId(bundles, debugId, keys);
  if (byId !== undefined && !('reason' in byId)) return byId;
  const byUrl = keys.release === undefined ? undefined : byRelease(bundles, keys.release, keys.dist, filename);
  if (byUrl !== undefined) return { ...byUrl, debugId };
  return byId ?? { debugId, reason: whyNothing(filename, given, debugId, keys) };
}

/** The newest first, so that the first hit is the one Sentry takes. */
function visibleBundles(organization: Organization, project: string | undefined): Bundle[] {
  return organization.bundles
    .filter(({ projects }) => project === undefined || projects.some(({ slug }) => slug === project))
    .toReversed()
    .sort((a, b) => b.dateModified - a.dateModified);
}

function byDebugId(bundles: readonly Bundle[], debugId: string, keys: LookupKeys): Lookup {
  const bundle = bundles.find(({ debugIds }) => debugIds.some((row) => row.debugId === debugId));
  if (bundle === undefined)
    return {
      debugId,
      reason: `nothing that was uploaded${keys.project === undefined ? '' : ` for project ${keys.project}`} has debug id ${debugId}: this script is of another build, or was not uploaded`,
    };
  const entry = (type: string): BundleFile | undefined => {
    const path = bundle.debugIds.findLast((row) => row.debugId === debugId && row.type === type)?.path;
    return bundle.files.find((file) => file.path === path);
  };
  const script = entry('minified_source');
  if (script === undefined) {
    return {
      debugId,
      reason: `bundle ${bundle.bundleId} has the map with debug id ${debugId}, but not the script, and Sentry needs both`,
    };
  }
  return { via: 'debug-id', debugId, bundle, script, map: entry('source_map') };
}

function byRelease(
  bundles: readonly Bundle[],
  release: string,
  dist: string | undefined,
  filename: string,
): FoundScript | undefined {
  const urls = candidateUrls(filename);
  const ofRelease = bundles.filter(({ releases }) =>
    releases.some((row) => row.release === release && row.dist === (dist ?? '')),
  );
  for (const bundle of ofRelease.slice(0, BUNDLES_OF_A_RELEASE)) {
    const script = bundle.files.find(
      ({ url, type }) => url !== undefined && urls.includes(url) && type !== 'source_map',
    );
    if (script !== undefined) return { via: 'release', debugId: undefined, bundle, script, map: undefined };
  }
  return undefined;
}

/** The urls under which a script may have been uploaded: as it is, without query, and both with `~` for the host. */
export function candidateUrls(filename: string): string[] {
  const bare = filename.replace(/[?#].*$/, '');
  const withTilde = [filename, bare].map((url) => url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '~'));
  return [...new Set([filename, bare, ...withTilde])];
}

function whyNothing(
  filename: string,
  given: string | undefined,
  debugId: string | undefined,
  keys: LookupKeys,
): string {
  if (given !== undefined && debugId === undefined) return `"${given}" was given as its debug id, but is none (a UUID)`;
  const others = Object.keys(keys.debugIds);
  const known = others.length === 0 ? '' : ` (those given are for ${others.slice(0, 3).join(', ')})`;
  const lead = `no debug id was given for this file${known}`;
  if (keys.release === undefined) return `${lead}, and no release to look for its address in`;
  const dist = keys.dist === undefined ? '' : `, dist ${keys.dist},`;
  return `${lead}, and nothing that was uploaded for release ${keys.release}${dist} has the address ${candidateUrls(filename).at(-1)}`;
}

/** Lower case with dashes; undefined when it is no UUID. */
function normalizeDebugId(text: string): string | undefined {
  const hex = text.trim().toLowerCase().replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/.test(hex)) return undefined;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
