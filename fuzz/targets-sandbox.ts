import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { temporaryFolder } from '../__tests__/support/workspace.js';
import { BadArchive, openArchive } from '../sandbox/bundles/archive.js';
import { ApiError } from '../sandbox/http/answer.js';
import { boundaryOf, createMultipart } from '../sandbox/http/multipart.js';
import { allowed, type FuzzTarget, must } from './target.js';

/** A zip of one entry, as bytes in a string. */
function zip(name: string, content: string, prefix = ''): string {
  const body = deflateRawSync(Buffer.from(content));
  const nameBytes = Buffer.from(name);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(nameBytes.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(0x800, 8);
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(body.length, 20);
  central.writeUInt32LE(content.length, 24);
  central.writeUInt16LE(nameBytes.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + nameBytes.length, 12);
  end.writeUInt32LE(local.length + nameBytes.length + body.length, 16);
  const all = [Buffer.from(prefix), local, nameBytes, body, central, nameBytes, end];
  return Buffer.concat(all).toString('latin1');
}

let folder: string | undefined;

/** The reader works on files; one is enough. */
function onDisk(bytes: Buffer): string {
  if (folder === undefined) {
    const made = temporaryFolder('fuzz');
    folder = made;
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  }
  const path = join(folder, 'archive.zip');
  writeFileSync(path, bytes);
  return path;
}

/** Entries that are read have the size that the directory says, at most; anything else is named a bad archive. */
const archives: FuzzTarget = {
  name: 'archives',
  encoding: 'latin1',
  seeds: [zip('manifest.json', '{"files":{}}'), zip('files/_/_/a.js', 'a'.repeat(300), 'SYSB\x02\0\0\0'), zip('', '')],
  dictionary: [
    'PK\x05\x06',
    'PK\x06\x06',
    'PK\x01\x02',
    'PK\x03\x04',
    '\xff\xff\xff\xff',
    '\xff\xff',
    '\x01\0\x10\0',
    '\0\0\0\0',
  ],
  async run(input) {
    try {
      const archive = await openArchive(onDisk(input));
      for (const name of archive.names) {
        const bytes = await archive.read(name);
        must(
          bytes !== undefined && bytes.length <= Math.max(archive.entrySize(name) ?? 0, input.length),
          'sizes are bounds',
        );
      }
      return `read ${archive.names.length}`;
    } catch (thrown) {
      return allowed(thrown, [BadArchive]);
    }
  },
};

/** What a form holds does not depend on how its bytes are cut, and no byte is made up. */
const forms: FuzzTarget = {
  name: 'forms',
  seeds: [
    'B\r\n--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nbytes\r\n--B--\r\n',
    'B\n--B\r\n\r\n\r\n--B\r\ncontent-disposition: form-data; name=x\r\n\r\n\r\n--B--',
    'multipart/form-data; boundary="B C"\n--B C--',
  ],
  dictionary: ['--B', '\r\n', '\r\n\r\n', '--', 'B', '; name="', '\\"', 'filename=', 'content-disposition:'],
  run(input) {
    const cut = input.indexOf('\n') + 1;
    try {
      boundaryOf(input.toString('latin1', 0, cut));
    } catch (thrown) {
      allowed(thrown, [ApiError]);
    }
    const body = input.subarray(cut);
    const whole = partsOf([body]);
    const cuts = partsOf(pieces(body, 1 + (body.length % 5)));
    must(whole.parts === cuts.parts && whole.end === cuts.end, 'cuts do not matter');
    must(whole.bytes <= body.length, 'no byte is made up');
    return `${whole.end} ${whole.count}`;
  },
};

function pieces(body: Buffer, length: number): Buffer[] {
  return Array.from({ length: Math.ceil(body.length / length) }, (_, index) =>
    body.subarray(index * length, (index + 1) * length),
  );
}

function partsOf(pieces: readonly Buffer[]): { parts: string; bytes: number; count: number; end: string } {
  const found: { head: string; body: Buffer[] }[] = [];
  const parser = createMultipart('B', (head) => {
    const part = { head: `${head.name}/${head.filename}`, body: [] as Buffer[] };
    found.push(part);
    return { write: (bytes) => void part.body.push(Buffer.from(bytes)), end: () => undefined };
  });
  const bodies = () => found.map(({ head, body }) => `${head}:${Buffer.concat(body).toString('latin1')}`);
  const end = (text: string) => ({
    parts: bodies().join('\n'),
    bytes: found.reduce((sum, { body }) => sum + Buffer.concat(body).length, 0),
    count: found.length,
    end: text,
  });
  try {
    for (const piece of pieces) parser.write(piece);
    parser.end();
    return end('whole');
  } catch (thrown) {
    return end(allowed(thrown, [ApiError]));
  }
}

export const SANDBOX_TARGETS: readonly FuzzTarget[] = [archives, forms];
