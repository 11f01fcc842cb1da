import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

const inflate = promisify<Buffer, object, Buffer>(inflateRaw);

/** Reads entries out of an uploaded zip on disk. */
export interface BundleArchive {
  readonly path: string;
  /** Bytes of the archive. */
  readonly size: number;
  /** Names of the entries, in the order of the central directory. */
  readonly names: readonly string[];
  /** Decompressed size of an entry, or undefined. */
  entrySize(name: string): number | undefined;
  /** The bytes of an entry, or undefined. Throws when the archive is damaged there. */
  read(name: string): Promise<Buffer | undefined>;
}

/** The file is no zip, or one that cannot be read. */
export class BadArchive extends Error {}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly headerOffset: number;
}

/** One entry larger than this is not read into memory. */
const MAX_ENTRY = 1024 * 1024 * 1024;
const END_SIZE = 22;
const LOCATOR_SIZE = 20;
const END64_SIZE = 56;

/** Opens a zip. A prefix before it (`SYSB…`) is tolerated with offsets counted from the file's start or from the zip's. */
export async function openArchive(path: string): Promise<BundleArchive> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const entries = await readDirectory(handle, size);
    return {
      path,
      size,
      names: [...entries.keys()],
      entrySize: (name) => entries.get(name)?.size,
      read: async (name) => {
        const entry = entries.get(name);
        return entry === undefined ? undefined : readEntry(path, entry);
      },
    };
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  if (position < 0) throw new BadArchive('offset before the file');
  // Before the buffer is made: the length comes from the file, and may ask for all memory there is.
  if (position + length > (await handle.stat()).size) throw new BadArchive('archive is cut off');
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  if (bytesRead < length) throw new BadArchive('archive is cut off');
  return buffer;
}

interface End {
  readonly directoryOffset: number;
  readonly directorySize: number;
  /** Bytes between what the offsets mean and where things are. */
  readonly shift: number;
}

async function readDirectory(handle: FileHandle, size: number): Promise<Map<string, Entry>> {
  const end = await findEnd(handle, size);
  const directory = await readAt(handle, end.directoryOffset + end.shift, end.directorySize);
  const entries = new Map<string, Entry>();
  let at = 0;
  while (at + 46 <= directory.length && directory.readUInt32LE(at) === 0x02014b50) {
    const { entry, next } = parseEntry(directory, at, end.shift);
    entries.set(entry.name, entry);
    at = next;
  }
  if (at < directory.length) throw new BadArchive('bad central directory');
  return entries;
}

async function findEnd(handle: FileHandle, size: number): Promise<End> {
  const tailLength = Math.min(size, END_SIZE + 0xffff);
  const tail = await readAt(handle, size - tailLength, tailLength);
  const at = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (at < 0 || at + END_SIZE > tail.length) throw new BadArchive('no end of central directory');
  const endPosition = size - tailLength + at;
  const directorySize = tail.readUInt32LE(at + 12);
  const directoryOffset = tail.readUInt32LE(at + 16);
  if (tail.readUInt16LE(at + 10) === 0xffff || directorySize === 0xffffffff || directoryOffset === 0xffffffff) {
    return readEnd64(handle, endPosition);
  }
  return { directoryOffset, directorySize, shift: endPosition - directorySize - directoryOffset };
}

async function readEnd64(handle: FileHandle, endPosition: number): Promise<End> {
  const record = await readAt(handle, endPosition - LOCATOR_SIZE - END64_SIZE, END64_SIZE);
  if (record.readUInt32LE(0) !== 0x06064b50) throw new BadArchive('no zip64 end record');
  const directorySize = Number(record.readBigUInt64LE(40));
  const directoryOffset = Number(record.readBigUInt64LE(48));
  const shift = endPosition - LOCATOR_SIZE - END64_SIZE - directorySize - directoryOffset;
  return { directoryOffset, directorySize, shift };
}

function parseEntry(directory: Buffer, at: number, shift: number): { entry: Entry; next: number } {
  const nameLength = directory.readUInt16LE(at + 28);
  const extraLength = directory.readUInt16LE(at + 30);
  const extraStart = at + 46 + nameLength;
  const next = extraStart + extraLength + directory.readUInt16LE(at + 32);
  if (next > directory.length) throw new BadArchive('bad central directory');
  const isUtf8 = (directory.readUInt16LE(at + 8) & 0x800) !== 0;
  const wide = wideFields(directory, at, extraStart, extraLength);
  const entry: Entry = {
    name: directory.toString(isUtf8 ? 'utf8' : 'latin1', at + 46, extraStart),
    method: directory.readUInt16LE(at + 10),
    compressedSize: wide(20),
    size: wide(24),
    headerOffset: wide(42) + shift,
  };
  return { entry, next };
}

/** 32-bit fields that hold all ones stand in the zip64 extra field, in the order size, compressed size, offset. */
function wideFields(directory: Buffer, at: number, extraStart: number, extraLength: number) {
  const wanted = [24, 20, 42].filter((field) => directory.readUInt32LE(at + field) === 0xffffffff);
  const start = wanted.length === 0 ? -1 : findExtra(directory, extraStart, extraStart + extraLength, 0x0001);
  return (field: number): number => {
    const index = wanted.indexOf(field);
    if (index < 0) return directory.readUInt32LE(at + field);
    if (start < 0 || start + 8 * (index + 1) > directory.length) throw new BadArchive('no zip64 field');
    return Number(directory.readBigUInt64LE(start + 8 * index));
  };
}

function findExtra(directory: Buffer, from: number, end: number, id: number): number {
  let at = from;
  while (at + 4 <= end) {
    if (directory.readUInt16LE(at) === id) return at + 4;
    at += 4 + directory.readUInt16LE(at + 2);
  }
  return -1;
}

async function readEntry(path: string, entry: Entry): Promise<Buffer> {
  if (entry.size > MAX_ENTRY || entry.compressedSize > MAX_ENTRY) throw new BadArchive('entry too large');
  const handle = await open(path, 'r');
  try {
    const head = await readAt(handle, entry.headerOffset, 30);
    if (head.readUInt32LE(0) !== 0x04034b50) throw new BadArchive('no local header');
    const start = entry.headerOffset + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
    const bytes = await readAt(handle, start, entry.compressedSize);
    if (entry.method === 0) return bytes;
    if (entry.method !== 8) throw new BadArchive(`unknown method ${entry.method}`);
    return await inflated(bytes, entry);
  } finally {
    await handle.close();
  }
}

async function inflated(bytes: Buffer, { name, size }: Entry): Promise<Buffer> {
  try {
    return await inflate(bytes, { maxOutputLength: Math.max(size, 1) });
  } catch (error) {
    throw new BadArchive(`cannot inflate ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
