import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADDED, EDITED, EDITED_EVERYWHERE, PURE, REPLACED, VERSIONS } from './bundled/changes.mjs';

/** What a bundle can hold, and what tells of its license. */
const SHIPPED = /(\.([cm]?js|json)|\/licen[cs]e[^/]*)$/i;

/**
 * Copies the packages that are not for development only from `root` into `folder`, where the compiled source is, and changes the
 * copies as bundled/changes.mjs says. Throws when a package is not what the changes were written for.
 */
export function stagePackages(root, folder) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const [path, { dev, devOptional }] of Object.entries(packages)) {
    if (path !== '' && !dev && !devOptional) copyPackage(join(root, path), join(folder, path));
  }
  const modules = join(folder, 'node_modules');
  for (const [name, version] of Object.entries(VERSIONS)) assertVersion(modules, name, version);
  for (const change of EDITED_EVERYWHERE) editEverywhere(modules, change);
  for (const [file, by] of Object.entries(REPLACED)) put(root, modules, file, by, true);
  for (const [file, by] of Object.entries(ADDED)) put(root, modules, file, by, false);
  for (const { file, from, to } of EDITED) edit(join(modules, file), from, to);
  for (const name of PURE) edit(join(modules, name, 'package.json'), '{', '{ "sideEffects": false,', true);
  assertExported(folder);
}

function copyPackage(from, to) {
  cpSync(from, to, {
    recursive: true,
    dereference: true,
    // What lies in its own node_modules is in the lock file, too.
    filter: (path) => !path.slice(from.length).includes('node_modules') && (!/\.\w+$/.test(path) || SHIPPED.test(path)),
  });
}

function assertVersion(modules, name, version) {
  const found = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version;
  if (found !== version)
    throw new Error(
      `scripts/bundled/changes.mjs is for ${name} ${version}, not ${found}: look at each change, then name ${found}`,
    );
}

function put(root, modules, file, by, existed) {
  if (existsSync(join(modules, file)) !== existed)
    throw new Error(`${file} is ${existed ? 'missing' : 'there already'}`);
  cpSync(join(root, 'scripts', 'bundled', by), join(modules, file));
}

function editEverywhere(modules, { folder, from, to }) {
  const paths = readdirSync(join(modules, folder), { recursive: true }).map((path) => join(modules, folder, path));
  const affected = paths.filter((path) => path.endsWith('.js') && readFileSync(path, 'utf8').includes(from));
  if (affected.length === 0) throw new Error(`no file in ${folder} holds ${from}`);
  for (const path of affected) edit(path, from, to);
}

function edit(path, from, to, first = false) {
  const text = readFileSync(path, 'utf8');
  const count = text.split(from).length - 1;
  if (count !== 1 && !(first && count > 0)) throw new Error(`${path} holds ${from.trim()} ${count} times, not once`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}

/** A name that somebody imports of the replaced undici and that it lacks would only fail when it is used. */
function assertExported(folder) {
  const text = readFileSync(join(folder, 'node_modules', 'undici', 'index.js'), 'utf8');
  const exported = new Set([...text.matchAll(/\bexports(?:\.|, ')(\w+)/g)].map(([, name]) => name));
  for (const path of readdirSync(folder, { recursive: true })) {
    if (!/\.[cm]?js$/.test(path) || path.startsWith(join('node_modules', 'undici'))) continue;
    const code = readFileSync(join(folder, path), 'utf8');
    if (/\b(require|import)\s*\(['"]undici['"]\)/.test(code)) throw new Error(`${path} loads all of undici`);
    for (const [, names] of code.matchAll(/^(?:import|export) (.*) from ['"]undici['"]/gm))
      assertNames(names, exported, path);
  }
}

function assertNames(names, exported, path) {
  const list = /^\{(.*)\}$/.exec(names)?.[1]?.split(',') ?? [names];
  for (const name of list.map((one) => one.trim().split(' as ')[0])) {
    if (!exported.has(name)) throw new Error(`${path} takes ${name} of undici, which scripts/bundled/undici.cjs lacks`);
  }
}
