import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const CART = `export interface Line { readonly price: number; readonly amount: number }

/** Throws on line 6. */
export function total(lines: readonly Line[]): number {
  if (lines.length === 0) {
    throw new Error('the cart is empty');
  }
  return lines.reduce((sum, line) => sum + line.price * line.amount, 0);
}
`;

const MAIN = `import { total } from './cart.js';

function checkout(): number {
  return total([]);
}

checkout();
`;

/** Where the stack of the fixture leads, innermost call first. */
export const EXPECTED_FRAMES = [
  { source: 'cart.ts', line: 6 },
  { source: 'main.ts', line: 4 },
] as const;

/** A git repository with a TypeScript app and its minified build, as a user has it when the build is done. */
export async function makeProject(folder: string): Promise<void> {
  const source = join(folder, 'src');
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, 'cart.ts'), CART);
  writeFileSync(join(source, 'main.ts'), MAIN);
  writeFileSync(join(folder, '.gitignore'), 'dist/\n');
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
  git('init', '-q', '-b', 'main');
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.com');
  git('remote', 'add', 'origin', 'https://github.com/acme/web.git');
  for (const message of ['Start', 'Sell things', 'Count the cart']) {
    writeFileSync(join(folder, 'NOTES'), message);
    git('add', '-A');
    git('commit', '-q', '-m', message);
  }
  await build({
    entryPoints: [join(source, 'main.ts')],
    outfile: join(folder, 'dist', 'app.js'),
    bundle: true,
    minify: true,
    sourcemap: true,
    format: 'iife',
    logLevel: 'error',
  });
}
