import { writeZip } from './zip.js';

/** A file of a made bundle. */
export interface MadeFile {
  readonly url: string | undefined;
  readonly type: string | undefined;
  readonly debugId: string | undefined;
  /** False: only the manifest names it. Default true. */
  readonly inZip?: boolean;
}

/** A bundle a case describes. */
export interface MadeBundle {
  readonly debugId?: string;
  readonly release?: string;
  readonly dist?: string;
  readonly files: readonly MadeFile[];
  /** The whole content instead of a zip. */
  readonly raw?: string;
  /** The manifest's text instead of one made from the above; null: no manifest at all. */
  readonly manifest?: string | null;
  /** Symbolic's magic in front. */
  readonly prefixed?: boolean;
}

/** The bytes of a bundle. */
export function bundleBytes(bundle: MadeBundle): Buffer {
  if (bundle.raw !== undefined) return Buffer.from(bundle.raw);
  const entries = new Map<string, string>();
  const files: Record<string, unknown> = {};
  bundle.files.forEach((file, index) => {
    const path = `files/${index}/${(file.url ?? 'x').replace(/^.*\//, '')}`;
    const headers = file.debugId === undefined ? {} : { 'debug-id': file.debugId };
    const optional = { ...(file.url === undefined ? {} : { url: file.url }) };
    files[path] = { ...optional, ...(file.type === undefined ? {} : { type: file.type }), headers };
    if (file.inZip !== false) entries.set(path, `content ${index}`);
  });
  const manifest = { debug_id: bundle.debugId, release: bundle.release, dist: bundle.dist, files };
  if (bundle.manifest !== null) entries.set('manifest.json', bundle.manifest ?? JSON.stringify(manifest));
  const prefix = bundle.prefixed === true ? Buffer.from('SYSB\x02\x00\x00\x00', 'latin1') : new Uint8Array();
  return writeZip(entries, prefix);
}

/** A script and its map that share a debug id. */
export function pairOfFiles(debugId: string | undefined, name = 'app'): MadeFile[] {
  return [
    { url: `~/${name}.js`, type: 'minified_source', debugId },
    { url: `~/${name}.js.map`, type: 'source_map', debugId },
  ];
}
