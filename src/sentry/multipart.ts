import type { ChunkEncoding, ChunkPart } from './types.js';

/** A body as pieces in order, not joined: chunks are megabytes and are sent from where they lie. */
export interface MultipartBody {
  readonly pieces: readonly Uint8Array[];
  readonly headers: Readonly<Record<string, string>>;
}

const LINE_END = '\r\n';

/**
 * The body of one chunk request. Sentry takes each part's filename as the checksum of its decoded bytes, and reads encoded parts
 * either under the name `file_gzip`, or under `file` with one Content-Encoding for the whole request
 * (`src/sentry/api/endpoints/chunk.py`). Parts with any other name are answered 200 and stored nowhere.
 */
export function chunkBody(parts: readonly ChunkPart[], encoding: ChunkEncoding, boundary: string): MultipartBody {
  const name = encoding === 'gzip' ? 'file_gzip' : 'file';
  const pieces: Uint8Array[] = [];
  for (const { body, sha1 } of parts) {
    const head = [
      `--${boundary}`,
      `Content-Disposition: form-data; name="${name}"; filename="${sha1}"`,
      'Content-Type: application/octet-stream',
      '',
      '',
    ];
    pieces.push(Buffer.from(head.join(LINE_END)), body, Buffer.from(LINE_END));
  }
  pieces.push(Buffer.from(`--${boundary}--${LINE_END}`));
  return {
    pieces,
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      ...(encoding === 'zstd' ? { 'content-encoding': 'zstd' } : {}),
    },
  };
}
