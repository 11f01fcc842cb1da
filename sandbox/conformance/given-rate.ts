import type { Phrase } from './given.js';
import { durationMs, NUMBER, numberOf } from './words.js';
import { T_SECONDS, type World } from './world.js';

function setLimit(world: World, limit: number, windowSeconds: number): void {
  const both = { limit, windowSeconds };
  world.limits = { ...world.limits, default: both, cli: both, releases: both };
}

function calls(world: World, count: number): void {
  const { subject } = world;
  for (let n = 0; n < count; n += 1) world.steps.push((live) => live.send(subject));
}

/** The limit applies to the case's own calls; those of the setting up are not counted. */
export const RATE_PHRASES: readonly Phrase[] = [
  {
    form: /^limit (\d+) per (\d+)? ?s(?:ec|econds?)?$/i,
    apply: (world, [limit = '', seconds = '']) => setLimit(world, Number(limit), Number(seconds || '1')),
  },
  {
    form: /^concurrent limit (\d+)$/i,
    apply: (world, [limit = '']) => concurrency(world, Number(limit)),
  },
  {
    form: /^concurrency enforced, limit (\d+)(?=,|$)(?:, (.*))?$/i,
    apply: (world, [limit = '', rest = '']) => {
      concurrency(world, Number(limit));
      const flying = new RegExp(`^(${NUMBER}) calls? in flight$`, 'i').exec(rest)?.[1];
      if (rest !== '' && flying === undefined) return false;
      world.inFlight = flying === undefined ? 0 : numberOf(flying);
      return true;
    },
  },
  {
    form: /^concurrency (?:is )?not enforced$/i,
    apply: (world) => {
      world.limits = { ...world.limits, enforceConcurrent: false };
    },
  },
  {
    form: new RegExp(`^(${NUMBER}) calls? in flight$`, 'i'),
    apply: (world, [count = '']) => {
      world.inFlight = numberOf(count);
    },
  },
  {
    form: /^clock frozen(?: at T)?$/i,
    apply: (world) => void world.steps.push(async (live) => live.sandbox.clock.freeze(T_SECONDS * 1000)),
  },
  {
    form: /^clock \+ ?(.+)$/i,
    apply: (world, [wait = '']) => void world.steps.push(async (live) => live.sandbox.clock.advance(durationMs(wait))),
  },
  {
    form: new RegExp(`^(${NUMBER}) (?:\\w+ )?calls? made$`, 'i'),
    apply: (world, [count = '']) => calls(world, numberOf(count)),
  },
  { form: /^(?:first|second|third|fourth|\d+th) call$/i, apply: () => undefined },
  {
    form: /^over the limit$/i,
    apply: (world) => {
      setLimit(world, 1, 100);
      calls(world, 1);
    },
  },
  {
    form: /^self-hosted(?: server)?$/i,
    apply: (world) => {
      world.options.selfHosted = true;
    },
  },
];

function concurrency(world: World, concurrent: number): void {
  world.limits = { ...world.limits, default: { ...world.limits?.default, concurrent }, enforceConcurrent: true };
}
