/**
 * Injects the cases of a vector file and compares debug ids with those sentry-cli gave.
 *
 *     node --import tsx scripts/vectors.ts [FILE.json]
 *
 * Cases marked `deviation` are printed, not compared: there the action does better on purpose (docs/sourcemaps.md).
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { debugIdsOf, Folder, injectFolder } from './inject-run.js';

interface VectorFile {
  readonly inBase64: string;
  readonly changed: boolean;
  readonly debugId: string | null;
}

export interface VectorCase {
  readonly name: string;
  readonly files: Readonly<Record<string, VectorFile>>;
  readonly deviation?: string;
}

export interface VectorOutcome {
  readonly name: string;
  readonly deviation: string | undefined;
  /** One line per file that is not as sentry-cli has it. */
  readonly differences: readonly string[];
}

export function readVectors(path: string): readonly VectorCase[] {
  return (JSON.parse(readFileSync(path, 'utf8')) as { cases: VectorCase[] }).cases;
}

/** Files sentry-cli gave an id must have the same here; files it left alone must be left alone. */
export async function runVector({ name, files, deviation }: VectorCase): Promise<VectorOutcome> {
  const inputs = Object.entries(files).map(([file, { inBase64 }]) => [file, Buffer.from(inBase64, 'base64')] as const);
  const folder = new Folder(Object.fromEntries(inputs));
  try {
    const ids = debugIdsOf(await injectFolder(folder.root));
    const differences: string[] = [];
    for (const [file, before] of inputs) {
      const expected = files[file];
      const changed = !folder.read(file).equals(before);
      if (expected?.changed !== changed) differences.push(`${file}: ${changed ? 'changed' : 'left alone'}`);
      if (expected?.debugId && ids.get(file) !== expected.debugId) {
        differences.push(`${file}: id ${ids.get(file)}, sentry-cli ${expected.debugId}`);
      }
    }
    return { name, deviation, differences };
  } finally {
    folder.remove();
  }
}

async function main(path: string): Promise<void> {
  let failed = 0;
  for (const vector of readVectors(path)) {
    const { name, deviation, differences } = await runVector(vector);
    const bad = deviation === undefined && differences.length > 0;
    if (bad) failed++;
    const note = deviation === undefined ? '' : ` (deviation: ${deviation})`;
    console.log(`${bad ? 'DIFFERENT' : deviation === undefined ? 'equal' : 'deviates'} ${name}${note}`);
    for (const difference of differences) console.log(`    ${difference}`);
  }
  console.log(failed === 0 ? 'All cases are as expected.' : `${failed} cases differ.`);
  process.exitCode = failed === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(process.argv[2] ?? '__tests__/fixtures/inject-vectors.json');
}
