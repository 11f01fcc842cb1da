import * as zlib from 'node:zlib';

const MAX_BLOCK = 128 * 1024;

/** A zstd frame: by Node where it can, else one of uncompressed blocks, which every decoder takes. */
export function zstdFrame(content: Buffer): Buffer {
  if (typeof zlib.zstdCompressSync === 'function') return zlib.zstdCompressSync(content);
  const head = Buffer.alloc(9);
  head.writeUInt32LE(0xfd2fb528, 0);
  // One segment, content size in four bytes.
  head.writeUInt8(0xa0, 4);
  head.writeUInt32LE(content.length, 5);
  const pieces: Buffer[] = [head];
  let at = 0;
  do {
    const block = content.subarray(at, at + MAX_BLOCK);
    at += MAX_BLOCK;
    const isLast = at >= content.length ? 1 : 0;
    const blockHead = Buffer.alloc(3);
    blockHead.writeUIntLE(block.length * 8 + isLast, 0, 3);
    pieces.push(blockHead, block);
  } while (at < content.length);
  return Buffer.concat(pieces);
}
