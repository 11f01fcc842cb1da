/**
 * TypeScript for jest, by the esbuild that makes the bundle. Types are checked by `npm run types`; only to take them out is a tenth of
 * the compiler's work, which every fresh checkout would do anew.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { transform, version } from 'esbuild';

/** Part of the key under which jest keeps what came out: another esbuild or other options give other results. */
const SELF = `${version}\n${readFileSync(new URL(import.meta.url), 'utf8')}`;

export default {
  getCacheKey(source, path) {
    return createHash('sha256').update(`${SELF}\n${path}\n${source}`).digest('hex');
  },

  // There is no `process`: esbuild starts a process for each call that is not async, and jest can wait where tests are ES modules.
  async processAsync(source, path) {
    const { code, map } = await transform(source, {
      loader: 'ts',
      format: 'esm',
      target: 'es2023',
      sourcefile: path,
      sourcemap: 'external',
      sourcesContent: false,
      // What tsconfig.json says of types and imports is for the compiler.
      tsconfigRaw: '{}',
    });
    return { code, map };
  },
};
