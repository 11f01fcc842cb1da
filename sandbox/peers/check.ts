import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../json.js';
import type { Sandbox } from '../server.js';
import { EXPECTED_FRAMES } from './fixture.js';

/** Runs the injected build until it throws, and prints the stack and the debug ids that the snippets registered. */
const PROBE = `
process.on('uncaughtException', (error) => {
  const ids = {};
  for (const [stack, id] of Object.entries(globalThis._sentryDebugIds ?? {})) {
    const file = /(?:file:\\/\\/)?(\\/[^\\s():]+):\\d+:\\d+/.exec(stack)?.[1];
    if (file !== undefined) ids[file] = id;
  }
  console.log(JSON.stringify({ stack: error.stack, ids }));
});
await import(process.argv[2]);
`;

/** What is wrong with what a client left in the sandbox; empty: nothing. */
export async function checkResult(sandbox: Sandbox, folder: string, version: string): Promise<string[]> {
  await sandbox.idle();
  return [
    ...checkRelease(sandbox, version),
    ...checkBundle(sandbox, version),
    ...(await checkStack(sandbox, folder, version)),
  ];
}

function checkRelease(sandbox: Sandbox, version: string): string[] {
  const release = sandbox.state.organizations.get('acme')?.releases.get(version);
  if (release === undefined) return ['the release is not there'];
  const problems: string[] = [];
  if (release.commits.length === 0) problems.push('it has no commits');
  if (release.deploys.length !== 1) problems.push(`it has ${release.deploys.length} deploys`);
  if (release.dateReleased === undefined) problems.push('it is not finalized');
  if (!release.projects.some((project) => project.slug === 'web')) problems.push('it is not on the project');
  return problems;
}

function checkBundle(sandbox: Sandbox, version: string): string[] {
  const bundles = sandbox.state.organizations.get('acme')?.bundles ?? [];
  const linked = bundles.filter((bundle) => bundle.releases.some((link) => link.release === version));
  if (linked.length !== 1) return [`${linked.length} bundles belong to the release`];
  return linked[0]?.debugIds.length === 2 ? [] : [`the bundle has ${linked[0]?.debugIds.length} rows of debug ids`];
}

async function checkStack(sandbox: Sandbox, folder: string, version: string): Promise<string[]> {
  const probe = join(folder, 'probe.mjs');
  writeFileSync(probe, PROBE);
  const run = spawnSync(process.execPath, [probe, join(folder, 'dist', 'app.js')], { encoding: 'utf8' });
  const seen: unknown = JSON.parse(run.stdout);
  if (!isObject(seen) || !isObject(seen['ids'])) return ['the build did not throw'];
  if (Object.keys(seen['ids']).length === 0) return ['the build registers no debug id'];
  const response = await fetch(`${sandbox.url}/_sandbox/resolve`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      org: 'acme',
      project: 'web',
      release: version,
      stack: seen['stack'],
      debugIds: seen['ids'],
    }),
  });
  return compareFrames(await response.json());
}

function compareFrames(resolution: unknown): string[] {
  const frames = isObject(resolution) && Array.isArray(resolution['frames']) ? resolution['frames'] : [];
  return EXPECTED_FRAMES.flatMap((expected, index) => {
    const frame: unknown = frames[index];
    const original = isObject(frame) && isObject(frame['original']) ? frame['original'] : {};
    const isRight = String(original['source']).endsWith(expected.source) && original['line'] === expected.line;
    const found = `${String(original['source'])}:${String(original['line'])}`;
    return isRight ? [] : [`frame ${index} resolves to ${found}, wanted ${expected.source}:${expected.line}`];
  });
}
