import { patiently } from '../../../src/sourcemaps/patient.js';

/** Windows: a file that a virus scanner looks at can neither be renamed over nor deleted for a moment. */

function world(platform: NodeJS.Platform, codes: readonly string[]) {
  const left = [...codes];
  const slept: number[] = [];
  let acts = 0;
  const act = () => {
    acts += 1;
    const code = left.shift();
    if (code !== undefined) throw Object.assign(new Error(code), { code });
  };
  return { act, slept, acts: () => acts, system: { platform, sleep: (ms: number) => void slept.push(ms) } };
}

it.each(['EPERM', 'EACCES', 'EBUSY'])('on Windows %s is waited out', (code) => {
  const { act, slept, acts, system } = world('win32', [code, code]);
  patiently(act, system);
  expect(acts()).toBe(3);
  expect(slept).toHaveLength(2);
});

it('on Windows a file that stays busy is an error after about a second', () => {
  const { act, slept, system } = world('win32', Array(20).fill('EPERM'));
  expect(() => patiently(act, system)).toThrow('EPERM');
  const total = slept.reduce((sum, ms) => sum + ms, 0);
  expect(total).toBeGreaterThan(500);
  expect(total).toBeLessThan(2_000);
});

it.each<[NodeJS.Platform, string]>([
  ['linux', 'EPERM'],
  ['darwin', 'EBUSY'],
  ['win32', 'ENOENT'],
])('on %s, %s is final', (platform, code) => {
  const { act, slept, acts, system } = world(platform, [code]);
  expect(() => patiently(act, system)).toThrow(code);
  expect(acts()).toBe(1);
  expect(slept).toEqual([]);
});
