/** Seeded chance: the same seed gives the same run. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    // xorshift32: quick, and good enough to pick places in a text.
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return below === 0 ? 0 : (this.#state >>> 0) % below;
  }

  pick<T>(items: readonly T[], otherwise: T): T {
    return items[this.below(items.length)] ?? otherwise;
  }
}

const EMPTY = Buffer.alloc(0);
/** Inputs grow by splicing; without a bound the fuzzer would measure big inputs instead of odd ones. */
const MAX_LENGTH = 4096;

type Mutation = (input: Buffer, chance: Chance, dictionary: readonly Buffer[], other: Buffer) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  function flipBit(input, chance) {
    const copy = Buffer.from(input);
    const at = chance.below(copy.length);
    if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ (1 << chance.below(8));
    return copy;
  },
  function setByte(input, chance) {
    const copy = Buffer.from(input);
    if (copy.length > 0) copy[chance.below(copy.length)] = chance.below(256);
    return copy;
  },
  function remove(input, chance) {
    const from = chance.below(input.length + 1);
    return Buffer.concat([input.subarray(0, from), input.subarray(from + 1 + chance.below(16))]);
  },
  function repeat(input, chance) {
    const from = chance.below(input.length + 1);
    const part = input.subarray(from, from + 1 + chance.below(32));
    return Buffer.concat([input.subarray(0, from), part, part, input.subarray(from)]);
  },
  function insertToken(input, chance, dictionary) {
    const at = chance.below(input.length + 1);
    return Buffer.concat([input.subarray(0, at), chance.pick(dictionary, EMPTY), input.subarray(at)]);
  },
  function replaceByToken(input, chance, dictionary) {
    const at = chance.below(input.length + 1);
    const token = chance.pick(dictionary, EMPTY);
    return Buffer.concat([input.subarray(0, at), token, input.subarray(at + token.length)]);
  },
  function splice(input, chance, _dictionary, other) {
    return Buffer.concat([
      input.subarray(0, chance.below(input.length + 1)),
      other.subarray(chance.below(other.length)),
    ]);
  },
  function cut(input, chance) {
    return input.subarray(0, chance.below(input.length + 1));
  },
];

/** One to four mutations in a row. */
export function mutate(input: Buffer, chance: Chance, dictionary: readonly Buffer[], other: Buffer): Buffer {
  let mutated = input;
  for (let rounds = 1 + chance.below(4); rounds > 0; rounds -= 1) {
    const mutation = MUTATIONS[chance.below(MUTATIONS.length)];
    mutated = mutation?.(mutated, chance, dictionary, other) ?? mutated;
  }
  return mutated.subarray(0, MAX_LENGTH);
}
