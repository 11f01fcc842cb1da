import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Folder } from '../inject-run.js';

/** What a page saw of one script. */
export interface PageResult {
  /** Globals that the script made, with what they are. */
  readonly globals: Readonly<Record<string, string>>;
  readonly errors: readonly string[];
  /** The registry the snippet wrote: stack → id. */
  readonly ids: Readonly<Record<string, string>>;
}

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--dump-dom'],
];

/** The page: every script in a frame of its own, one after the other; the answer as JSON in the document. */
function page(names: readonly string[]): string {
  return `<!doctype html><meta charset="utf-8"><body><script>
const names = ${JSON.stringify(names)};
const results = {};
const show = (value) => typeof value === 'function' ? 'function ' + Function.prototype.toString.call(value)
  : value && typeof value === 'object' ? Object.prototype.toString.call(value) + ' ' + Object.keys(value).sort().join() : String(value);
async function run(name) {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  const view = frame.contentWindow, doc = frame.contentDocument;
  const before = new Set(Object.getOwnPropertyNames(view));
  const errors = [];
  view.addEventListener('error', (event) => errors.push(String(event.message)));
  await new Promise((done) => {
    const script = doc.createElement('script');
    script.src = '/' + name;
    script.onload = script.onerror = () => done();
    doc.body.append(script);
  });
  const globals = {};
  for (const key of Object.getOwnPropertyNames(view)) {
    if (!before.has(key) && key !== '_sentryDebugIds') globals[key] = show(view[key]);
  }
  results[name] = { globals, errors, ids: { ...view._sentryDebugIds } };
  frame.remove();
}
(async () => {
  for (const name of names) await run(name);
  document.body.textContent = '@@' + encodeURIComponent(JSON.stringify(results)) + '@@';
})();
</script>`;
}

/** Loads browser scripts of a folder in headless Chromium, served over loopback. */
export async function loadInBrowser(
  chromium: string,
  folder: Folder,
  names: readonly string[],
): Promise<Record<string, PageResult>> {
  const server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '/').slice(1));
    if (name === '') response.setHeader('content-type', 'text/html').end(page(names));
    else if (names.includes(name)) response.setHeader('content-type', 'text/javascript').end(folder.read(name));
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  try {
    const { port } = server.address() as AddressInfo;
    const dom = await dump(chromium, `http://127.0.0.1:${port}/`, profile);
    const answer = /@@([^@]*)@@/.exec(dom)?.[1];
    if (answer === undefined) throw new Error(`Chromium gave no answer: ${dom.slice(0, 500)}`);
    return JSON.parse(decodeURIComponent(answer)) as Record<string, PageResult>;
  } finally {
    server.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** Not `spawnSync`: the server lives in this process. */
async function dump(chromium: string, url: string, profile: string): Promise<string> {
  const { spawn } = await import('node:child_process');
  const browser = spawn(chromium, [...FLAGS, '--virtual-time-budget=60000', `--user-data-dir=${profile}`, url], {
    timeout: 120_000,
  });
  let dom = '';
  browser.stdout.on('data', (chunk: Buffer) => {
    dom += chunk.toString();
  });
  await new Promise((done) => browser.on('close', done));
  return dom;
}

/** Whether there is a Chromium to run. */
export function hasChromium(chromium: string): boolean {
  return spawnSync(chromium, ['--version']).status === 0;
}
