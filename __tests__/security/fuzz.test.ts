import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fuzz, TARGETS } from '../../fuzz/fuzz.js';
import { BadArchive, openArchive } from '../../sandbox/bundles/archive.js';
import { onWindows } from '../support/platform.js';
import { temporaryFolder } from '../support/workspace.js';

/** The short, repeatable form of `npm run fuzz`: every parser of ours must hold its properties for any bytes. */

const SEED = 20_261_123;
const EXECUTIONS = 2_000;

it.each(TARGETS.map((target) => [target.name, target] as const))(
  '%s hold for mutated inputs',
  async (_name, target) => {
    const { executions, failure } = await fuzz(target, SEED, { until: Date.now() + 25_000, executions: EXECUTIONS });
    const shown =
      failure === undefined ? undefined : { input: failure.input.toString('latin1'), reason: failure.reason };
    expect(shown).toBeUndefined();
    // A busy machine may end it early, but never before it has done anything worth the name.
    expect(executions).toBeGreaterThan(100);
  },
);

describe('the fuzzer finds', () => {
  const limits = { executions: 100_000, bigMs: 100 };
  const find = (run: (input: Buffer) => string) =>
    fuzz({ name: 'broken', seeds: ['a'], dictionary: ['<'], run }, SEED, { until: Date.now() + 10_000, ...limits });

  it('a parser that throws, and says on what', async () => {
    const { failure } = await find((input) => {
      if (input.includes('<<')) throw new Error('two of them');
      return String(input.includes('<'));
    });
    expect(failure?.input.toString()).toContain('<<');
  });

  it('a parser whose time grows with the square of the length', async () => {
    const { failure } = await find((input) => {
      const brackets = input.filter((byte) => byte === 0x3c).length;
      const until = performance.now() + (brackets / 10_000) ** 2;
      while (performance.now() < until);
      return String(input.includes('<'));
    });
    expect(failure?.reason).toMatch(/^took \d+ ms/);
    expect(failure?.input.length).toBeGreaterThan(100_000);
  });

  it('a parser that lets the input write into every object', async () => {
    const { failure } = await find((input) => {
      if (input.includes('<')) Object.assign(Object.prototype, { polluted: 1 });
      return '';
    });
    Reflect.deleteProperty(Object.prototype, 'polluted');
    expect(failure?.reason).toBe('gave every object the key polluted');
  });

  it('a parser that does not come back, although nothing else in the process runs then', () => {
    const script = `import { Watchdog } from './fuzz/watchdog.ts';
      new Watchdog(300).note(Buffer.from('the input'));
      for (;;);`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const { signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 });
    expect(stderr).toContain('HANGS on "the input"');
    expect(signal).toBe(onWindows ? null : 'SIGKILL');
  });
});

it('an archive that says it holds four gigabytes is refused before memory is taken for them', async () => {
  const folder = temporaryFolder('archive');
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
