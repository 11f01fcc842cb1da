import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { endRecord, localHeader, moveRecords, storedEntry } from '../../../src/upload/archive.js';
import { crc32, crc32Table } from '../../../src/upload/crc32.js';
import { uploadSourceMaps } from '../../../src/upload/upload.js';
import { depsFor, makePlan, manyFiles, removeBuilds, request } from './support/build.js';
import { FakeServer } from './support/fake-server.js';
import { readZip } from './support/zip-reader.js';

afterEach(removeBuilds);

it('is read by an independent zip reader: every CRC, name and header is right', async () => {
  const server = new FakeServer();
  await uploadSourceMaps(makePlan(manyFiles(20)), request, depsFor(server));
  const archive = server.archives[0] ?? Buffer.alloc(0);
  expect(archive.toString('latin1', 0, 8)).toBe('SYSB\x02\0\0\0');
  const entries = readZip(archive);
  expect(entries).toHaveLength(41);
  const manifest = JSON.parse(entries.at(-1)?.data.toString() ?? '');
  expect(Object.keys(manifest.files)).toEqual(entries.slice(0, -1).map(({ name }) => name));
});

const python = spawnSync('python3', ['-c', 'import zipfile'], { stdio: 'ignore' }).status === 0;

(python ? it : it.skip)('is read by Python’s zipfile, as Sentry’s server reads it', async () => {
  const server = new FakeServer();
  await uploadSourceMaps(makePlan(manyFiles(20)), request, depsFor(server));
  const folder = mkdtempSync(join(tmpdir(), 'archive-test-'));
  writeFileSync(join(folder, 'a.zip'), server.archives[0] ?? '');
  const script = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), len(z.namelist()))';
  const { stdout } = spawnSync('python3', ['-c', script, join(folder, 'a.zip')], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  expect(stdout.trim()).toBe('None 41');
});

it('marks names that are not ASCII as UTF-8, and only those', () => {
  const flags = (name: string): number => localHeader(storedEntry(name, [])).readUInt16LE(6);
  expect([flags('files/a.js'), flags('files/ä.js')]).toEqual([0, 0x800]);
});

it('describes an empty file with CRC 0 and no bytes', () => {
  expect(storedEntry('a', [])).toEqual({ name: 'a', method: 0, crc: 0, packedBytes: 0, bytes: 0 });
});

it('moves the offsets of every record of a directory, whatever the names’ lengths', async () => {
  const server = new FakeServer();
  await uploadSourceMaps(makePlan(manyFiles(3)), request, depsFor(server));
  const archive = Buffer.from(server.archives[0] ?? '');
  const from = archive.readUInt32LE(archive.length - 6);
  const directory = archive.subarray(from, archive.length - 22);
  moveRecords(directory, 5);
  const shifted = Buffer.concat([Buffer.alloc(5), archive.subarray(0, from), directory]);
  const end = endRecord(7, directory.length, shifted.length - directory.length);
  expect(readZip(Buffer.concat([shifted, end]))).toHaveLength(7);
});

it('has the same CRC from the table as from zlib, however the bytes are divided', () => {
  const native = (zlib as { crc32?: (data: Uint8Array) => number }).crc32;
  expect(crc32Table(Buffer.from('123456789'))).toBe(0xcbf43926);
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(), (bytes, at) => {
      const cut = at % (bytes.length + 1);
      const whole = crc32Table(bytes);
      expect(crc32Table(bytes.subarray(cut), crc32Table(bytes.subarray(0, cut)))).toBe(whole);
      expect(crc32(bytes)).toBe(whole);
      if (native !== undefined) expect(native(bytes)).toBe(whole);
    }),
  );
});
