import { createHash } from 'node:crypto';
import type { SandboxConfig } from '../../sandbox/config.js';
import { bundleBytes, type MadeBundle, pairOfFiles } from '../../sandbox/conformance/bundle.js';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';

export const TOKEN = `sntryu_${'a'.repeat(64)}`;
export const ID = '5f1c7d1e-0b0c-4a55-9f0e-2f6e3f1a9c77';

const running: Sandbox[] = [];

/** A sandbox without rate limits that {@link stopAll} ends. */
export async function start(config: SandboxConfig = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ ...config, options: { selfHosted: true, ...config.options } });
  running.push(sandbox);
  return sandbox;
}

export async function stopAll(): Promise<void> {
  for (const sandbox of running.splice(0)) await sandbox.close();
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
  readonly text: string;
}

/** Calls a sandbox with the default user token. Paths start below `/api/0/organizations/acme`, unless they start with `/`. */
export async function call(sandbox: Sandbox, method: string, path: string, json?: unknown): Promise<Answered> {
  const url = path.startsWith('/') ? path : `/api/0/organizations/acme/${path}`;
  const response = await fetch(sandbox.url + url, {
    method,
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  return answered(response);
}

async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, headers: response.headers, json, text };
}

export function sha1(bytes: Uint8Array | string): string {
  return createHash('sha1').update(bytes).digest('hex');
}

/** Sends chunks in one form. */
export async function upload(sandbox: Sandbox, contents: readonly Uint8Array[], part = 'file'): Promise<Answered> {
  const form = new FormData();
  for (const content of contents) form.append(part, new Blob([new Uint8Array(content)]), sha1(content));
  const url = `${sandbox.url}/api/0/organizations/acme/chunk-upload/`;
  return answered(await fetch(url, { method: 'POST', headers: { Authorization: `Bearer ${TOKEN}` }, body: form }));
}

/** The bytes of a small bundle. */
export function smallBundle(change: Partial<MadeBundle> = {}): Buffer {
  return bundleBytes({ debugId: ID, files: pairOfFiles(ID), ...change });
}

/** The body of an assemble call for these bytes as one chunk. */
export function assembleBody(bytes: Uint8Array, more: object = {}) {
  return { checksum: sha1(bytes), chunks: [sha1(bytes)], projects: ['web'], version: '1.0', ...more };
}

/** Uploads and assembles a bundle to its end. */
export async function send(sandbox: Sandbox, bytes: Buffer, more: object = {}): Promise<Answered> {
  await upload(sandbox, [bytes]);
  await call(sandbox, 'POST', 'artifactbundle/assemble/', assembleBody(bytes, more));
  await sandbox.idle();
  return call(sandbox, 'POST', 'artifactbundle/assemble/', assembleBody(bytes, more));
}
