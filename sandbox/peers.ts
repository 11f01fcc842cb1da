import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkResult } from './peers/check.js';
import { makeProject } from './peers/fixture.js';
import { runFlow, type StepResult } from './peers/flow.js';
import { cacheFolder, installPeers, type Peer } from './peers/install.js';
import { startSandbox } from './server.js';

interface PeerResult {
  readonly steps: readonly StepResult[];
  readonly problems: readonly string[];
  readonly requests: number;
}

/** The sandbox of one client: its own, so that nothing is found that another one left. */
async function tryPeer(peer: Peer): Promise<PeerResult> {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-peer-'));
  const sandbox = await startSandbox();
  try {
    await makeProject(folder);
    const version = `web@1.0.0+${peer.kind}`;
    const token = sandbox.tokens.find((candidate) => candidate.name === 'user')?.token ?? '';
    const steps = await runFlow(peer, folder, { url: sandbox.url, token }, version);
    const problems = await checkResult(sandbox, folder, version);
    return { steps, problems, requests: sandbox.log.count() };
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `npm run peers`: the official clients' release flows against the sandbox, as a table. */
async function main(): Promise<void> {
  const cache = cacheFolder(process.env);
  console.log(`clients are kept in ${cache}`);
  let failed = false;
  for (const peer of installPeers(cache)) {
    const { steps, problems, requests } = await tryPeer(peer);
    console.log(`\n${peer.name}  (${requests} requests)`);
    for (const step of steps) {
      console.log(
        `  ${step.exitCode === 0 ? 'ok    ' : 'FAILED'}  ${step.name.padEnd(22)} ${String(step.ms).padStart(6)} ms`,
      );
      if (step.exitCode !== 0) console.log(step.output.replaceAll(/^/gm, '          '));
    }
    const verdict =
      problems.length === 0 ? 'release, commits, deploy, bundle are there; the stack resolves' : problems.join('; ');
    console.log(`  ${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${verdict}`);
    failed ||= problems.length > 0 || steps.some((step) => step.exitCode !== 0);
  }
  if (failed) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(`peers: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
