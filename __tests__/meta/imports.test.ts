import { posix } from 'node:path';
import { filesBelow, read } from './repository.js';

/** What a folder of src may import, besides itself and the files that all may import. Types are free: they are not there at run time. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  '.': ['inputs', 'token', 'sentry', 'commits', 'sourcemaps', 'upload', 'verify', 'report', 'steps'],
  steps: ['inputs', 'token', 'sentry', 'commits', 'sourcemaps', 'upload', 'verify', 'report'],
  inputs: [],
  token: ['inputs'],
  sentry: [],
  commits: ['inputs'],
  sourcemaps: [],
  upload: ['sourcemaps'],
  verify: ['sentry', 'sourcemaps'],
  report: [],
};

/** Files at the root of src that everything may import. */
const COMMON = ['errors', 'log', 'clock', 'version', 'journal', 'parse-url', 'cut-words', 'percent'];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function importsOf(path: string): Import[] {
  const pattern =
    /^(?:import|export)\s+(type\s)?[^'"]*?from\s+['"]([^'"]+)['"]|import\(\s*(?:\/\*.*?\*\/\s*)?['"]([^'"]+)['"]\s*\)|^import\s+['"]([^'"]+)['"]/gm;
  return [...read(path).matchAll(pattern)].map(([, type, from, dynamic, bare]) => ({
    from: path,
    to: from ?? dynamic ?? bare ?? '',
    typeOnly: type !== undefined,
  }));
}

const folderOf = (path: string) => path.split('/').slice(1, -1)[0] ?? '.';
const all = filesBelow('src', '.ts').flatMap(importsOf);
const target = ({ from, to }: Import) => posix.join(posix.dirname(from), to).replace(/\.js$/, '.ts');

it('imports in src go one way', () => {
  const wrong = all
    .filter(({ to, typeOnly }) => to.startsWith('.') && !typeOnly)
    .filter((one) => {
      const [from, to] = [folderOf(one.from), folderOf(target(one))];
      const common = to === '.' && COMMON.includes(posix.basename(target(one), '.ts'));
      return from !== to && !common && !MAY_IMPORT[from]?.includes(to);
    })
    .map((one) => `${one.from} imports ${target(one)}`);
  expect(wrong).toEqual([]);
});

it('every folder of src has its rule', () => {
  const folders = [...new Set(filesBelow('src', '.ts').map(folderOf))].sort();
  expect(folders.filter((folder) => !(folder in MAY_IMPORT))).toEqual([]);
});

it('neither src nor sandbox imports the other: the sandbox judges what the action does', () => {
  const crossing = [...filesBelow('src', '.ts'), ...filesBelow('sandbox', '.ts')]
    .flatMap(importsOf)
    .filter((one) => one.to.startsWith('.'))
    .filter((one) => target(one).split('/')[0] !== one.from.split('/')[0])
    .filter((one) => !target(one).startsWith('package.json'));
  expect(crossing.map((one) => `${one.from} imports ${one.to}`)).toEqual([]);
});

it('the runner’s toolkit is touched in one file only, so that all else runs anywhere', () => {
  const users = all.filter(({ to }) => to === '@actions/core').map(({ from }) => from);
  expect([...new Set(users)]).toEqual(['src/action.ts']);
});

it('only what speaks to servers imports an HTTP client', () => {
  const users = all.filter(({ to, typeOnly }) => !typeOnly && /^(?:undici|node:https?|@actions\/http-client)/.test(to));
  expect(
    [...new Set(users.map(({ from }) => folderOf(from)))].filter((folder) => !['sentry', 'verify'].includes(folder)),
  ).toEqual([]);
});

it('an address is parsed, not asked about: Node 20 answers URL.canParse wrongly once it is compiled', () => {
  expect(filesBelow('src', '.ts').filter((path) => /URL\.canParse\(/.test(read(path)))).toEqual([]);
});
