/**
 * Loads files one after the other and prints what each exports, deeply, with the source text of every function: two trees that
 * print the same do the same. `node load.mjs ROOT < list-of-files`; one JSON object on stdout.
 */

import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = realpathSync(process.argv[2]);
const names = readFileSync(0, 'utf8').split('\n').filter(Boolean);
const require = createRequire(join(root, 'x.js'));
// The same chance and the same hour for both trees.
let chance = 1;
Math.random = () => {
  chance = (chance * 16807) % 2147483647;
  return chance / 2147483647;
};
const HOUR = 1_700_000_000_000;
globalThis.Date = class extends Date {
  constructor(...parts) {
    super(...(parts.length === 0 ? [HOUR] : parts));
  }
};
Date.now = () => HOUR;
performance.now = () => 1000;
Object.defineProperty(globalThis, 'crypto', {
  value: { getRandomValues: (bytes) => bytes.fill(7), randomUUID: () => '00000000-0000-4000-8000-000000000000' },
});
const printed = [];
const results = {};
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (text) => {
    printed.push(String(text).replaceAll(root, 'ROOT'));
    return true;
  };
}
process.on('unhandledRejection', () => {});
process.on('uncaughtException', () => {});

for (const name of names) {
  printed.length = 0;
  chance = 1;
  const globals = new Set(Object.getOwnPropertyNames(globalThis));
  let outcome;
  try {
    const path = join(root, name);
    const loaded = name.endsWith('.mjs')
      ? await import(pathToFileURL(path).href)
      : (loadPlain(path) ?? (await import(pathToFileURL(path).href)));
    outcome = { exports: digest(describe(loaded, 4, new Set())) };
  } catch (error) {
    outcome = { error: `${error?.name}: ${String(error?.message).replaceAll(root, 'ROOT')}` };
  }
  const added = Object.getOwnPropertyNames(globalThis).filter((key) => !globals.has(key) && key !== '_sentryDebugIds');
  results[name] = { ...outcome, printed: digest(printed), added };
}
writeSync(1, JSON.stringify({ results, ids: Object.values(globalThis._sentryDebugIds ?? {}) }));
process.exit(0);

/** Undefined for a module, which only `import()` takes. */
function loadPlain(path) {
  try {
    return require(path);
  } catch (error) {
    if (
      ['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE'].includes(error?.code) ||
      /import statement|Unexpected token 'export'|import\.meta/.test(error?.message)
    ) {
      return undefined;
    }
    throw error;
  }
}

function digest(value) {
  return createHash('sha1').update(JSON.stringify(value)).digest('hex');
}

function describe(value, depth, seen) {
  if (typeof value === 'function')
    return ['function', value.name, value.length, Function.prototype.toString.call(value), members(value, depth, seen)];
  if (typeof value === 'symbol' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number' || typeof value === 'string') return stable(value);
  if (typeof value !== 'object' || value === null) return value;
  // Code that hands out the global object: it holds the registry, and much that is no doing of the file.
  if (value === globalThis) return 'global';
  return [Object.prototype.toString.call(value), members(value, depth, seen)];
}

/** Dates and random numbers differ between any two runs. */
function stable(value) {
  if (typeof value === 'string') return value.replaceAll(root, 'ROOT').slice(0, 2000);
  return Number.isInteger(value) && Math.abs(value) < 1e9 ? value : typeof value;
}

function members(value, depth, seen) {
  if (depth === 0 || seen.has(value)) return '…';
  seen.add(value);
  const found = [];
  for (const key of Object.getOwnPropertyNames(value).sort().slice(0, 400)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (['caller', 'arguments', 'stack'].includes(key)) continue;
    // Getters of module namespaces and bundler re-exports are values to those who import them.
    let member;
    try {
      member = 'value' in property ? property.value : value[key];
    } catch (error) {
      member = String(error?.message);
    }
    found.push([key, describe(member, depth - 1, seen)]);
  }
  return found;
}
