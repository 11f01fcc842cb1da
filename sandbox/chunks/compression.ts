import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

/** zstd came to Node's zlib with 22.15; without it the sandbox does not offer it. */
export const HAS_ZSTD = typeof zlib.zstdDecompress === 'function';

const gunzip = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.gunzip);

/** A body that cannot be decoded, or is larger than allowed once decoded. */
export class DecodeError extends Error {
  readonly kind: 'invalid' | 'too-large';

  constructor(kind: 'invalid' | 'too-large') {
    super(kind);
    this.kind = kind;
  }
}

/** Decodes one chunk. @param maxBytes of the result; a bomb is stopped there. */
export async function decode(encoding: 'gzip' | 'zstd', bytes: Buffer, maxBytes: number): Promise<Buffer> {
  const limits = { maxOutputLength: maxBytes };
  try {
    return encoding === 'gzip' ? await gunzip(bytes, limits) : await unzstd(bytes, limits);
  } catch (error) {
    const tooLarge = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
    throw new DecodeError(tooLarge ? 'too-large' : 'invalid');
  }
}

async function unzstd(bytes: Buffer, limits: { readonly maxOutputLength: number }): Promise<Buffer> {
  if (!HAS_ZSTD) throw new DecodeError('invalid');
  return promisify<zlib.InputType, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress)(bytes, limits);
}
