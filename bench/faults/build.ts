import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { writeWithMap } from '../../__tests__/support/workspace.js';

/** A build of a few scripts with maps, about 300 KiB of text that does not compress to nothing. */
export function makeBuild(folder: string): void {
  const dist = join(folder, 'dist');
  for (const name of ['main', 'vendor', 'admin']) {
    const text = (line: number) => createHash('sha512').update(`${name}${line}`).digest('base64');
    const source = Array.from({ length: 500 }, (_, line) => `log("${text(line)}");`).join('\n');
    writeWithMap(dist, name, source);
  }
}
