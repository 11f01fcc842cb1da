import type { DebugId } from './debug-id.js';

/**
 * The line that tells Sentry's SDKs at run time which id the file has: it sets `_sentryDebugIds[stack] = id` on the global
 * object, where the stack's top frame names the file. One statement, ES3, ASCII; it declares nothing and never throws.
 *
 * Everything is inside the `try`: a module that declares a `const window` of its own makes even `typeof window` throw before
 * that line runs. `void` keeps the completion value of a script; the semicolon in front ends a statement that had none.
 */
export function snippetFor(debugId: DebugId): string {
  return (
    ';void function(){try{' +
    'var g="undefined"!=typeof globalThis?globalThis:"undefined"!=typeof window?window:' +
    '"undefined"!=typeof global?global:"undefined"!=typeof self?self:{},' +
    's=new g.Error().stack;' +
    `s&&((g._sentryDebugIds=g._sentryDebugIds||{})[s]="${debugId}")` +
    '}catch(e){}}();'
  );
}
