import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onWindows } from '../support/platform.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** Loading the TypeScript of it takes most of the time, and the machine may be busy. */
const TIMEOUT_MS = 90_000;
const ARGS = ['--import', 'tsx', 'scripts/demo.ts'];

describe('npm run demo', () => {
  it(
    'shows the stack before and after, the summary and the page, and ends with 0 as every frame is right',
    () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, ARGS, { cwd: root, encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const before = stdout.indexOf('    at i (dist/assets/order-');
      const after = stdout.indexOf('    at discountRate (src/checkout/coupons.ts:');
      const summary = stdout.indexOf('## ✅ Sentry release');
      expect([before > 0, after > before, summary > after]).toEqual([true, true, true]);
      expect(stdout).toContain('✓ 6 of 6 frames resolve');
      expect(stdout).toMatch(/page shows it: file:\/\/\S+demo\.html/);
    },
    TIMEOUT_MS,
  );

  it(
    'leaves the sandbox and its page open with --keep, until it is told to end',
    async () => {
      const demo = spawn(process.execPath, [...ARGS, '--keep'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = new Promise((resolve) => demo.once('close', resolve));
      try {
        let text = '';
        for await (const chunk of demo.stdout) {
          text += String(chunk);
          const url = /sandbox’s page: (http:\S+)/.exec(text)?.[1];
          if (url === undefined) continue;
          expect(await (await fetch(url)).text()).toContain('6 of 7 frames of the app resolved');
          break;
        }
      } finally {
        demo.kill('SIGTERM');
      }
      // Windows cannot tell a process to end: it was ended, and has no exit code of its own.
      expect(await ended).toBe(onWindows ? null : 0);
    },
    TIMEOUT_MS,
  );
});
