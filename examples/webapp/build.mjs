/**
 * Builds the shop as a site is built for production: code splitting, minified, hashed names, maps beside the scripts.
 * The build is committed, so that the demo starts at once; `--check` tells (exit code 1) when it is not what the source gives.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, 'dist');

/** @returns {Promise<{ path: string, contents: Uint8Array }[]>} absolute paths below dist/ */
async function buildFiles() {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: ['src/main.ts'],
    outdir: 'dist/assets',
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    sourcemap: true,
    sourcesContent: true,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
  });
  const entry = outputFiles.find(({ path }) => /^main-\w+\.js$/.test(basename(path)));
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Shop</title>
<main id="shop"></main>
<script type="module" src="assets/${basename(entry?.path ?? '')}"></script>
</html>
`;
  return [
    { path: join(out, 'index.html'), contents: new TextEncoder().encode(page) },
    ...outputFiles.map(({ path, contents }) => ({ path, contents })),
  ];
}

function write(files) {
  rmSync(out, { recursive: true, force: true });
  for (const { path, contents } of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
  }
}

/** Line breaks do not count: a checkout on Windows may have changed those of the page. */
function isCurrent(files) {
  const text = (bytes) => Buffer.from(bytes).toString('utf8').replaceAll('\r\n', '\n');
  const there = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return (
    there.length === files.length &&
    files.every(({ path, contents }) => existsSync(path) && text(readFileSync(path)) === text(contents))
  );
}

const files = await buildFiles();
if (!process.argv.includes('--check')) write(files);
else if (!isCurrent(files)) {
  process.stderr.write('examples/webapp/dist is not what its source gives; run: node examples/webapp/build.mjs\n');
  process.exitCode = 1;
}
