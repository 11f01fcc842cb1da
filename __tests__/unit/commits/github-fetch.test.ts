import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../src/clock.js';
import { createGitHubFetch, type GitHubFetchOptions } from '../../../src/commits/github-fetch.js';
import { recordLog } from '../../integration/commits-support.js';

/** A clock that stands still until the test lets a sleeper wake. */
function stoppedClock(): Clock & { readonly sleepers: number[]; wake(): void } {
  let now = 0;
  let waiting: { readonly at: number; readonly wake: () => void }[] = [];
  const sleepers: number[] = [];
  return {
    sleepers,
    now: () => now,
    random: () => 0.5,
    sleep: async (ms) => {
      sleepers.push(ms);
      await new Promise<void>((resolve) => waiting.push({ at: now + ms, wake: resolve }));
    },
    wake: () => {
      now = Math.min(...waiting.map(({ at }) => at));
      const due = waiting.filter(({ at }) => at <= now);
      waiting = waiting.filter(({ at }) => at > now);
      for (const { wake } of due) wake();
    },
  };
}

const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
};

function make(answers: readonly (() => Response)[], waitUntil = 600_000) {
  const clock = stoppedClock();
  const log = recordLog();
  const sent: string[] = [];
  const options: GitHubFetchOptions = {
    ...{ apiUrl: 'https://api.github.com', log, clock, signal: new AbortController().signal, waitUntil },
    fetch: async (input) => {
      sent.push(new URL(String(input)).pathname);
      return (answers[sent.length - 1] ?? ok)();
    },
  };
  const ask = createGitHubFetch(options, { remaining: undefined });
  return { clock, log, sent, get: async (path: string) => (await ask(`https://api.github.com${path}`)).status };
}

const ok = () => new Response('{}', { status: 200 });
const limited = (seconds: number) => () =>
  new Response('{"message":"You have exceeded a secondary rate limit."}', {
    status: 403,
    headers: { 'retry-after': String(seconds) },
  });

it('sends none of the parallel requests while GitHub limits one of them', async () => {
  const { clock, log, sent, get } = make([limited(7)]);
  const first = get('/a');
  await settle();
  const others = [get('/b'), get('/c')];
  await settle();
  expect([sent, clock.sleepers]).toEqual([['/a'], [7000, 7000, 7000]]);
  clock.wake();
  expect(await Promise.all([first, ...others])).toEqual([200, 200, 200]);
  expect(sent.slice(1).sort()).toEqual(['/a', '/b', '/c']);
  expect(log.lines).toEqual(['info: GitHub limits the rate of requests; waiting 7 s']);
});

it('waits for the longest of several limits, and says so once', async () => {
  const { clock, log, sent, get } = make([limited(3), limited(9)]);
  const both = [get('/a'), get('/b')];
  await settle();
  clock.wake();
  await settle();
  // The first limit is over, the second is not.
  expect(sent).toHaveLength(2);
  clock.wake();
  expect(await Promise.all(both)).toEqual([200, 200]);
  expect(log.lines).toHaveLength(1);
});

it('gives up all of them at once when the limit lasts too long for this run', async () => {
  const { clock, sent, get } = make([limited(700)]);
  await expect(get('/a')).rejects.toThrow('a wait of 700 s is too long for this run');
  await expect(get('/b')).rejects.toThrow('a wait of 700 s is too long for this run');
  expect([sent, clock.sleepers]).toEqual([['/a'], []]);
});
