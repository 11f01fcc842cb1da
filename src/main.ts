import { listenForCancel } from './cancel.js';
import { WORKER_ROLE } from './upload/role.js';

/**
 * The one entry of the one bundle, in two roles: the action itself, and a worker thread of the upload. Each role evaluates only
 * what it needs, so that a worker starts in milliseconds; "eager" keeps both in the same file.
 */
if (process.argv[2] !== WORKER_ROLE) {
  // The action's modules take a moment to load, in which a cancel is heard already.
  const cancel = listenForCancel();
  const { act } = await import(/* webpackMode: "eager" */ './action.js');
  await act(cancel);
} else {
  const { runWorker } = await import(/* webpackMode: "eager" */ './upload/worker.js');
  runWorker();
}
