import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';

/** zstd came to Node's zlib with 22.15. */
const HAS_NATIVE_ZSTD = typeof zlib.zstdDecompress === 'function';

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
    if (encoding === 'gzip') return await gunzip(bytes, limits);
    if (!HAS_NATIVE_ZSTD) return unzstd(bytes, maxBytes);
    return await promisify<zlib.InputType, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress)(bytes, limits);
  } catch (error) {
    if (error instanceof DecodeError) throw error;
    const tooLarge = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE';
    throw new DecodeError(tooLarge ? 'too-large' : 'invalid');
  }
}

const ZSTD_MAGIC = 0xfd2fb528;

/** For a Node without zstd: a decoder in JavaScript, slower, with the same limits. */
function unzstd(bytes: Buffer, maxBytes: number): Buffer {
  if (bytes.length < 4 || bytes.readUInt32LE(0) !== ZSTD_MAGIC) throw new DecodeError('invalid');
  const pieces: Buffer[] = [];
  let size = 0;
  let ended = false;
  const decoder = new Decompress((piece, isLast) => {
    size += piece.length;
    if (size > maxBytes) throw new DecodeError('too-large');
    // The decoder goes on using its window: what it hands out has to be copied.
    pieces.push(Buffer.from(piece));
    ended = isLast === true;
  });
  decoder.push(bytes, true);
  if (!ended) throw new DecodeError('invalid');
  return Buffer.concat(pieces);
}
