import { cutWords } from '../cut-words.js';
import { ActionError } from '../errors.js';
import { type ListStyle, parseList, UnclosedQuote } from './list.js';
import type { InputName } from './names.js';
import { parseBoolean, parseDurationMs, parseHttpUrl, parseTimestamp } from './parse.js';

/** The longest `timeout` and `wait`: what a job on GitHub's runners can last. */
const MAX_DURATION_MS = 6 * 3_600_000;

/** Longest excerpt of a value in a message. */
const SHOWN_LENGTH = 80;

/**
 * Reads inputs as the runner passes them, and gathers what it does not understand, so that a workflow with three mistakes
 * needs one run to find them all. An input that is empty is not given.
 */
export class InputReader {
  readonly #env: NodeJS.ProcessEnv;
  readonly #problems: string[] = [];

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  /** As the runner passed it: undefined when the variable is not there. */
  raw(name: InputName): string | undefined {
    return this.#env[`INPUT_${name.toUpperCase()}`];
  }

  /** Trimmed; undefined when blank. */
  text(name: InputName): string | undefined {
    return nonBlank(this.raw(name));
  }

  list(name: InputName, style: ListStyle): string[] {
    const value = this.text(name);
    if (value === undefined) return [];
    try {
      return parseList(value, style);
    } catch (error) {
      if (!(error instanceof UnclosedQuote)) throw error;
      this.reject(name, 'an opening quote needs a closing one');
      return [];
    }
  }

  boolean<T extends boolean | undefined>(name: InputName, byDefault: T): boolean | T {
    return this.#parsed(name, parseBoolean, byDefault, 'true or false (also 1 or 0)');
  }

  choice<const T extends string>(name: InputName, allowed: readonly T[], byDefault: T): T {
    const find = (value: string) => allowed.find((item) => item === value.toLowerCase());
    return this.#parsed(name, find, byDefault, oneOf(allowed));
  }

  /** Milliseconds; 0 is refused. */
  duration(name: InputName, byDefaultMs: number): number {
    const allowed = 'a time above zero and up to 6h, such as 15m, 90s, 1h or a number of seconds';
    return this.#parsed(name, (value) => within(parseDurationMs(value)), byDefaultMs, allowed);
  }

  /** `true` (undefined stands for no limit of its own), `false`, or the longest wait in milliseconds. */
  wait(name: InputName): number | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined || value === 'false') return 0;
    if (value === 'true') return undefined;
    const allowed = 'true, false, or the longest wait up to 6h, such as 90s, 5m or a number of seconds';
    const parse = (text: string) => (parseDurationMs(text) === 0 ? 0 : within(parseDurationMs(text)));
    return this.#parsed(name, parse, 0, allowed);
  }

  timestamp(name: InputName): string | undefined {
    const value = this.text(name) ?? '';
    const milliseconds = /^\d{12,}$/.test(value) ? '; this looks like milliseconds' : '';
    const allowed = `not in valid format. Unix timestamp or ISO 8601 date expected${milliseconds}`;
    return this.#parsed(name, parseTimestamp, undefined, allowed);
  }

  httpUrl(name: InputName): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const url = parseHttpUrl(value);
    const allowed = 'an address that begins with https:// or http:// and holds no user or password';
    if (url === undefined) this.reject(name, allowed, value.replace(/\/\/[^/]*@/, '//***@'));
    return url;
  }

  /**
   * Notes a problem with an input; {@link finish} throws it.
   *
   * @param value the offending part, when it is not the whole input or came from a variable
   */
  reject(name: InputName, allowed: string, value = this.text(name)): void {
    const found = value === undefined ? 'is missing' : `is ${JSON.stringify(cutWords(value, SHOWN_LENGTH))}`;
    this.#problems.push(`Input ${name} ${found}. ${sentence(allowed)}`);
  }

  /** @throws ActionError `input-invalid` that names every input that was not understood. */
  finish(): void {
    if (this.#problems.length === 0) return;
    throw new ActionError('input-invalid', this.#problems.join('\n'), {
      hint: `Correct ${this.#problems.length === 1 ? 'this input' : 'these inputs'} in the workflow, under with: of this step.`,
    });
  }

  #parsed<T, D>(name: InputName, parse: (value: string) => T | undefined, byDefault: D, allowed: string): T | D {
    const value = this.text(name);
    if (value === undefined) return byDefault;
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    this.reject(name, allowed);
    return byDefault;
  }
}

/** Trimmed; undefined when blank or absent. */
export function nonBlank(value: string | undefined): string | undefined {
  const text = value?.trim();
  return text ? text : undefined;
}

function within(ms: number | undefined): number | undefined {
  return ms !== undefined && ms > 0 && ms <= MAX_DURATION_MS ? ms : undefined;
}

function oneOf(allowed: readonly string[]): string {
  return `${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)}`;
}

function sentence(allowed: string): string {
  return allowed.startsWith('not ') ? `It is ${allowed}.` : `Allowed: ${allowed}.`;
}
