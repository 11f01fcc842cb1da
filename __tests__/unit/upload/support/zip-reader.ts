import { crc32Table } from '../../../../src/upload/crc32.js';

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  /** As it lies in the archive. */
  readonly data: Buffer;
}

/** Reads a zip by its central directory and checks that local headers say the same. Throws on any contradiction. */
export function readZip(archive: Buffer): readonly ZipEntry[] {
  const end = archive.length - 22;
  if (archive.readUInt32LE(end) !== 0x06054b50) throw new Error('no end record');
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  if (at + archive.readUInt32LE(end + 12) !== end) throw new Error('the directory does not end where it should');
  return Array.from({ length: count }, () => {
    if (archive.readUInt32LE(at) !== 0x02014b50) throw new Error('no central record');
    const nameLength = archive.readUInt16LE(at + 28);
    const local = archive.readUInt32LE(at + 42);
    const shared = archive.subarray(at + 6, at + 30);
    if (archive.readUInt32LE(local) !== 0x04034b50) throw new Error('no local header');
    if (!archive.subarray(local + 4, local + 28).equals(shared)) throw new Error('headers differ');
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const start = local + 30 + archive.readUInt16LE(local + 26);
    const data = archive.subarray(start, start + archive.readUInt32LE(at + 20));
    const method = archive.readUInt16LE(at + 10);
    if (method === 0 && crc32Table(data) !== archive.readUInt32LE(at + 16)) throw new Error(`bad CRC of ${name}`);
    at += 46 + nameLength;
    return { name, method, data };
  });
}
