import { parentPort } from 'node:worker_threads';
import { processUnit as realProcessUnit } from '../sourcemaps/process.js';
import type { Message, Reply } from './jobs.js';
import type { ProcessUnit } from './pack.js';
import { toFailure, Workshop } from './workshop.js';

/** What a worker thread runs: answers jobs until it is terminated. */
export function runWorker(processUnit: ProcessUnit = realProcessUnit): void {
  const port = parentPort;
  if (port === null) throw new Error('runWorker was called outside of a worker thread');
  const workshop = new Workshop(processUnit);
  port.on('message', (message: Message) => {
    if ('setup' in message) {
      workshop.setup(message.setup);
      return;
    }
    const { id, job } = message;
    try {
      const result = workshop.do(job);
      const reply: Reply = { id, result };
      port.postMessage(reply, 'lengths' in result ? [result.bytes.buffer as ArrayBuffer] : []);
    } catch (thrown) {
      const reply: Reply = { id, failure: toFailure(thrown) };
      port.postMessage(reply);
    }
  });
  const ready: Reply = { ready: true };
  port.postMessage(ready);
}
