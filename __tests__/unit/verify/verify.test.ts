import { ActionError } from '../../../src/errors.js';
import type { UploadRecord } from '../../../src/upload/types.js';
import { verifyDebugIds } from '../../../src/verify/verify.js';
import { sampleReport } from '../report/sample.js';
import { recordingLog } from '../token/helpers.js';

const HIT = [{ id: 'artifact_bundle/1', type: 'bundle', resolvedWith: 'debug-id' }];

function uploadOf(...debugIds: string[]): UploadRecord {
  const upload = sampleReport().sourcemaps?.upload;
  if (!upload) throw new Error('the sample has an upload');
  return {
    ...upload,
    debugIds: debugIds.flatMap((debugId) => [
      { debugId, name: `dist/${debugId}.js`, url: `~/${debugId}.js` },
      { debugId, name: `dist/${debugId}.js.map`, url: `~/${debugId}.js.map` },
    ]),
  };
}

/** A server that has an id from the n-th time it is asked for it. */
function server(availableFrom: (project: string, id: string) => number) {
  const asked: string[] = [];
  const slept: number[] = [];
  let running = 0;
  let most = 0;
  const log = recordingLog();
  const deps = {
    log,
    signal: new AbortController().signal,
    clock: { now: () => 0, random: () => 0, sleep: async (ms: number) => void slept.push(ms) },
    api: {
      artifactLookup: async (project: string, id: string) => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        asked.push(`${project}/${id}`);
        return asked.filter((key) => key === `${project}/${id}`).length >= availableFrom(project, id) ? HIT : [];
      },
    },
  };
  return { deps, asked, slept, log, most: () => most };
}

it('one id is told as one', async () => {
  const { deps } = server(() => 1);
  const { detail } = await verifyDebugIds(uploadOf('a'), ['web'], deps);
  expect(detail).toBe('Sentry resolves the one debug id asked for');
});

it('each id is asked for once, a script and its map share one', async () => {
  const { deps, asked, slept } = server(() => 1);
  expect(await verifyDebugIds(uploadOf('a', 'b'), ['web'], deps)).toEqual({
    status: 'done',
    detail: 'Sentry resolves all 2 debug ids asked for',
  });
  expect(asked).toEqual(['web/a', 'web/b']);
  expect(slept).toEqual([]);
});

it('each further project is asked for one id: the bundle is bound to all together', async () => {
  const { deps, asked } = server(() => 1);
  await verifyDebugIds(uploadOf('a', 'b'), ['web', 'api'], deps);
  expect(asked).toEqual(['web/a', 'web/b', 'api/a']);
});

it('those that are not there yet, and only those, are asked for again', async () => {
  const { deps, asked, slept } = server((_, id) => (id === 'b' ? 3 : 1));
  await verifyDebugIds(uploadOf('a', 'b'), ['web'], deps);
  expect(asked).toEqual(['web/a', 'web/b', 'web/b', 'web/b']);
  expect(slept).toEqual([1000, 2000]);
});

it('those that never come are named', async () => {
  const { deps, slept } = server((_, id) => (id === 'b' ? Number.POSITIVE_INFINITY : 1));
  await expect(verifyDebugIds(uploadOf('a', 'b'), ['web'], deps)).rejects.toMatchObject({
    code: 'verify-failed',
    message: 'Sentry cannot resolve 1 of 2 debug ids: dist/b.js.map (b, project web)',
    hint: expect.stringContaining('wait: true'),
  });
  expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(30_000);
});

it('those that never come are all in the log when the error cannot name them', async () => {
  const { deps, log } = server(() => Number.POSITIVE_INFINITY);
  const ids = Array.from({ length: 12 }, (_, index) => `id${index}`);
  await expect(verifyDebugIds(uploadOf(...ids), ['web'], deps)).rejects.toThrow(/ and 2 more$/);
  for (const id of ids) expect(JSON.stringify(log)).toContain(`(${id}, project web)`);
});

it('found by release alone does not count: that breaks with the next build', async () => {
  const { deps } = server(() => 1);
  deps.api.artifactLookup = async () => [{ id: 'x', type: 'bundle', resolvedWith: 'release' }];
  await expect(verifyDebugIds(uploadOf('a'), ['web'], deps)).rejects.toMatchObject({ code: 'verify-failed' });
});

it('a large upload is asked about in an even sample, a few at a time', async () => {
  const { deps, asked, most } = server(() => 1);
  const ids = Array.from({ length: 3000 }, (_, index) => `id${index}`);
  const { detail } = await verifyDebugIds(uploadOf(...ids), ['web'], deps);
  expect(detail).toContain('all 500 debug ids asked for (an even sample of 3000)');
  expect(asked).toHaveLength(500);
  expect(asked.at(-1)).toBe('web/id2994');
  expect(most()).toBeLessThanOrEqual(6);
});

it('a server without the request is a warning, not a failure', async () => {
  const { deps, log } = server(() => 1);
  deps.api.artifactLookup = async () => {
    throw new ActionError('server-lacks-feature', '404', { status: 404 });
  };
  expect((await verifyDebugIds(uploadOf('a'), ['web'], deps)).status).toBe('warned');
  expect(log.text('warning')).toContain('not verified');
});

it('an upload without ids has nothing to verify', async () => {
  const { deps, asked } = server(() => 1);
  expect((await verifyDebugIds(uploadOf(), ['web'], deps)).status).toBe('skipped');
  expect(asked).toEqual([]);
});
