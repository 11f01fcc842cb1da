import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The example, and what its build gives. */
export const EXAMPLE = join(PROJECT, 'examples', 'webapp');
export const EXAMPLE_BUILD = join(EXAMPLE, 'dist');

/** A new, empty folder, by its real path. Whoever asks for it removes it. */
export function temporaryFolder(name: string): string {
  return realpathSync(mkdtempSync(join(tmpdir(), `${name}-`)));
}

/** A new folder with the example's build in `dist`, as after `npm run build`. */
export function exampleWorkspace(name: string): string {
  const folder = temporaryFolder(name);
  cpSync(EXAMPLE_BUILD, join(folder, 'dist'), { recursive: true });
  return folder;
}

export interface Checkout {
  git(...args: readonly string[]): string;
  /** Commits one file that holds `content`; answers the commit's id. */
  commit(path: string, content?: string): string;
}

/**
 * Makes a folder a checkout of acme/web, on main. What git would only be asked to write or read is written and read here: to start a
 * program out of a test takes longer than git takes.
 */
export function initCheckout(folder: string): Checkout {
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
  git('init', '-q', '-b', 'main', '--template=');
  const fetch = '+refs/heads/*:refs/remotes/origin/*';
  const remote = `[remote "origin"]\n\turl = https://github.com/acme/web.git\n\tfetch = ${fetch}\n`;
  appendFileSync(join(folder, '.git', 'config'), remote);
  return checkoutOf(folder, git);
}

function checkoutOf(folder: string, git: Checkout['git']): Checkout {
  return {
    git,
    commit(path, content = path) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
      git('add', '-A');
      git(
        '-c',
        'user.name=Ada',
        '-c',
        'user.email=ada@acme.example',
        'commit',
        '-q',
        '-m',
        `Add ${path.replace(/\.txt$/, '')}`,
      );
      const head = readFileSync(join(folder, '.git', 'HEAD'), 'utf8').trim();
      return head.startsWith('ref: ') ? readFileSync(join(folder, '.git', head.slice(5)), 'utf8').trim() : head;
    },
  };
}

/** Writes a script and its map; `head` stands before the source in the script. */
export function writeWithMap(folder: string, name: string, source: string, head = ''): void {
  const map = {
    version: 3,
    file: `${name}.js`,
    sources: [`../src/${name}.ts`],
    sourcesContent: [source],
    names: [],
    mappings: 'AAAA',
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.js`), `${head}${source}\n//# sourceMappingURL=${name}.js.map\n`);
  writeFileSync(join(folder, `${name}.js.map`), JSON.stringify(map));
}
