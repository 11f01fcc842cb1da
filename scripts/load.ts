/**
 * The load figure of docs/reliability.md: 200 chunks against a sandbox that takes 5 requests a second, two at once.
 *
 *   npm run load -- [--chunks 200] [--limit 5] [--concurrent 2]
 *
 * Exit code 1 when a chunk is missing, when they arrive at less than nine tenths of the limit (4.5 a second), or when 3 % or
 * more of the answers are 429.
 */
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startSandbox } from '../sandbox/server.js';
import { systemClock } from '../src/clock.js';
import { createSentryClient } from '../src/sentry/client.js';

const { values } = parseArgs({
  options: {
    chunks: { type: 'string', default: '200' },
    limit: { type: 'string', default: '5' },
    concurrent: { type: 'string', default: '2' },
  },
});
const chunks = Number(values.chunks);
const limits = { limit: Number(values.limit), windowSeconds: 1, concurrent: Number(values.concurrent) };
const sandbox = await startSandbox({ limits: { default: limits, enforceConcurrent: true } });
const quiet = () => undefined;
const client = createSentryClient({
  baseUrl: sandbox.url,
  org: 'acme',
  authToken: sandbox.tokens[0]?.token ?? '',
  allows: ({ origin }) => origin === sandbox.url,
  userAgent: 'sentry-release-action/load',
  env: {},
  log: { debug: quiet, info: console.log, notice: quiet, warning: console.log, error: console.log },
  clock: systemClock,
  signal: new AbortController().signal,
  deadlineAt: Date.now() + 600_000,
});
const options = await client.api.chunkOptions();
const startedAt = performance.now();
const send = (index: number) => {
  const body = Buffer.from(`chunk ${index}`);
  return client.api.uploadChunks(options, [{ sha1: createHash('sha1').update(body).digest('hex'), body }], 'none');
};
await Promise.all(Array.from({ length: chunks }, (_, index) => send(index)));
const seconds = (performance.now() - startedAt) / 1000;
const posts = sandbox.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/chunk-upload/'));
const refused = posts.filter(({ status }) => status === 429).length;
const arrived = sandbox.state.organizations.get('acme')?.chunks.size ?? 0;
const share = (refused / posts.length) * 100;
const rate = arrived / seconds;
console.log(
  `load: ${arrived} of ${chunks} chunks in ${seconds.toFixed(1)} s = ${rate.toFixed(2)}/s ` +
    `(limit ${limits.limit}/s, ${limits.concurrent} at once); ${posts.length} requests, ${refused} answered 429 (${share.toFixed(1)} %)`,
);
await client.close();
await sandbox.close();

const defects = [
  ...(arrived === chunks ? [] : [`${chunks - arrived} chunks are missing`]),
  ...(rate >= limits.limit * 0.9 ? [] : [`less than ${limits.limit * 0.9} a second`]),
  ...(share < 3 ? [] : ['3 % or more were refused']),
];
for (const defect of defects) console.error(`load: ${defect}`);
process.exitCode = defects.length === 0 ? 0 : 1;
