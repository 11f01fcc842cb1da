import { crc32 } from './crc32.js';

/**
 * The source bundle as Sentry reads it: `SYSB` and a version, then a zip whose offsets count from the start of the file,
 * `manifest.json` last. Nothing in it depends on time, zone or machine, so the same input gives the same bytes.
 */
export const BUNDLE_HEADER: Uint8Array = Buffer.from('SYSB\x02\0\0\0', 'latin1');

/** Zip fields that count entries hold 16 bits, and 0xffff announces Zip64, which readers of bundles need not know. */
export const MAX_ENTRIES = 0xfffe;
/** Offsets and sizes hold 32 bits; the highest value announces Zip64. */
export const MAX_ARCHIVE_BYTES = 0xfffffffe;

const LOCAL_HEADER = 30;
const CENTRAL_RECORD = 46;
const END_RECORD = 22;
/** 1980-01-01, the first day of DOS dates. */
const DOS_DATE = 0x21;
const UTF8_FLAG = 0x800;
/** -rw-r--r-- of a regular file, in the upper half. */
const EXTERNAL_ATTRIBUTES = 0x81a40000;

/** One file of the archive, with everything its two headers need. */
export interface Entry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: 0 | 8;
  readonly crc: number;
  /** Bytes as they lie in the archive. */
  readonly packedBytes: number;
  /** Bytes of the content. */
  readonly bytes: number;
}

function nameBytes(name: string): Buffer {
  return Buffer.from(name, 'utf8');
}

/** The header in front of an entry's data. */
export function localHeader(entry: Entry): Buffer {
  const name = nameBytes(entry.name);
  const out = Buffer.alloc(LOCAL_HEADER + name.length);
  out.writeUInt32LE(0x04034b50, 0);
  writeCommon(out, 4, entry, name.length);
  name.copy(out, LOCAL_HEADER);
  return out;
}

/** The entry's record in the central directory. `offset` is where its local header starts. */
export function centralRecord(entry: Entry, offset: number): Buffer {
  const name = nameBytes(entry.name);
  const out = Buffer.alloc(CENTRAL_RECORD + name.length);
  out.writeUInt32LE(0x02014b50, 0);
  out.writeUInt16LE(0x0314, 4);
  writeCommon(out, 6, entry, name.length);
  out.writeUInt32LE(EXTERNAL_ATTRIBUTES, 38);
  out.writeUInt32LE(offset, 42);
  name.copy(out, CENTRAL_RECORD);
  return out;
}

/** The fields that both headers share, in the same order. */
function writeCommon(out: Buffer, at: number, entry: Entry, nameLength: number): void {
  out.writeUInt16LE(20, at);
  // A name longer in bytes than in characters is not ASCII.
  out.writeUInt16LE(nameLength === entry.name.length ? 0 : UTF8_FLAG, at + 2);
  out.writeUInt16LE(entry.method, at + 4);
  out.writeUInt16LE(0, at + 6);
  out.writeUInt16LE(DOS_DATE, at + 8);
  out.writeUInt32LE(entry.crc, at + 10);
  out.writeUInt32LE(entry.packedBytes, at + 14);
  out.writeUInt32LE(entry.bytes, at + 18);
  out.writeUInt16LE(nameLength, at + 22);
}

/** Adds `base` to the offsets of the records in `central`, which counted from the start of a group. */
export function moveRecords(central: Uint8Array, base: number): void {
  const view = new DataView(central.buffer, central.byteOffset, central.byteLength);
  for (let at = 0; at < central.length; at += CENTRAL_RECORD + view.getUint16(at + 28, true)) {
    view.setUint32(at + 42, view.getUint32(at + 42, true) + base, true);
  }
}

/** The record that ends the archive. */
export function endRecord(entries: number, centralBytes: number, centralOffset: number): Buffer {
  const out = Buffer.alloc(END_RECORD);
  out.writeUInt32LE(0x06054b50, 0);
  out.writeUInt16LE(entries, 8);
  out.writeUInt16LE(entries, 10);
  out.writeUInt32LE(centralBytes, 12);
  out.writeUInt32LE(centralOffset, 16);
  return out;
}

/** Describes stored content given in pieces. */
export function storedEntry(name: string, pieces: readonly Uint8Array[]): Entry {
  let crc = 0;
  let bytes = 0;
  for (const piece of pieces) {
    crc = crc32(piece, crc);
    bytes += piece.length;
  }
  return { name, method: 0, crc, packedBytes: bytes, bytes };
}

/** Bytes that an entry takes in the archive before the central directory. */
export function entryBytes(entry: Entry): number {
  return LOCAL_HEADER + Buffer.byteLength(entry.name) + entry.packedBytes;
}
