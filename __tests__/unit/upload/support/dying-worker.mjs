import { parentPort } from 'node:worker_threads';

/** A worker that ends when it is given work, as one does that runs out of memory. */
parentPort?.on('message', (message) => {
  if ('job' in message) process.exit(7);
});
parentPort?.postMessage({ ready: true });
