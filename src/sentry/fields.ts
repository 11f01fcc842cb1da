import { ActionError } from '../errors.js';

/**
 * Reads named fields of something the server sent. Only what is asked for is looked at, own keys only, so that extra keys and
 * hostile ones (`__proto__`) do nothing. A field of the wrong shape is an error that names the endpoint and the field.
 */
export class Fields {
  readonly #record: Readonly<Record<string, unknown>>;
  readonly #where: string;

  constructor(value: unknown, where: string) {
    if (!isRecord(value)) throw wrongShape(where, '', 'an object', value);
    this.#record = value;
    this.#where = where;
  }

  get(name: string): unknown {
    return Object.hasOwn(this.#record, name) ? this.#record[name] : undefined;
  }

  text(name: string): string {
    const value = this.get(name);
    if (typeof value === 'string') return value;
    throw this.wrong(name, 'text');
  }

  /** Text or absent; null and other types count as absent: nothing depends on them. */
  optionalText(name: string): string | undefined {
    const value = this.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  /** An id as text: servers send some as numbers, some as strings. */
  id(name: string): string {
    const value = this.get(name);
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return String(value);
    throw this.wrong(name, 'an id');
  }

  /** Not below zero; absent is 0. */
  count(name: string): number {
    const value = this.get(name);
    return typeof value === 'number' && value > 0 && Number.isFinite(value) ? Math.floor(value) : 0;
  }

  /** A nested object, or undefined when it is absent, null or no object. */
  optionalRecord(name: string): Fields | undefined {
    const value = this.get(name);
    return isRecord(value) ? new Fields(value, `${this.#where}.${name}`) : undefined;
  }

  /** The texts of a list; absent and null count as empty. */
  texts(name: string): readonly string[] {
    const value = this.get(name);
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value) || value.some((item) => typeof item !== 'string'))
      throw this.wrong(name, 'a list of texts');
    return value;
  }

  wrong(name: string, expected: string): ActionError {
    return wrongShape(this.#where, name, expected, this.get(name));
  }
}

/** The items of a list, each with its place for error texts. */
export function listOf<T>(value: unknown, where: string, item: (value: unknown, where: string) => T): readonly T[] {
  if (!Array.isArray(value)) throw wrongShape(where, '', 'a list', value);
  return value.map((entry, index) => item(entry, `${where}[${index}]`));
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongShape(where: string, name: string, expected: string, value: unknown): ActionError {
  const subject = name === '' ? 'the answer' : `field "${name}"`;
  return new ActionError(
    'server-answer-invalid',
    `${where}: ${subject} should be ${expected} but is ${kindOf(value)}`,
    {
      hint: 'Check that the input url is the base URL of your Sentry server. If it is, please report this with the version of the server.',
    },
  );
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}
