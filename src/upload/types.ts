import type { Diagnosis } from '../sourcemaps/types.js';

/** One bundle as the server has it. */
export interface BundleRecord {
  readonly bundleId: string;
  /** SHA-1 of the whole archive. */
  readonly checksum: string;
  /** The server's word: `ok`, or `created`/`assembling` when not waited for. */
  readonly state: 'created' | 'assembling' | 'ok' | 'planned';
  readonly files: number;
  /** Archive size in bytes. */
  readonly bytes: number;
  readonly chunks: number;
}

/** What Sentry had taken of an upload that did not come to its end; it is not sent again. */
export type SentSoFar = Pick<UploadRecord, 'chunksSent' | 'uploadedBytes' | 'wireBytes'>;

/** What the upload did. */
export interface UploadRecord {
  readonly bundles: readonly BundleRecord[];
  readonly files: number;
  readonly pairs: number;
  /** Uncompressed bytes of chunks that were sent. */
  readonly uploadedBytes: number;
  /** Bytes on the wire, after compression. */
  readonly wireBytes: number;
  /** Uncompressed bytes of chunks that the server had. */
  readonly reusedBytes: number;
  readonly chunksSent: number;
  readonly chunksReused: number;
  readonly diagnoses: readonly Diagnosis[];
  /** Debug ids with the artifact name they belong to, for `verify` and the report. */
  readonly debugIds: readonly { readonly debugId: string; readonly name: string; readonly url: string }[];
  /** Absolute paths of the maps that are in the bundles, for `delete_after_upload`. */
  readonly uploadedMaps: readonly string[];
}
