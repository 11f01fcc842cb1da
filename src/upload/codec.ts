import * as zlib from 'node:zlib';
import type { ChunkEncoding, ChunkOptions } from '../sentry/types.js';

interface ZstdZlib {
  readonly zstdCompressSync?: (
    data: Uint8Array,
    options: { params: Record<number, number>; chunkSize: number },
  ) => Buffer;
  readonly constants: { readonly ZSTD_c_compressionLevel?: number };
}

const zstd = zlib as unknown as ZstdZlib;

/** Levels chosen by measurement (docs/upload.md): beyond them time grows faster than bytes shrink. */
const ZSTD_LEVEL = 1;
const GZIP_LEVEL = 1;

/** True where this Node can write zstd (22.15 and later). */
export const hasZstd = zstd.zstdCompressSync !== undefined && zstd.constants.ZSTD_c_compressionLevel !== undefined;

/** The best encoding that both sides know. */
export function chooseEncoding(offered: ChunkOptions['compression'], zstdHere = hasZstd): ChunkEncoding {
  if (zstdHere && offered.includes('zstd')) return 'zstd';
  return offered.includes('gzip') ? 'gzip' : 'none';
}

/** Encodes one chunk. Blocking: meant for worker threads. */
export function encode(data: Uint8Array, encoding: ChunkEncoding): Uint8Array {
  if (encoding === 'none') return data;
  // One output buffer big enough for almost any result: the default of 16 KiB means a call into zlib per 16 KiB.
  const chunkSize = Math.max(1024, Math.min(data.length >> 1, 128 * 1024));
  const level = zstd.constants.ZSTD_c_compressionLevel;
  if (encoding === 'zstd' && zstd.zstdCompressSync !== undefined && level !== undefined) {
    return zstd.zstdCompressSync(data, { params: { [level]: ZSTD_LEVEL }, chunkSize });
  }
  return zlib.gzipSync(data, { level: GZIP_LEVEL, chunkSize });
}
