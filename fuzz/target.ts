/** One parser under fuzz. */
export interface FuzzTarget {
  readonly name: string;
  /** Where mutation starts: each is valid, or was once interesting. */
  readonly seeds: readonly string[];
  /** Of seeds and dictionary: `latin1` for formats that are bytes. @default utf8 */
  readonly encoding?: 'utf8' | 'latin1';
  /** Pieces of the language, put into inputs. */
  readonly dictionary: readonly string[];
  /**
   * Runs the parser and checks what must hold. Throws what the parser may not throw, or a broken property. Answers with a
   * short text of what happened: an input with a new one is kept to mutate further.
   */
  readonly run: (input: Buffer) => string | Promise<string>;
}

/** Pieces of JSON, for dictionaries. */
export const JSON_TOKENS: readonly string[] = ['{', '}', '[', ']', '"', ':', ',', 'null', '"__proto__":'];

/** The value that the input is as JSON; undefined when it is none. */
export function jsonOf(input: Buffer): unknown {
  try {
    return JSON.parse(input.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A property that did not hold. */
export class Broken extends Error {}

/** Throws {@link Broken} unless `holds`. */
export function must(holds: boolean, property: string): asserts holds {
  if (!holds) throw new Broken(property);
}

/** What the parser threw, when it is one of the kinds it may throw; any other error goes on. */
export function allowed(thrown: unknown, kinds: readonly (new (...args: never[]) => Error)[]): string {
  if (!(thrown instanceof Error) || !kinds.some((kind) => thrown instanceof kind)) throw thrown;
  // Of errors with a code the text may repeat the input, and every input would look new.
  const what = 'code' in thrown ? String(thrown.code) : thrown.message.replace(/\d+/g, 'N').slice(0, 40);
  return `refused: ${what}`;
}
