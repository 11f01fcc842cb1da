/** Worker threads get no TypeScript from the parent's loader on every Node version, so this one loads it itself. */
import { register } from 'tsx/esm/api';

register();
await import('./plain-worker.ts');
