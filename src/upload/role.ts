/** The argument of the upload's threads: the bundle's entry tells by it, before it loads anything, that it runs as one of them. */
export const WORKER_ROLE = 'sentry-release-action:worker';
