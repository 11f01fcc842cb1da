import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { SandboxConfig } from './config.js';
import { startSandbox } from './server.js';

/** `npm run -s sandbox -- --port 0 --config FILE.json --log FILE.jsonl [--profile NAME] [--fast] [--detached]`. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      config: { type: 'string' },
      log: { type: 'string' },
      profile: { type: 'string' },
      fast: { type: 'boolean' },
      // Goes on when the process that started it ends.
      detached: { type: 'boolean' },
    },
  });
  const file = values.config === undefined ? {} : (JSON.parse(readFileSync(values.config, 'utf8')) as SandboxConfig);
  const sandbox = await startSandbox({
    ...file,
    ...(values.port === undefined ? {} : { port: Number(values.port) }),
    ...(values.log === undefined ? {} : { logFile: values.log }),
    ...(values.profile === undefined ? {} : { profile: values.profile }),
    ...(values.fast === true ? { fast: file.fast || true } : {}),
  });
  const stop = () => void sandbox.close();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (values.detached !== true) stopWithParent(stop);
  process.stdout.write(`${JSON.stringify({ url: sandbox.url })}\n`);
}

/** npm passes a signal on to the shell between it and us, which dies without a word: a new parent means that it is gone. */
function stopWithParent(stop: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, 100);
  timer.unref();
}

main().catch((error: unknown) => {
  process.stderr.write(`sandbox: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
