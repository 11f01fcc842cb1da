import * as zlib from 'node:zlib';

type Crc32 = (data: Uint8Array, value?: number) => number;

const TABLE = makeTable();

function makeTable(): Uint32Array {
  const table = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    table[byte] = value;
  }
  return table;
}

/** CRC-32 (IEEE) in plain JavaScript: about 20 times slower than zlib's, needed before Node 20.15. */
export function crc32Table(data: Uint8Array, value = 0): number {
  let crc = ~value;
  // An index loop: iterating a typed array is several times slower.
  for (let i = 0; i < data.length; i++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (data[i] ?? 0)) & 0xff] ?? 0);
  return ~crc >>> 0;
}

const native = (zlib as { crc32?: Crc32 }).crc32;

/** CRC-32 of `data`, continued from `value`, as zip wants it. */
export const crc32: Crc32 = native ?? crc32Table;
