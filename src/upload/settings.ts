import type { ChunkEncoding, ChunkOptions } from '../sentry/types.js';
import { MAX_ARCHIVE_BYTES } from './archive.js';
import { chooseEncoding } from './codec.js';
import type { CourierMode } from './courier.js';
import { type GroupRules, targetFor } from './groups.js';

/** How one upload is done, decided once from what the server offers and how much there is. */
export interface Settings {
  readonly mode: CourierMode;
  readonly encoding: ChunkEncoding;
  /** 8: files are deflated in the archive, because the server takes no compressed chunks. */
  readonly method: 0 | 8;
  readonly groups: GroupRules;
  readonly maxChunkBytes: number;
  readonly slabBytes: number;
  readonly slabCount: number;
  readonly maxArchiveBytes: number;
}

const MIB = 1 << 20;
/** All slabs together: the memory that holds chunks between reading and sending. */
const SLAB_MEMORY = 32 * MIB;
/** Chunks for a server that names no missing ones: nothing is re-used, so fewer and bigger is better. */
const BLIND_CHUNK_BYTES = 4 * MIB;
/** A group may be this much longer than foreseen and still be one chunk: edits add a little. */
const EDIT_MARGIN = 0.95;

/** Chooses the settings. */
export function chooseSettings(options: ChunkOptions, totalBytes: number, dryRun: boolean): Settings {
  const blind = !options.namesMissingChunks;
  const longest = Math.min(options.chunkSize, options.maxRequestSize);
  const slabBytes = blind ? Math.max(MIB, Math.min(longest, BLIND_CHUNK_BYTES)) : MIB;
  const maxChunkBytes = Math.min(longest, slabBytes);
  const maxArchiveBytes = Math.min(options.maxFileSize ?? MAX_ARCHIVE_BYTES, MAX_ARCHIVE_BYTES);
  const targetBytes = blind ? undefined : targetFor(totalBytes);
  const longestGroup = Math.min(blind ? slabBytes : 4 * targetFor(totalBytes), slabBytes) * EDIT_MARGIN;
  return {
    mode: dryRun ? 'dry' : blind ? 'send' : 'ask',
    encoding: chooseEncoding(options.compression),
    method: options.compression.length === 0 ? 8 : 0,
    groups: { targetBytes, maxBytes: Math.min(longestGroup, maxArchiveBytes / 2) },
    maxChunkBytes,
    slabBytes,
    slabCount: Math.ceil(SLAB_MEMORY / slabBytes),
    maxArchiveBytes,
  };
}
