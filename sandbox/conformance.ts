import { readFileSync } from 'node:fs';
import { readCases } from './conformance/case.js';
import { runCase } from './conformance/run.js';

/** `npm run -s conformance -- FILE.json`: a line per case that fails or is skipped, and the counts last. */
async function main(): Promise<void> {
  const file = process.argv[2];
  if (file === undefined) throw new Error('give the file of cases: npm run -s conformance -- FILE.json');
  const cases = readCases(JSON.parse(readFileSync(file, 'utf8')));
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const subject of cases) {
    const outcome = await runCase(subject, cases);
    counts[outcome.kind] += 1;
    if (outcome.kind === 'failed') console.log(`FAILED ${subject.id}: ${outcome.reasons.join(' | ')}`);
    if (outcome.kind === 'skipped') console.log(`skipped ${subject.id}: ${outcome.reason}`);
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (counts.failed > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(`conformance: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
