import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createWriteGuard, stopWriting, whileWriting } from '../../../src/sourcemaps/write-guard.js';

/** A thread that is replacing files for `ms`: the first of the two numbers counts it. */
async function threadThatWrites(guard: SharedArrayBuffer, ms: number): Promise<Worker> {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    const cells = new Int32Array(workerData.guard);
    Atomics.add(cells, 0, 1);
    parentPort.postMessage('writing');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, workerData.ms);
    Atomics.sub(cells, 0, 1);
    Atomics.notify(cells, 0);
  `;
  const worker = new Worker(code, { eval: true, workerData: { guard, ms } });
  await once(worker, 'message');
  return worker;
}

it('lets files be replaced until the run is ended, and none after that', () => {
  const guard = createWriteGuard();
  const written: number[] = [];
  whileWriting(undefined, () => written.push(0));
  whileWriting(guard, () => written.push(1));
  stopWriting(guard);
  expect(() => whileWriting(guard, () => written.push(2))).toThrow(expect.objectContaining({ code: 'cancelled' }));
  expect(written).toEqual([0, 1]);
});

it('a write that fails is over, too: nobody waits for it', () => {
  const guard = createWriteGuard();
  const fail = () => {
    throw new Error('disk full');
  };
  expect(() => whileWriting(guard, fail)).toThrow('disk full');
  const started = performance.now();
  stopWriting(guard, 5_000);
  expect(performance.now() - started).toBeLessThan(1_000);
});

it('waits for a thread in the middle of a pair', async () => {
  const guard = createWriteGuard();
  const worker = await threadThatWrites(guard, 200);
  stopWriting(guard, 10_000);
  expect(Atomics.load(new Int32Array(guard), 0)).toBe(0);
  await worker.terminate();
});

it('but not for longer than it may: a signal gives little time', async () => {
  const guard = createWriteGuard();
  const worker = await threadThatWrites(guard, 20_000);
  const started = performance.now();
  stopWriting(guard, 100);
  expect(performance.now() - started).toBeLessThan(2_000);
  await worker.terminate();
});
