/**
 * What the machine itself needs for these bytes: reads every file below the folder given, hashes it, compresses it on two
 * threads at most, and writes as many bytes again. No edit, no archive, no server. Nothing that does the job is faster.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import * as zlib from 'node:zlib';

const BATCH_BYTES = 1 << 17;

function compress(bytes) {
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: 1 };
  return workerData.encoding === 'zstd' && zlib.zstdCompressSync
    ? zlib.zstdCompressSync(bytes, { params, chunkSize: 1 << 16 })
    : zlib.gzipSync(bytes, { level: 1, chunkSize: 1 << 16 });
}

if (isMainThread) {
  const [folder, encoding = 'zstd'] = process.argv.slice(2);
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:js|cjs|mjs|map)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const count = availableParallelism();
  const out = `${folder}.limit`;
  mkdirSync(out);
  const sums = await Promise.all(
    Array.from({ length: count }, (_, part) => {
      const mine = paths.filter((_path, index) => index % count === part);
      const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { mine, encoding, out, part } });
      return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    }),
  );
  console.log(JSON.stringify(sums));
  rmSync(out, { recursive: true });
} else {
  const hash = createHash('sha1');
  const batch = Buffer.allocUnsafe(1 << 26);
  let filled = 0;
  let sent = 0;
  const flush = () => {
    if (filled > 0) sent += compress(batch.subarray(0, filled)).length;
    filled = 0;
  };
  workerData.mine.forEach((path, index) => {
    const bytes = readFileSync(path);
    hash.update(bytes);
    filled += bytes.copy(batch, filled);
    if (filled >= BATCH_BYTES) flush();
    writeFileSync(join(workerData.out, `${workerData.part}-${index}`), bytes);
  });
  flush();
  parentPort.postMessage({ sha1: hash.digest('hex'), sent });
}
