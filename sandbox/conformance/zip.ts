import { crc32 } from 'node:zlib';

/** Writes a zip with stored entries, as the cases and tests need it. `prefix` goes in front, offsets count from the zip's start. */
export function writeZip(
  entries: ReadonlyMap<string, string | Uint8Array>,
  prefix: Uint8Array = new Uint8Array(),
): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of entries) {
    const bytes = Buffer.from(content as Uint8Array);
    const path = Buffer.from(name, 'utf8');
    const common = commonFields(bytes, path);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, path, bytes]);
    directory.push(centralEntry(common, path, offset));
    files.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.size, 8);
  end.writeUInt16LE(entries.size, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([prefix, ...files, central, end]);
}

/** From "version needed" to the length of the extra field, the same in both headers. */
function commonFields(bytes: Buffer, path: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(0x800, 2);
  fields.writeUInt16LE(0x21, 8);
  fields.writeUInt32LE(crc32(bytes), 10);
  fields.writeUInt32LE(bytes.length, 14);
  fields.writeUInt32LE(bytes.length, 18);
  fields.writeUInt16LE(path.length, 22);
  return fields;
}

function centralEntry(common: Buffer, path: Buffer, offset: number): Buffer {
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(offset, 10);
  const made = Buffer.from('PK\x01\x02\x14\x00', 'latin1');
  return Buffer.concat([made, common, tail, path]);
}
