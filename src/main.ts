import { isMainThread } from 'node:worker_threads';

/**
 * The one entry of the one bundle, in two roles: the action itself, and a worker thread of the upload. Each role evaluates only
 * what it needs, so that a worker starts in milliseconds; "eager" keeps both in the same file.
 */
if (isMainThread) {
  const { act } = await import(/* webpackMode: "eager" */ './action.js');
  await act();
} else {
  const { runWorker } = await import(/* webpackMode: "eager" */ './upload/worker.js');
  runWorker();
}
