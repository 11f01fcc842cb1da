import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A build of a few scripts with maps, about 300 KiB of text that does not compress to nothing. */
export function makeBuild(folder: string): void {
  const dist = join(folder, 'dist');
  mkdirSync(dist, { recursive: true });
  for (const name of ['main', 'vendor', 'admin']) {
    const text = (line: number) => createHash('sha512').update(`${name}${line}`).digest('base64');
    const source = Array.from({ length: 500 }, (_, line) => `log("${text(line)}");`).join('\n');
    const map = {
      version: 3,
      file: `${name}.js`,
      sources: [`../src/${name}.ts`],
      sourcesContent: [source],
      names: [],
      mappings: 'AAAA',
    };
    writeFileSync(join(dist, `${name}.js`), `${source}\n//# sourceMappingURL=${name}.js.map\n`);
    writeFileSync(join(dist, `${name}.js.map`), JSON.stringify(map));
  }
}
