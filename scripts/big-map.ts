/**
 * Injects a script whose map is over V8's string limit, and checks both ends of the result.
 *
 *     TMPDIR=/dev/shm node --import tsx scripts/big-map.ts [MEGABYTES=620]
 */
import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Folder, injectFolder } from './inject-run.js';

const megabytes = Number(process.argv[2] ?? 620);
const folder = new Folder({ 'a.js': 'foo();\n//# sourceMappingURL=a.js.map\n' });
try {
  const path = join(folder.root, 'a.js.map');
  const fd = openSync(path, 'w');
  writeSync(fd, '{"version":3,"sources":["a"],"names":[],"mappings":"AAAA","sourcesContent":["');
  const line = Buffer.alloc(1_000_000, 'let someName = "text";\\n'.replaceAll('"', "'"));
  const content = line.subarray(0, line.lastIndexOf('\\n') + 2);
  for (let left = megabytes; left > 0; left--) writeSync(fd, content);
  writeSync(fd, '"]}');
  closeSync(fd);
  const start = performance.now();
  const { diagnoses } = await injectFolder(folder.root);
  const end = Buffer.alloc(110);
  const reader = openSync(path, 'r');
  readSync(reader, end, 0, end.length, statSync(path).size - end.length);
  closeSync(reader);
  console.log(`${Math.round(statSync(path).size / 1e6)} MB in ${Math.round(performance.now() - start)} ms`);
  console.log(
    `${Math.round(process.memoryUsage().rss / 1e6)} MB resident, ${diagnoses.map(({ kind }) => kind).join(', ')}`,
  );
  process.exitCode = /"\],"debugId":"[0-9a-f-]{36}","debug_id":"[0-9a-f-]{36}"\}$/.test(end.toString()) ? 0 : 1;
} finally {
  folder.remove();
}
