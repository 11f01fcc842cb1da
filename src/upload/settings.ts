import type { ChunkEncoding, ChunkOptions } from '../sentry/types.js';
import type { SourceMapPlan } from '../sourcemaps/types.js';
import { MAX_ARCHIVE_BYTES } from './archive.js';
import { chooseEncoding } from './codec.js';
import type { CourierMode } from './courier.js';
import { targetFor } from './cuts.js';
import type { DivideRules } from './divide.js';

/** How one upload is done, decided once from what the server offers and how much there is. */
export interface Settings {
  readonly mode: CourierMode;
  readonly encoding: ChunkEncoding;
  /** 8: files are deflated in the archive, because the server takes no compressed chunks. */
  readonly method: 0 | 8;
  readonly divide: DivideRules;
  readonly maxChunkBytes: number;
  readonly slabBytes: number;
  readonly slabCount: number;
  readonly maxArchiveBytes: number;
}

const MIB = 1 << 20;
/** All slabs together: the memory that holds chunks between reading and sending. */
const SLAB_MEMORY = 20 * MIB;
/** Chunks for a server that names no missing ones: nothing is re-used, so fewer and bigger is better. */
const BLIND_CHUNK_BYTES = 4 * MIB;
/** Part of a slab that a share is meant to fill, because edits add more than foreseen now and then. */
const FILL = 0.95;

/** What is known of the files before pairing. */
type Files = Pick<SourceMapPlan, 'foreseen' | 'others'>;

/** Chooses the settings. */
export function chooseSettings(options: ChunkOptions, plan: Files, dryRun: boolean): Settings {
  const blind = !options.namesMissingChunks;
  const longest = Math.min(options.chunkSize, options.maxRequestSize);
  const slabBytes = blind ? Math.max(MIB, Math.min(longest, BLIND_CHUNK_BYTES)) : MIB;
  const maxChunkBytes = Math.min(longest, slabBytes);
  const maxArchiveBytes = Math.min(options.maxFileSize ?? MAX_ARCHIVE_BYTES, MAX_ARCHIVE_BYTES);
  return {
    mode: dryRun ? 'dry' : blind ? 'send' : 'ask',
    encoding: chooseEncoding(options.compression),
    method: options.compression.length === 0 ? 8 : 0,
    divide: {
      targetBytes: blind ? undefined : targetFor(countUnits(plan)),
      shareBytes: Math.min(slabBytes, maxArchiveBytes / 2) * FILL,
    },
    maxChunkBytes,
    slabBytes,
    slabCount: Math.ceil(SLAB_MEMORY / slabBytes),
    maxArchiveBytes,
  };
}

/** As many units as there will be, if each of the other scripts has a map among the other files. */
function countUnits({ foreseen, others }: Files): number {
  const scripts = others.filter(({ kind }) => kind === 'js').length;
  return foreseen.length + Math.max(scripts, others.length - scripts);
}
