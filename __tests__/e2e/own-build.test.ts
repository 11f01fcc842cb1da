/** What sandbox/README.md tells a newcomer to type, typed: a build of one's own, from the action to the resolved stack. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { startSandbox } from '../../sandbox/server.js';
import { itOnPosix } from '../support/platform.js';
import { PROJECT, temporaryFolder } from '../support/workspace.js';
import { actionEntry } from './harness.js';
import { watchRun } from './runner/watch.js';

const page = readFileSync(join(PROJECT, 'sandbox', 'README.md'), 'utf8');

/** The code block of the page that holds this text. */
function block(text: string): string {
  const found = [...page.matchAll(/^```(?:sh|js)\n(.*?)^```/gms)].find(([, code]) => code?.includes(text))?.[1];
  if (found === undefined) throw new Error(`the page has no block with ${text}`);
  return found;
}

const SOURCES = {
  'list.ts': `export interface Item { title: string; due?: { day: string } }

export function days(items: Item[]): string[] {
  return items.map((item) => dayOf(item));
}

function dayOf({ due }: Item): string {
  return (due as { day: string }).day.slice(0, 10);
}
`,
  'main.ts': `import { days, type Item } from './list';

const items: Item[] = [{ title: 'milk', due: { day: '2026-01-01' } }, { title: 'bread' }];
console.log(days(items));
`,
};

/** Runs a command in the app's folder and gives what it printed. */
function run(folder: string, command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<string> {
  return new Promise((done, failed) => {
    // A terminal's environment: that of a CI would have the outputs and the summary written into the CI's own files.
    const env = { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, ...more };
    const child = spawn(command, args, { cwd: folder, env, timeout: 60_000 });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (out += text.toString()));
    child.on('error', failed);
    child.on('close', (code) => (code === 0 ? done(out) : failed(new Error(`${command} ended with ${code}:\n${out}`))));
  });
}

// The page's commands are those of a POSIX shell.
itOnPosix('the commands of the page take an app of anybody to a resolved stack', async () => {
  const sandbox = await startSandbox();
  const app = temporaryFolder('own-build');
  try {
    mkdirSync(join(app, 'src'));
    for (const [name, text] of Object.entries(SOURCES)) writeFileSync(join(app, 'src', name), text);
    const entryPoints = [join(app, 'src', 'main.ts')];
    const outfile = join(app, 'dist', 'app.js');
    await build({ entryPoints, outfile, bundle: true, minify: true, sourcemap: true, format: 'esm' });
    const here = (code: string) => code.replaceAll('http://127.0.0.1:4100', sandbox.url);
    const commands = here(block('export INPUT_URL')).replace('../sentry-release-action/dist/index.js', actionEntry());
    const token = `sntryi_${'b'.repeat(64)}`;

    const watched = { folder: app, env: { INPUT_URL: sandbox.url, INPUT_AUTH_TOKEN: token } };
    const log = await watchRun(watched, (option) => run(app, 'sh', ['-c', commands], { NODE_OPTIONS: option }));
    expect(log).toContain('Sentry release my-app@1.0.0: done');

    writeFileSync(join(app, 'resolve.mjs'), here(block('// resolve.mjs')));
    const lines = (await run(app, process.execPath, ['resolve.mjs', 'dist/app.js'])).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      expect.stringMatching(/^at dayOf \(.*src\/list\.ts:8:/),
      expect.stringMatching(/^at \S+ \(.*src\/list\.ts:4:/),
      expect.stringMatching(/^at days \(.*src\/list\.ts:4:/),
      expect.stringMatching(/^at \S+ \(.*src\/main\.ts:4:/),
    ]);
  } finally {
    await sandbox.close();
    rmSync(app, { recursive: true, force: true });
  }
});
