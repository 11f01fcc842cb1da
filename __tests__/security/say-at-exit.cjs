// Preloaded into the action and its workers: says on stderr, when they end, what they took and what became of Object.prototype.
const { readFileSync, writeSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

const before = new Set(Reflect.ownKeys(Object.prototype));

process.on('exit', () => {
  const added = Reflect.ownKeys(Object.prototype).filter((key) => !before.has(key));
  const said = { main: isMainThread, peakMegabytes: Math.round(peakKilobytes() / 1024), prototype: added.map(String) };
  writeSync(2, `at exit ${JSON.stringify(said)}\n`);
});

/** What Linux says of the process's usage counts the parent's memory, as it was when it forked. */
function peakKilobytes() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
}
