import { ActionError } from './errors.js';

/**
 * How long a cancelled run may take to say what is done, before it is ended: the runner kills it 7.5 s after SIGINT. On Windows, which
 * has no SIGTERM, the runner sends Ctrl+Break in its place.
 */
const GRACE_MS = { SIGINT: 3_000, SIGTERM: 1_000, SIGBREAK: 1_000 } as const;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGBREAK: 149 } as const;

/**
 * Aborts at the first signal, and sees to it that the process ends in time; the second one ends it at once. Call it before anything
 * else: until then a signal ends the process without a word.
 */
export function listenForCancel(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(EXIT_CODES[name]);
      process.exitCode = EXIT_CODES[name];
      setTimeout(() => process.exit(EXIT_CODES[name]), GRACE_MS[name]).unref();
      controller.abort(
        new ActionError('cancelled', `The run was cancelled (${name})`, {
          hint: 'Run it again: what Sentry has already is not sent twice.',
        }),
      );
    });
  }
  return controller.signal;
}
