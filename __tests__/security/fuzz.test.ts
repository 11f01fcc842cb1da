import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fuzz, TARGETS } from '../../fuzz/fuzz.js';
import { BadArchive, openArchive } from '../../sandbox/bundles/archive.js';

/** The short, repeatable form of `npm run fuzz`: every parser of ours must hold its properties for any bytes. */

const SEED = 20_261_123;
const EXECUTIONS = 2_000;

it.each(TARGETS.map((target) => [target.name, target] as const))(
  '%s hold for mutated inputs',
  async (_name, target) => {
    const { executions, failure } = await fuzz(target, SEED, Date.now() + 25_000, EXECUTIONS);
    const shown =
      failure === undefined ? undefined : { input: failure.input.toString('latin1'), reason: failure.reason };
    expect(shown).toBeUndefined();
    // A busy machine may end it early, but never before it has done anything worth the name.
    expect(executions).toBeGreaterThan(100);
  },
);

it('the fuzzer does find a parser that throws, and says on what', async () => {
  const run = (input: Buffer) => {
    if (input.includes('<<')) throw new Error('two of them');
    return String(input.includes('<'));
  };
  const target = { name: 'broken', seeds: ['a'], dictionary: ['<'], run };
  const { failure } = await fuzz(target, SEED, Date.now() + 10_000, 100_000);
  expect(failure?.input.toString()).toContain('<<');
});

it('an archive that says it holds four gigabytes is refused before memory is taken for them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'archive-'));
  try {
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt32LE(0xfffffffe, 12);
    writeFileSync(join(folder, 'a.zip'), end);
    const before = process.memoryUsage().arrayBuffers;
    await expect(openArchive(join(folder, 'a.zip'))).rejects.toBeInstanceOf(BadArchive);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
