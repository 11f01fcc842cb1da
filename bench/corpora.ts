import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { cacheFolder, installPackages } from './cache.js';

export type CorpusName = 'small' | 'medium' | 'large' | 'many';

/** A build to upload. */
export interface Corpus {
  readonly name: CorpusName;
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
}

/** Published packages whose scripts and maps are the corpora; exact versions, so that figures can be compared. */
const PACKAGES = {
  rxjs: '7.8.2',
  mermaid: '12.3.0',
  '@babylonjs/core': '9.34.0',
  '@sentry/browser': '11.12.0',
  '@sentry/core': '11.12.0',
  '@sentry/node': '11.12.0',
  '@sentry/react': '11.12.0',
  '@sentry/replay': '11.12.0',
  '@sentry/feedback': '11.12.0',
  echarts: '6.1.0',
  antd: '6.6.8',
};

const SENTRY = ['browser', 'core', 'node', 'react', 'replay'].map((name) => `@sentry/${name}`);

interface Recipe {
  /** Folders below node_modules. */
  readonly from: readonly string[];
  /** How many different copies of them. @default 1 */
  readonly copies?: number;
}

const RECIPES: Readonly<Record<CorpusName, Recipe>> = {
  small: { from: ['antd/dist', '@sentry/replay', '@sentry/feedback'] },
  medium: { from: ['rxjs', 'mermaid', '@babylonjs/core', ...SENTRY, 'echarts', 'antd/es'] },
  large: { from: ['mermaid', 'echarts/dist', 'antd/dist'], copies: 9 },
  many: { from: ['rxjs', '@babylonjs/core', ...SENTRY, 'echarts/lib', 'antd/es', 'antd/lib'], copies: 8 },
};

const EXTENSION = /\.(?:js|cjs|mjs|map)$/;
/** Raised when a recipe changes. */
const EDITION = 1;

/** All scripts and maps below a folder, relative, sorted. */
export function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && EXTENSION.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Makes a corpus in the cache, once. */
export function corpus(name: CorpusName): Corpus {
  const folder = cacheFolder('corpora', `${name}-${EDITION}`);
  const done = `${folder}.done`;
  if (!existsSync(done)) {
    rmSync(folder, { recursive: true, force: true });
    const { from, copies = 1 } = RECIPES[name];
    const modules = installPackages('sources', PACKAGES);
    for (let copy = 0; copy < copies; copy++) {
      const target = copies === 1 ? folder : join(folder, `copy-${copy}`);
      for (const part of from) copyTree(join(modules, part), join(target, part), copy);
    }
    writeFileSync(done, '');
  }
  const files = listFiles(folder);
  const bytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  return { name, folder, files: files.length, bytes };
}

function copyTree(from: string, to: string, copy: number): void {
  for (const file of listFiles(from)) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    copyFileSync(join(from, file), join(to, file));
    // Another copy is another build: equal files would be uploaded once by anybody who looks.
    if (copy > 0) rebuild(join(to, file), `copy ${copy}`);
  }
}

/** A fresh copy of a corpus, as a CI job has it after a build. */
export function freshCopy({ folder }: Corpus, to: string): void {
  rmSync(to, { recursive: true, force: true });
  for (const file of listFiles(folder)) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    copyFileSync(join(folder, file), join(to, file));
  }
}

/**
 * Changes one file of a hundred, as a new build would: always a script together with its map. Which ones is decided by their
 * names, so that every tool gets the same.
 */
export function changeOnePercent(folder: string): number {
  const files = listFiles(folder);
  const all = new Set(files);
  const scripts = files.filter((file) => all.has(`${file}.map`));
  const rank = (file: string): string => createHash('sha1').update(file).digest('hex');
  const chosen = scripts.toSorted((a, b) => rank(a).localeCompare(rank(b))).slice(0, Math.round(files.length / 200));
  for (const file of chosen) {
    rebuild(join(folder, file), 'next release');
    rebuild(join(folder, `${file}.map`), 'next release');
  }
  return chosen.length * 2;
}

/** Edits one file so that its meaning stays: a comment at the end of a script, another source text in a map. */
function rebuild(path: string, note: string): void {
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, path.endsWith('.map') ? changeMap(text, note) : changeScript(text, note));
}

function changeScript(text: string, note: string): string {
  const at = text.lastIndexOf('\n//# sourceMappingURL=');
  return at < 0 ? `${text}\n// ${note}\n` : `${text.slice(0, at)}\n// ${note}${text.slice(at)}`;
}

function changeMap(text: string, note: string): string {
  const map = JSON.parse(text) as { sourcesContent?: (string | null)[]; file?: string };
  const [first] = map.sourcesContent ?? [];
  if (map.sourcesContent !== undefined && typeof first === 'string') map.sourcesContent[0] = `${first}\n// ${note}`;
  else map.file = `${map.file ?? ''}?${note}`;
  return JSON.stringify(map);
}
